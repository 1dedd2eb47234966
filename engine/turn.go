package engine

import (
	"math"
	"runtime"

	"mire/dpdk/burst"
	"mire/engine/packet"
)

// yieldAfter is the sleep behind which a worker passes by the Go scheduler, in
// nanoseconds. A goroutine that is seen in C over and over without ever having
// been scheduled anew has its P taken away every time; then the runtime's
// monitor thread wakes with each turn and spins in steps of 20 us, which costs
// an idle node several times what its polls do.
const yieldAfter = 1_000_000

// Run polls the lanes until Stop. It is the whole life of a worker: exchange,
// parse, observe, decide, tick. It returns after the last frames have left.
func (w *Worker) Run() {
	for !w.stop.Load() {
		w.Turn()
	}
	w.finish()
}

// Turn exchanges once with every lane. Tests call it by hand.
func (w *Worker) Turn() {
	if s := w.snapshots.Load(); s != w.snap {
		w.apply(s)
	}
	b := w.burst
	measured := w.measure.on.Load()
	for i := range w.lanes {
		if measured {
			w.measure.meter.Start()
		}
		before := b.Now
		slept := b.IO.Slept
		b.Sleep = w.idle.next(i == len(w.lanes)-1, w.wake-b.Now)
		n := w.lanes[i].Exchange(b)
		if before != 0 {
			w.long.note(b.Now, b.Now-before-int64(b.IO.Slept-slept), w.pulse.turns)
		}
		w.pulse.turns++
		w.idle.polled(n)
		trace := w.tracing.on.Load()
		switch {
		case n > 0 && trace != nil:
			w.decideTraced(b, trace)
		case n > 0 && measured:
			w.decideMeasured(b)
		case n > 0:
			b.Begin()
			w.decide(b, nil)
		case b.Sleep >= yieldAfter:
			runtime.Gosched()
		}
		if b.Now >= w.nextTick {
			w.tick(b)
		}
		if w.punts != nil {
			w.inject()
		}
	}
}

// watcher is told of the steps of a turn, by their place in Cycles.Steps.
type watcher interface {
	before(stage int) // a stage is about to run
	after(step int)
}

// decide is the order of a turn: it runs the chain over what is undecided of a
// burst. Whatever no stage wanted is dropped with a reason, so that every received
// frame ends in exactly one counter. watch is nil when nobody looks.
func (w *Worker) decide(b *burst.Burst, watch watcher) {
	packet.Parse(b, &w.parse)
	if watch != nil {
		watch.after(stepParse)
	}
	w.segments.Locate(b)
	if watch != nil {
		watch.after(stepLocate)
	}
	w.Observer.Observe(b)
	if watch != nil {
		watch.after(stepObserve)
	}
	for i := range w.stages {
		if watch != nil {
			watch.before(stepStages + i)
		}
		if !w.process(i, b) {
			break
		}
		if watch != nil {
			watch.after(stepStages + i)
		}
	}
	w.dropRest(b)
	if watch != nil {
		watch.after(stepStages + len(w.stages))
	}
}

// process runs stage i and counts what it did. It reports false, and does
// nothing, when there is nothing left that a stage could look at.
func (w *Worker) process(i int, b *burst.Burst) bool {
	in := b.Undecided
	if in == 0 && w.Observer.N == 0 && w.Observer.NAnswers == 0 {
		return false
	}
	sent, own := b.Verdicts.Sent, b.Verdicts.Originated
	w.stages[i].Process(b)
	c := &w.counters[i]
	c.Entered += uint64(in.Count())
	c.Decided += uint64((in &^ b.Undecided).Count())
	c.Sent += b.Verdicts.Sent - sent
	c.Originated += b.Verdicts.Originated - own
	return true
}

// dropRest drops what no stage wanted.
func (w *Worker) dropRest(b *burst.Burst) {
	for m := b.Undecided; m != 0; m = m.Rest() {
		i := m.First()
		if b.Meta[i].Net == burst.NoNet {
			b.Drop(i, burst.NoNetwork)
		} else {
			b.Drop(i, burst.Unclaimed)
		}
	}
}

// tick runs the stages' timers and shows the counters to the outside.
func (w *Worker) tick(b *burst.Burst) {
	w.nextTick = b.Now + TickInterval
	w.wake = math.MaxInt64
	w.pulse.ticks++
	for i, st := range w.stages {
		own := b.Verdicts.Originated
		st.Tick(b)
		w.counters[i].Originated += b.Verdicts.Originated - own
	}
	if w.wake <= b.Now {
		w.wake = w.nextTick // sooner nobody is called
	}
	w.publish()
}

// Stopper is a stage that has last frames to send when the worker stops.
type Stopper interface {
	Stop(b *burst.Burst)
}

// finish lets the stages say goodbye and flushes what they said. What is
// received meanwhile is dropped.
func (w *Worker) finish() {
	b := w.burst
	b.Sleep = 0
	// The first exchange of a worker that never turned brings the spares.
	w.exchangeLast(w.lanes[0])
	for _, st := range w.stages {
		if s, ok := st.(Stopper); ok {
			s.Stop(b)
		}
	}
	w.inject()
	for _, l := range w.lanes {
		w.exchangeLast(l)
	}
	w.publish()
}

func (w *Worker) exchangeLast(l Lane) {
	if l.Exchange(w.burst) > 0 {
		w.burst.Begin()
		w.burst.DropAll(w.burst.Undecided, burst.Stopping)
	}
}
