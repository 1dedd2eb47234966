package tarpit

import (
	"sync/atomic"

	"mire/dpdk/burst"
)

const (
	// maxWorkers bounds the workers that can share one tarpit.
	maxWorkers = 128
	// drainTurns full bursts are more frames than the receive queues of a worker
	// hold, so that whatever waited when they began has been heard.
	drainTurns = 256
)

// ears tell up to which moment every worker has heard the segment: a proof must
// not take a queue that nobody has read for silence.
type ears struct {
	heard [maxWorkers]atomic.Int64
	n     atomic.Int32 // workers
}

// join makes the proofs wait for worker id too.
func (e *ears) join(id int) {
	if n := int32(id) + 1; n > e.n.Load() {
		e.n.Store(n)
	}
}

// since tells whether all workers have read their queues to the end at or after
// the given time.
func (e *ears) since(t int64) bool {
	for w := range int(e.n.Load()) {
		if e.heard[w].Load() < t {
			return false
		}
	}
	return true
}

// ear is one worker's part. A worker polls several queues in turn, so only a
// whole Tick without a full burst says that all were empty, and it says so of
// the Tick before: some may have been polled just behind that one.
type ear struct {
	last  int64 // the Tick before
	mark  int64 // when the present run of full bursts began
	turns int   // full bursts of that run
	full  bool  // a full burst since the Tick before
}

// turn is called for every burst that held frames.
func (r *ear) turn(b *burst.Burst, heard *atomic.Int64) {
	if b.N < burst.Size {
		return
	}
	if r.full = true; r.turns == 0 {
		r.mark = b.Now
	}
	if r.turns++; r.turns == drainTurns {
		heard.Store(max(heard.Load(), r.mark))
		r.turns = 0
	}
}

// tick is called once per Tick. Modules before this one may have taken a whole
// burst, so that turn did not see it.
func (r *ear) tick(b *burst.Burst, heard *atomic.Int64) {
	r.turn(b, heard)
	if !r.full {
		heard.Store(max(heard.Load(), r.last))
		r.turns = 0
	}
	r.full, r.last = false, b.Now
}
