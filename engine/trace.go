package engine

import (
	"bytes"
	"sync/atomic"

	"mire/dpdk/burst"
)

// Explainer is a stage that can say by which of its rules it decided. Follow is
// called before Process of a burst with one undecided frame; what it returns is
// called behind it, and gives the rule, or "" when none applies. It runs only
// while somebody traces, on the worker, and may allocate.
type Explainer interface {
	Follow() (rule func() string)
}

// Fate is what became of a traced frame.
type Fate uint8

const (
	FateDropped Fate = iota
	FateSent
	FateConsumed
	FatePunted
)

func (f Fate) String() string {
	return [...]string{"dropped", "sent", "consumed", "punted"}[f]
}

// Traced is the way of one frame through a worker.
type Traced struct {
	Worker int
	At     int64  // of the burst's clock, nanoseconds
	Port   uint16 // came by
	In     []byte // as it came
	Meta   burst.Meta
	OnLink bool // its source is in a network of the port
	Steps  []TracedStep
	By     string // parse, locate, the module that decided, or end
	Rule   string // of that module; "" when it has none to tell
	Fate   Fate
	Reason burst.ReasonInfo // why it was dropped
	Out    []byte           // as it leaves, when sent
	OutBy  uint16           // port
}

// TracedStep is one step of the way: parse, locate, or a module.
type TracedStep struct {
	Name    string
	Decided bool
	// Own are the frames that the module sent by itself meanwhile.
	Own [][]byte
}

// tracer collects the ways of the next frames of one worker.
type tracer struct {
	left int
	out  chan Traced
}

// tracing is the worker's side of it.
type tracing struct{ on atomic.Pointer[tracer] }

// Trace follows the next n frames of this worker, 1..1024, through its chain,
// and returns where their ways will be told; the channel is closed behind the
// last. While it lasts, frames run through the chain one by one: verdicts are
// the same, speed is not. A second Trace ends the first, and its channel stays
// open. Safe from any goroutine.
func (w *Worker) Trace(n int) <-chan Traced {
	n = min(max(n, 1), 1024)
	t := &tracer{left: n, out: make(chan Traced, n)}
	w.tracing.on.Store(t)
	return t.out
}

// Untrace ends what Trace began.
func (w *Worker) Untrace() { w.tracing.on.Store(nil) }

// decideTraced is decide, frame by frame, with notes.
func (w *Worker) decideTraced(b *burst.Burst, t *tracer) {
	b.Begin()
	for m := b.Undecided; m != 0; m = m.Rest() {
		i := m.First()
		b.Undecided, b.V6, b.Class = burst.Bit(i), 0, [burst.NumClasses]burst.Mask{}
		w.follow(b, i, t)
	}
	if t.left == 0 {
		w.tracing.on.CompareAndSwap(t, nil)
	}
}

// follow is decide for the one undecided slot i.
func (w *Worker) follow(b *burst.Burst, i int, t *tracer) {
	f := follower{w: w, b: b, slot: i}
	f.Traced = Traced{Worker: w.ID, At: b.Now, Port: b.In[i], In: bytes.Clone(b.Frame(i)), By: "end"}
	before := b.Verdicts
	f.own = b.Originated
	w.decide(b, &f)
	if t.left > 0 {
		t.left--
		f.end(b, i, &before, w.chain.Reasons)
		t.out <- f.Traced // has room for all
		if t.left == 0 {
			close(t.out)
		}
	}
}

// follower notes the steps of one frame.
type follower struct {
	Traced
	w    *Worker
	b    *burst.Burst
	slot int
	own  uint32        // frames of our own before the step
	rule func() string // of the stage that runs; nil when it has none to tell
}

func (f *follower) before(stage int) {
	f.own, f.rule = f.b.Originated, nil
	if e, ok := f.w.stages[stage-stepStages].(Explainer); ok {
		f.rule = e.Follow()
	}
}

func (f *follower) after(step int) {
	switch {
	case step == stepParse:
		f.step("parse")
	case step == stepLocate && f.By != "parse":
		f.step("locate")
	case step == stepObserve:
		f.OnLink = f.By != "parse" && f.b.OnLink.Has(f.slot)
	case step >= stepStages && step-stepStages < len(f.w.stages):
		name := f.w.names[step-stepStages]
		if f.step(name); f.By == name && f.Rule == "" && f.rule != nil {
			f.Rule = f.rule()
		}
	}
}

func (f *follower) step(name string) {
	s := TracedStep{Name: name, Decided: f.b.Undecided == 0 && f.By == "end"}
	for k := f.own; k < f.b.Originated; k++ {
		s.Own = append(s.Own, bytes.Clone(f.b.Frame(burst.Size+int(k))))
	}
	if s.Decided {
		f.By = name
	}
	f.Steps = append(f.Steps, s)
}

// end fills in what became of slot i.
func (tr *Traced) end(b *burst.Burst, i int, before *burst.Verdicts, reasons []burst.ReasonInfo) {
	tr.Meta = b.Meta[i]
	switch {
	case b.Send.Has(i):
		tr.Fate, tr.Out, tr.OutBy = FateSent, bytes.Clone(b.Frame(i)), b.Out[i]
	case b.Verdicts.Consumed != before.Consumed:
		tr.Fate = FateConsumed
	case b.Verdicts.Punted != before.Punted:
		tr.Fate = FatePunted
	default:
		for r := range reasons {
			if b.Verdicts.Dropped[r] != before.Dropped[r] {
				tr.Reason = reasons[r]
			}
		}
	}
}
