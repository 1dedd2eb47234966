package engine

import (
	"mire/dpdk/burst"
	"mire/engine/board"
	"mire/engine/cycles"
)

// StageCounters count what one stage of one worker did with frames.
type StageCounters struct {
	Entered    uint64 // frames still undecided when the stage ran
	Decided    uint64 // frames it decided: sent, consumed, punted or dropped
	Sent       uint64 // of those, sent
	Originated uint64 // frames of its own
}

// Counters is a consistent copy of one worker's counters.
type Counters struct {
	IO        burst.IO
	Verdicts  burst.Verdicts
	Stages    []StageCounters
	Names     []string
	Reasons   []burst.ReasonInfo // of the chain, by burst.Reason: Verdicts.Dropped has counts for these
	Turns     uint64
	Ticks     uint64
	LongTurns uint64
	Longest   [8]Turn
	Now       int64
	Cycles    Cycles
}

// Drops is the number of frames dropped, TX queues that stayed full and frames that a port refused included.
func (c *Counters) Drops() uint64 {
	var n uint64
	for _, d := range c.Verdicts.Dropped {
		n += d
	}
	return n
}

// Dropped is the number of frames dropped for a reason, by its name; 0 for a name
// that the chain does not know.
func (c *Counters) Dropped(name string) uint64 {
	for r := range c.Reasons {
		if c.Reasons[r].Name == name {
			return c.Verdicts.Dropped[r]
		}
	}
	return 0
}

// Held is the number of frames decided to be sent that no TX queue has taken yet.
func (c *Counters) Held() uint64 {
	return c.Verdicts.Sent + c.Verdicts.Originated - c.IO.Transmitted - c.IO.TxFull - c.IO.Refused
}

// Balanced tells whether the packet identity holds:
// received + originated = transmitted + drops + consumed + punted + held.
func (c *Counters) Balanced() bool {
	return c.IO.Received == c.Verdicts.Received &&
		c.IO.Received+c.Verdicts.Originated ==
			c.IO.Transmitted+c.Drops()+c.Verdicts.Consumed+c.Verdicts.Punted+c.Held()
}

// pulse is what a worker shows of itself beside what its burst and its stages count.
type pulse struct {
	turns, ticks uint64
	now          int64
	clock        uint64 // the time-stamp counter while somebody measures, or 0
}

// show makes the worker's board; Counters reads what stands here, in this order.
func (w *Worker) show() {
	m := w.measure.meter
	w.board = board.New(board.Words(&w.burst.IO), board.Words(&w.burst.Verdicts), board.List(w.counters), board.Words(&w.pulse),
		board.Words(&w.long), board.Words(&m.Turns), board.Words(&m.Packets), m.Spent)
}

// publish shows the worker's counters to other goroutines, once a Tick.
func (w *Worker) publish() {
	v, io := &w.burst.Verdicts, &w.burst.IO
	v.Dropped[burst.TxFull], v.Dropped[burst.TxRefused] = io.TxFull, io.Refused
	w.pulse.now, w.pulse.clock = w.burst.Now, 0
	if w.measure.on.Load() {
		w.pulse.clock = cycles.Now()
	}
	w.board.Publish()
}

// Counters returns the counters as of the worker's last Tick; safe from any
// goroutine.
func (w *Worker) Counters() *Counters {
	c := &Counters{Stages: make([]StageCounters, len(w.counters)), Names: w.names, Reasons: w.chain.Reasons}
	y := &c.Cycles
	y.On, y.Steps = w.measure.on.Load(), stepNames(w.names)
	var p pulse
	var long longTurns
	ticks := make([]uint64, len(y.Steps))
	w.board.Read(board.Words(&c.IO), board.Words(&c.Verdicts), board.List(c.Stages), board.Words(&p),
		board.Words(&long), board.Words(&y.Turns), board.Words(&y.Packets), ticks)
	c.Turns, c.Ticks, c.Now, y.Clock = p.turns, p.ticks, p.now, p.clock
	c.LongTurns, c.Longest = long.count, long.longest
	for s := range y.Steps {
		y.Steps[s].Ticks = ticks[s]
	}
	return c
}
