package engine

import (
	"sync/atomic"

	"mire/dpdk/burst"
	"mire/engine/cycles"
)

// The steps of a turn that are no stage, in the order of Cycles.Steps: the stages
// stand before the last.
const (
	stepExchange = iota
	stepParse
	stepLocate
	stepObserve
	stepStages
)

// Cycles are what the steps of the measured turns of a worker took. Turns that
// received nothing are not measured.
type Cycles struct {
	On             bool // being measured now
	Turns, Packets uint64
	// Clock is the time-stamp counter as of Counters.Now, or 0 when nothing is
	// measured: two of them tell its rate.
	Clock uint64
	Steps []StepCycles
}

// StepCycles is one step: exchange (transmit what the turn before decided,
// receive), parse, locate, observe, each module, and end (drop what is left).
type StepCycles struct {
	Name  string
	Ticks uint64 // of the time-stamp counter
}

// PerPacket is what a step cost a received packet, in ticks.
func (c *Cycles) PerPacket(step int) float64 {
	if c.Packets == 0 {
		return 0
	}
	return float64(c.Steps[step].Ticks) / float64(c.Packets)
}

// measuring is the worker's side of it.
type measuring struct {
	on    atomic.Bool
	meter *cycles.Meter
}

// MeasureCycles turns the measurement of all turns of this worker on or off;
// Counters shows what it gave. It costs some ten cycles a packet at full
// bursts, much more at small ones. Safe from any goroutine. Where
// cycles.Available is false there is nothing to measure with.
func (w *Worker) MeasureCycles(on bool) { w.measure.on.Store(on && cycles.Available) }

// stepNames are the names of the steps of a worker with the given stages.
func stepNames(stages []string) []StepCycles {
	steps := []StepCycles{{Name: "exchange"}, {Name: "parse"}, {Name: "locate"}, {Name: "observe"}}
	for _, n := range stages {
		steps = append(steps, StepCycles{Name: n})
	}
	return append(steps, StepCycles{Name: "end"})
}

// stopwatch looks at the clock behind each step.
type stopwatch struct{ *cycles.Meter }

func (stopwatch) before(int) {}

func (s stopwatch) after(step int) { s.Step(step) }

// decideMeasured is decide with a look at the clock behind each step. The meter
// was started before the exchange.
func (w *Worker) decideMeasured(b *burst.Burst) {
	m := w.measure.meter
	m.Step(stepExchange)
	b.Begin()
	w.decide(b, stopwatch{m})
	m.End(int(b.N))
}
