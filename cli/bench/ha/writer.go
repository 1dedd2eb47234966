package ha

import (
	"encoding/binary"
	"net/netip"
	"sync/atomic"

	"mire/dpdk/burst"
	"mire/engine"
	"mire/engine/config"
	"mire/engine/ring"
	"mire/engine/session"
)

const (
	// syncNet is Network.Number of the one network of the nodes in this process.
	syncNet = 1
	// life of an entry, nanoseconds: none expires meanwhile.
	life = int64(1_000_000_000) * 3600
)

// entryKey is the n-th captured address.
func entryKey(n uint32) session.Key {
	var a [4]byte
	binary.BigEndian.PutUint32(a[:], 10<<24+n+1)
	return session.AddressKey(syncNet, netip.AddrFrom4(a))
}

// capture writes the n-th entry as the tarpit does for an address that it has
// proven to be nobody's.
func capture(t *session.Table, n uint32, now int64) session.Outcome {
	return captureFor(t, n, now, life)
}

func captureFor(t *session.Table, n uint32, now, lives int64) session.Outcome {
	r := session.Record{Key: entryKey(n), State: session.Trapped, Proven: now, Expires: now + lives}
	return t.Put(&r, 1<<session.Unknown|1<<session.Trapped, now)
}

// writer is a module that changes entries of the table at a rate, from the
// master's own worker. Its fields are set before its worker runs, but for rate.
type writer struct {
	rate atomic.Int64 // changes a second
	keys uint32       // entries in turn
	// marks gets one change of each Tick; journal all of them while it has room.
	marks   *ring.Ring[written]
	journal []written
	lives   int64 // of an entry, nanoseconds; 0: life, and nothing is removed

	w       *engine.Worker
	next    uint32
	credit  int64 // changes times a second, owed
	last    int64
	changed atomic.Uint64
	refused atomic.Uint64
	sweep   session.Cursor
}

var (
	_ engine.Module = (*writer)(nil)
	_ engine.Stage  = (*writer)(nil)
)

// Name implements engine.Module.
func (*writer) Name() string { return "writer" }

// Stage implements engine.Module.
func (s *writer) Stage(w *engine.Worker) (engine.Stage, error) { s.w = w; return s, nil }

// Process implements engine.Stage.
func (*writer) Process(*burst.Burst) {}

// Apply implements engine.Stage.
func (*writer) Apply(*config.Snapshot) {}

// sweepATick is how many buckets are looked through for what has expired.
const sweepATick = 64

// maxDebt is for how long the worker may have had no CPU and still make all
// changes that were due.
const maxDebt = int64(20e6)

// Tick implements engine.Stage.
func (s *writer) Tick(b *burst.Burst) {
	const second = int64(1e9)
	lives := life
	if s.lives != 0 {
		lives = s.lives
		s.w.Table.Scan(&s.sweep, sweepATick, b.Now, nil) // as the tarpit, on both nodes
	}
	if s.w.Role.Frozen() || !s.w.Role.Master() { // as the tarpit: nothing new before a handover
		s.last = b.Now
		return
	}
	if s.last != 0 {
		s.credit += min(b.Now-s.last, maxDebt) * s.rate.Load()
	}
	s.last = b.Now
	for first := true; s.credit >= second; first = false {
		s.credit -= second
		n := s.next
		if s.next++; s.next == s.keys {
			s.next = 0
		}
		if captureFor(s.w.Table, n, b.Now, lives) != session.Done {
			s.refused.Add(1)
			continue
		}
		s.changed.Add(1)
		log := len(s.journal) < cap(s.journal)
		if !log && (!first || s.marks == nil) {
			continue
		}
		r, _ := s.w.Table.Get(entryKey(n), b.Now)
		w := written{n, r.Version, b.Now}
		if log {
			s.journal = append(s.journal, w)
		}
		if first && s.marks != nil {
			s.marks.Push(&w)
		}
	}
}
