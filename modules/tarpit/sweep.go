package tarpit

import (
	"sync/atomic"

	"mire/dpdk/burst"
	"mire/engine/config"
	"mire/engine/session"
)

// sweep walks this worker's share of the shared table, a few buckets a Tick:
// it lets captures in use live on, asks for real ones about to expire, and
// releases what the configuration exempts by now or does not watch.
type sweep struct {
	cursor session.Cursor
	pace   int    // buckets per Tick
	began  int64  // when this round began
	next   int64  // when the next may begin
	round  uint64 // the generation under which this round began; 0 before
	doubts uint64 // the count of doubts by then
	guard  bool
	out    [maxRecords]session.Record
}

const (
	maxPace      = 512
	maxRecords   = 256 // in one Tick: ten million entries in 40 s, for about 2 % of a worker
	minRound     = 1_000_000_000
	maxRound     = 60_000_000_000
	takeoverTime = 60_000_000_000 // captures of another node are proven again within this
	// takeoverRounds is how many rounds that takes at least: a round proves what
	// the table of rechecks holds, so that they together spend the probe bound.
	takeoverRounds = 12
)

// begin starts a new round at once.
func (w *sweep) begin(now int64) {
	w.cursor = session.Cursor{Part: w.cursor.Part, Parts: w.cursor.Parts}
	w.began, w.next = now, now
}

// reload starts a new round because the configuration may exempt more now. calm
// says that it does not.
func (w *sweep) reload(calm bool) {
	w.cursor = session.Cursor{Part: w.cursor.Part, Parts: w.cursor.Parts}
	w.next, w.round, w.guard = 0, 0, !calm
}

// isCalm tells whether c, the snapshot behind the present one, exempts what that
// one does, while nothing can be in the table that that one exempts. A snapshot
// that this worker missed may have exempted less, and another worker have
// captured by it. Before the first of all snapshots nobody captured anything.
func (s *stage) isCalm(c *config.Snapshot) bool {
	if s.snap == nil {
		held := s.w.Table.Stats().Entries
		return c.Generation == 1 && held[session.Trapped]+held[session.Probing] == 0
	}
	return !s.sweep.mustGuard(s) && c.Generation == s.snap.Generation+1 && c.SameExempt(s.snap)
}

// anyFresh tells whether there is a network that was not heard until now.
func (s *stage) anyFresh() bool {
	for i := range s.nets {
		if s.nets[i].fresh {
			return true
		}
	}
	return false
}

// mustGuard tells whether captured addresses may still be in the table that
// this configuration exempts.
func (w *sweep) mustGuard(s *stage) bool {
	if w.guard {
		w.guard = !s.common.swept(s.snap.Generation, s.doubts)
	}
	return w.guard
}

// roundTime is how long one round should take: a capture is seen four times in
// its life, a real entry three times in the last eighth of its own.
func (s *stage) roundTime(now int64) int64 {
	d := min(max(min(s.trapTTL/4, s.realTTL/24), minRound), maxRound)
	if s.moving {
		d = min(d, freshTime) // a new master goes by when each was used last
	}
	if now-s.since < takeoverTime {
		d = min(d, takeoverTime/takeoverRounds)
	}
	return d
}

// sweepTable goes on with the round.
func (s *stage) sweepTable(b *burst.Burst) {
	w, now := &s.sweep, b.Now
	if now < w.next {
		return
	}
	if w.round == 0 {
		w.round, w.doubts, w.began = s.snap.Generation, s.doubts, now
	}
	pace, guard := w.pace, w.guard
	if guard {
		pace = maxPace // until it is round, each packet for a capture costs a look at the configuration
	}
	n, wrapped := s.w.Table.Scan(&w.cursor, pace, now, w.out[:])
	for i := range n {
		s.upkeep(b, &w.out[i])
	}
	if !wrapped {
		return
	}
	s.common.clean[s.w.ID].reach(w.round, w.doubts)
	took, want := now-w.began, s.roundTime(now)
	switch {
	case guard: // says nothing of the usual pace
	case took > want:
		w.pace = min(w.pace*2, maxPace)
	case took < want/4:
		w.pace = max(w.pace/2, 1)
	}
	w.round, w.next = 0, w.began+want/2
}

// upkeep does what one entry needs.
func (s *stage) upkeep(b *burst.Burst, r *session.Record) {
	n := s.network(r.Net)
	if r.Kind != session.KindAddress || n == nil {
		return
	}
	now := b.Now
	if !n.watched() {
		if s.master && r.State == session.Trapped {
			s.release(n, &r.Key, releasedUnwatched, now) // nobody is heard here who might come alive
		}
		return
	}
	if s.isBlind(n, r) {
		s.release(n, &r.Key, releasedBlind, now)
		return
	}
	if r.State != session.Real && s.snap.Exempt(n.index, r.Hi, r.Lo) {
		s.release(n, &r.Key, releasedExempt, now)
		return
	}
	if r.State == session.Real && now-r.Proven < hearingTime {
		s.notice(n, &r.Key, r.MAC, now)
	}
	if !s.master {
		return
	}
	switch {
	case r.State == session.Trapped && s.isShaken(n, r, now):
		s.proveAgain(b, n, &r.Key, forUpkeep)
		s.extend(n, r, now)
	case r.State == session.Trapped && (r.Used || s.inherits(r, now)):
		missed := r.Proven < s.since && now-s.since >= takeoverTime
		if now-r.Proven > s.trapTTL/2 || missed || s.inherits(r, now) {
			s.proveAgain(b, n, &r.Key, forUpkeep)
		}
		// While the background share lasts for less than what is in use, the
		// time between two proofs stretches; the capture does not end.
		s.extend(n, r, now)
	case r.State == session.Real && r.Expires-now < s.realTTL/8:
		s.probe(b, n, &r.Key, [6]byte{}, forUpkeep)
	}
}

// extend lets a capture in use live on.
func (s *stage) extend(n *network, r *session.Record, now int64) {
	age := s.trapTTL / 8
	if n.moves() {
		age = min(age, freshTime)
	}
	if r.Used && r.Expires-now < s.trapTTL-age {
		r.Expires = now + s.trapTTL
		s.w.Table.Put(r, 1<<session.Trapped, now)
	}
}

// inherits tells whether it is the turn of a capture that was proven before this
// node became master: oldest first. The least age falls from a whole life to
// none in the first half of the time, the second half is for what is left over.
func (s *stage) inherits(r *session.Record, now int64) bool {
	gone := now - s.since
	if r.Proven >= s.since || gone >= takeoverTime {
		return false
	}
	return now-r.Proven >= s.trapTTL/1000*(1000-2000*gone/takeoverTime)
}

// cleanliness is under which configuration, and behind how many doubts, a worker
// has swept its share of the table last.
type cleanliness struct{ generation, doubts atomic.Uint64 }

func (c *cleanliness) reach(generation, doubts uint64) {
	c.generation.Store(max(c.generation.Load(), generation))
	c.doubts.Store(max(c.doubts.Load(), doubts))
}

// swept tells whether every worker has seen its whole share of the table under
// this configuration or a later one, and behind all doubts.
func (c *common) swept(generation, doubts uint64) bool {
	for w := range int(c.ears.n.Load()) {
		if c.clean[w].generation.Load() < generation || c.clean[w].doubts.Load() < doubts {
			return false
		}
	}
	return true
}
