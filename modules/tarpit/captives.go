package tarpit

import (
	"sync/atomic"

	"mire/engine/session"
)

const (
	// prefixCounters counts captured IPv6 addresses per /64, by hash: two
	// prefixes of one counter share its bound.
	prefixCounters = 1024
	// maxCaptives is how many IPv6 addresses one worker may hold captured.
	maxCaptives = 4096
	// captiveChecks is how many of them a Tick looks at.
	captiveChecks = 4
)

// captives counts the captured addresses alive per /64, for all workers.
type captives [prefixCounters]atomic.Int32

func prefixCounter(net uint16, hi uint64) int {
	return int((hi ^ uint64(net)<<48 ^ hi>>29) * 0x9e3779b97f4a7c15 >> 54)
}

// held is one worker's list of the IPv6 addresses it captured. Entries leave
// the shared table in many ways; the list finds out by asking.
type held struct {
	keys  [maxCaptives]session.Key
	n     int
	check int
}

// full tells whether one more capture of the /64 of k would be too many.
func (s *stage) captivesFull(k *session.Key, bound int32) bool {
	if s.held.n == maxCaptives {
		return true
	}
	return bound > 0 && s.common.captives[prefixCounter(k.Net, k.Hi)].Load() >= bound
}

// capture notes a capture.
func (s *stage) capture(k *session.Key) {
	s.held.keys[s.held.n] = *k
	s.held.n++
	s.common.captives[prefixCounter(k.Net, k.Hi)].Add(1)
}

// recount lets go of a few addresses that are captured no more.
func (s *stage) recount(now int64) {
	h := &s.held
	for range min(captiveChecks, h.n) {
		if h.check >= h.n {
			h.check = 0
		}
		k := &h.keys[h.check]
		r, ok := s.w.Table.Get(*k, now)
		if ok && r.State == session.Trapped && int(r.Owner) == s.w.ID&0xff {
			h.check++
			continue
		}
		s.common.captives[prefixCounter(k.Net, k.Hi)].Add(-1)
		h.n--
		*k = h.keys[h.n]
		if h.n == 0 {
			return
		}
	}
}
