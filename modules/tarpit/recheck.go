package tarpit

import (
	"mire/dpdk/burst"
	"mire/engine/packet"
	"mire/engine/session"
)

// maxRechecks is how many captures one worker proves again at once.
const maxRechecks = 256

// answerGap is the least time between two probes of a recheck, and so the most
// between an answer and the probe behind it, in nanoseconds.
const answerGap = 25_000_000

// recheck asks again whether an address is still nobody's. It stays captured
// meanwhile, or its proof goes on: a sign of life ends both as at any other
// time.
type recheck struct {
	net   int
	why   urgency
	owed  bool  // a probe is to go out: somebody was answered since the last one
	sent  int64 // when the first probe went out; 0 before
	last  int64 // when the last one did
	until int64 // end of patience
	say   bool  // all are told that it is ours when nobody answers
}

// proveAgain has a probe sent for an address that is captured, or about to be,
// unless too many rechecks run. One that runs already sends another for a request, at most answerGap
// later: a host may have come up behind the first without a word.
func (s *stage) proveAgain(b *burst.Burst, n *network, k *session.Key, why urgency) {
	if !n.can[familyOf(k)] {
		return
	}
	i := s.rechecks.find(k)
	if i < 0 {
		if i = s.rechecks.add(k, b.Now); i < 0 {
			return
		}
		s.recheck[i] = recheck{net: n.index, why: why, owed: true, until: b.Now + patience}
		s.advanceRecheck(b, i)
		return
	}
	c := &s.recheck[i]
	if c.sent == 0 || c.owed || why == forUpkeep {
		return
	}
	c.why, c.owed = why, true
	if s.rechecks.set(i, max(b.Now, c.last+answerGap)); b.Now >= c.last+answerGap {
		s.advanceRecheck(b, i)
	}
}

// advanceRecheck does what is due.
func (s *stage) advanceRecheck(b *burst.Burst, i int) {
	c := &s.recheck[i]
	n, k := &s.nets[c.net], &s.rechecks.keys[i]
	if c.owed {
		wait := s.probe(b, n, k, [6]byte{}, c.why)
		switch {
		case wait == 0:
			if c.owed, c.last = false, b.Now; c.sent == 0 {
				c.sent, c.until = b.Now, b.Now+settle+patience
			}
			s.rechecks.set(i, max(b.Now, c.sent+settle))
		case b.Now < c.until:
			if b.Now+patience == c.until {
				n.own[ProbesQueued]++
			}
			s.rechecks.set(i, min(b.Now+wait, c.until))
		default:
			n.own[ProbesExpired]++
			s.rechecks.remove(i)
		}
		return
	}
	if !s.common.ears.since(c.sent+hearTime) && b.Now < c.until {
		s.rechecks.set(i, b.Now+moment)
		return
	}
	counts := s.proves(n, familyOf(k)) && s.common.blindUntil(n) <= c.sent
	if r, ok := s.w.Table.Get(*k, b.Now); ok && counts && r.State == session.Trapped && b.Now < c.until {
		r.Proven, r.Expires = b.Now, b.Now+s.trapTTL
		if s.w.Table.Put(&r, 1<<session.Trapped, b.Now) == session.Done {
			if c.why == forUpkeep {
				n.own[Renewals]++
			}
			if c.say && s.master {
				s.sayOurs(b, n, k, packet.BroadcastMAC)
			}
		}
	}
	s.rechecks.remove(i)
}
