package ha

import (
	"sync/atomic"

	"mire/dpdk/burst"
	"mire/engine"
	"mire/engine/config"
	"mire/engine/ring"
	"mire/engine/session"
)

// watcher is a module that looks, in every turn of the backup's worker, for
// what the writer marked, and when the table has a number of captured addresses.
type watcher struct {
	marks *ring.Ring[written]
	// goal of captured addresses; full is when they were there, 0: not yet.
	goal int64
	full atomic.Int64

	w       *engine.Worker
	pending []written
	lags    []int64 // nanoseconds, of its worker while that runs
	waiting atomic.Int64
}

var (
	_ engine.Module = (*watcher)(nil)
	_ engine.Stage  = (*watcher)(nil)
)

// newWatcher makes room for some samples.
func newWatcher(marks *ring.Ring[written], samples int) *watcher {
	return &watcher{marks: marks, pending: make([]written, 0, markerRoom), lags: make([]int64, 0, samples)}
}

// Name implements engine.Module.
func (*watcher) Name() string { return "watcher" }

// Stage implements engine.Module.
func (s *watcher) Stage(w *engine.Worker) (engine.Stage, error) { s.w = w; return s, nil }

// Process implements engine.Stage.
func (s *watcher) Process(b *burst.Burst) { s.look(b.Now) }

// Apply implements engine.Stage.
func (*watcher) Apply(*config.Snapshot) {}

// Tick implements engine.Stage.
func (s *watcher) Tick(b *burst.Burst) {
	s.look(b.Now)
	if s.goal > 0 && s.full.Load() == 0 && s.w.Table.Stats().Entries[session.Trapped] >= s.goal {
		s.full.Store(b.Now)
	}
}

// look takes new marks and times those that have arrived.
func (s *watcher) look(now int64) {
	if s.marks == nil {
		return
	}
	for len(s.pending) < cap(s.pending) {
		var w written
		if !s.marks.Take(&w) {
			break
		}
		s.pending = append(s.pending, w)
	}
	kept := s.pending[:0]
	for _, w := range s.pending {
		switch {
		case !has(s.w.Table, w, now):
			kept = append(kept, w)
		case len(s.lags) < cap(s.lags):
			s.lags = append(s.lags, max(now-w.at, 0))
		}
	}
	s.pending = kept
	s.waiting.Store(int64(len(kept)))
}

// has tells whether a table knows a change, or a later one of the same entry
// (RFC 1982: versions are serial numbers).
func has(t *session.Table, w written, now int64) bool {
	r, ok := t.Get(entryKey(w.key), now)
	return ok && int32(r.Version-w.version) >= 0
}
