package bench

import (
	"time"

	"mire/cli/bench/report"
	"mire/engine/cycles"
)

// cyclesTime is how long the cycles of each step are counted: counting costs
// some of them, so it has a slice of its own that no rate comes from.
const cyclesTime = 200 * time.Millisecond

// cycles measures what each step of the first worker costs a packet. It returns
// nil where there is no counter.
func (n *node) cycles() *report.Modules {
	if !cycles.Available {
		return nil
	}
	w := n.crew[0].worker
	w.MeasureCycles(true)
	defer w.MeasureCycles(false)
	n.start()
	time.Sleep(cyclesTime / 4)
	from := w.Counters()
	time.Sleep(cyclesTime)
	to := w.Counters()
	n.park()
	packets := float64(to.Cycles.Packets - from.Cycles.Packets)
	if packets == 0 || to.Now <= from.Now {
		return nil // it had no CPU
	}
	m := &report.Modules{Workload: n.workload.Name, Size: n.reported(), TSC: float64(to.Cycles.Clock-from.Cycles.Clock) / float64(to.Now-from.Now)}
	for i, s := range to.Cycles.Steps {
		m.Cycles = append(m.Cycles, report.Cost{Name: s.Name, Cycles: float64(s.Ticks-from.Cycles.Steps[i].Ticks) / packets})
	}
	return m
}

// reported is the size of the frames as reports have it: bytes with FCS, IMIX.
func (s *setup) reported() int {
	if s.size == 0 {
		return IMIX
	}
	return s.size + fcs
}
