package engine

import (
	"runtime"
	"sync/atomic"

	"mire/dpdk/burst"
	"mire/engine/cycles"
)

// StageCounters count what one stage of one worker did with frames.
type StageCounters struct {
	Entered    uint64 // frames still undecided when the stage ran
	Decided    uint64 // frames it decided: sent, consumed or dropped
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
// received + originated = transmitted + drops + consumed + held.
func (c *Counters) Balanced() bool {
	return c.IO.Received == c.Verdicts.Received &&
		c.IO.Received+c.Verdicts.Originated ==
			c.IO.Transmitted+c.Drops()+c.Verdicts.Consumed+c.Held()
}

// board shows a worker's counters to other goroutines. The worker writes it
// once per Tick, word by word between two steps of a sequence count, so that
// readers get a consistent copy and the worker never waits.
type board struct {
	seq   atomic.Uint64
	words []atomic.Uint64
	// reasons is how many the chain has.
	reasons int
}

const (
	ioWords      = 10
	verdictWords = 5
	extraWords   = 4 + 3*8
	cycleWords   = 3 + stepStages + 1 // and one a stage
)

func (bd *board) init(stages, reasons int) {
	bd.reasons = reasons
	bd.words = make([]atomic.Uint64, ioWords+verdictWords+reasons+5*stages+extraWords+cycleWords)
}

// publish copies the worker's counters to its board.
func (w *Worker) publish() {
	bd, b := &w.board, w.burst
	v, io := &b.Verdicts, &b.IO
	v.Dropped[burst.TxFull], v.Dropped[burst.TxRefused] = io.TxFull, io.Refused
	bd.seq.Add(1)
	i := 0
	put := func(x uint64) { bd.words[i].Store(x); i++ }
	put(io.Received)
	put(io.Transmitted)
	put(io.Freed)
	put(io.TxFull)
	put(io.Refused)
	put(io.Held)
	put(io.NoSpare)
	put(io.Polls)
	put(io.Empty)
	put(io.Slept)
	put(v.Received)
	put(v.Sent)
	put(v.Consumed)
	put(v.Originated)
	put(v.Starved)
	for r := range bd.reasons {
		put(v.Dropped[r])
	}
	for s := range w.counters {
		c := &w.counters[s]
		put(c.Entered)
		put(c.Decided)
		put(c.Sent)
		put(c.Originated)
	}
	put(w.turns)
	put(w.ticks)
	put(uint64(b.Now))
	put(w.long.count)
	for t := range w.long.longest {
		put(uint64(w.long.longest[t].At))
		put(uint64(w.long.longest[t].Took))
		put(w.long.longest[t].Number)
	}
	m := w.measure.meter
	put(m.Turns)
	put(m.Packets)
	if w.measure.on.Load() {
		put(cycles.Now())
	} else {
		put(0)
	}
	for _, spent := range m.Spent {
		put(spent)
	}
	bd.seq.Add(1)
}

// Counters returns the counters as of the worker's last Tick; safe from any
// goroutine.
func (w *Worker) Counters() *Counters {
	c := &Counters{Stages: make([]StageCounters, len(w.counters)), Names: w.names, Reasons: w.chain.Reasons}
	c.Cycles.On, c.Cycles.Steps = w.measure.on.Load(), stepNames(w.names)
	for {
		seq := w.board.seq.Load()
		if seq&1 == 0 {
			w.board.copyTo(c)
			if w.board.seq.Load() == seq {
				return c
			}
		}
		runtime.Gosched()
	}
}

func (bd *board) copyTo(c *Counters) {
	i := 0
	get := func() uint64 { i++; return bd.words[i-1].Load() }
	io, v := &c.IO, &c.Verdicts
	io.Received, io.Transmitted, io.Freed = get(), get(), get()
	io.TxFull, io.Refused, io.Held, io.NoSpare = get(), get(), get(), get()
	io.Polls, io.Empty, io.Slept = get(), get(), get()
	v.Received, v.Sent, v.Consumed, v.Originated, v.Starved = get(), get(), get(), get(), get()
	for r := range bd.reasons {
		v.Dropped[r] = get()
	}
	for s := range c.Stages {
		c.Stages[s] = StageCounters{Entered: get(), Decided: get(), Sent: get(), Originated: get()}
	}
	c.Turns, c.Ticks, c.Now, c.LongTurns = get(), get(), int64(get()), get()
	for t := range c.Longest {
		c.Longest[t] = Turn{At: int64(get()), Took: int64(get()), Number: get()}
	}
	c.Cycles.Turns, c.Cycles.Packets, c.Cycles.Clock = get(), get(), get()
	for s := range c.Cycles.Steps {
		c.Cycles.Steps[s].Ticks = get()
	}
}
