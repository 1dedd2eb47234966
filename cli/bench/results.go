package bench

import (
	"fmt"
	"slices"

	"mire/cli/bench/report"
	"mire/dpdk/burst"
)

// report adds a result for each yardstick of a case.
func (r *runner) report(c *Case, n *node, rounds []round, yards []*yard, conditions []report.Condition, title string) {
	base := report.Result{
		Workload: c.Workload.Name, Workers: c.Workers, Size: c.Size, Table: c.Table,
		Port: "net_pcap", Burst: burst.Size, Slice: r.plan.pace.slice.Seconds(), Conditions: conditions,
		EventsTaken: n.taken(), Without: without(),
	}
	if c.Workload.note != nil {
		base.Note = c.Workload.note(n.counters())
	}
	ours := rates(rounds, 0)
	if len(yards) == 0 {
		base.SetPairs(ours, nil)
		r.out.Results = append(r.out.Results, base)
		r.told(title, &base)
		return
	}
	for k, y := range yards {
		x := base
		x.Yardstick = "testpmd " + y.mode
		x.SetPairs(ours, rates(rounds, 1+k))
		x.CPURatio = report.QuartilesOf(cpuRatios(rounds, 0, 1+k))
		x.Conditions = append(slices.Clone(conditions), report.Condition{
			Name: "testpmd tx = rx", Held: y.sent == y.received && y.sent > 0, Detail: fmt.Sprintf("rx %d, tx %d", y.received, y.sent),
		})
		if n.stamped == targets {
			x.Note = stampNote(rounds, len(yards), &x)
		}
		c.aim(&x, y.mode)
		r.out.Results = append(r.out.Results, x)
		r.told(title, &x)
	}
}

// stampNote says what the writing of random targets costs, in nanoseconds of CPU
// time a frame, and which ratio there would be without that.
func stampNote(rounds []round, yards int, x *report.Result) string {
	var cost []float64
	for _, r := range rounds {
		with, without := r[1+yards], r[2+yards]
		cost = append(cost, 1e9*(with.Share/with.Rate-without.Share/without.Rate))
	}
	ns := max(report.QuartilesOf(cost).Median, 0)
	return fmt.Sprintf("each frame goes to another random address of the table; the benchmark writes it behind the lane, which costs %.1f ns a frame here and testpmd nothing: without it the ratio would be %.3f",
		ns, x.Ratio/(1-ns*x.Mpps/1e3))
}

// told writes the line of a result.
func (r *runner) told(title string, x *report.Result) {
	s := fmt.Sprintf("%-46s %6.2f Mpps", title, x.Mpps)
	if x.Yardstick != "" {
		s += fmt.Sprintf("   %-16s %6.2f Mpps   ratio %.3f (spread %.0f %%; by CPU time %.3f)", x.Yardstick, x.YardstickMpps, x.Ratio, 100*x.Spread, x.CPURatio.Median)
	}
	if x.EventsTaken < 1 {
		s += fmt.Sprintf("  events taken %s", report.Percent(x.EventsTaken))
	}
	if x.TooNoisy {
		s += "  too noisy"
	}
	if !x.Counts() {
		s += "  DOES NOT COUNT"
	}
	r.Line("%s", s)
	if x.Note != "" {
		r.Line("    %s", x.Note)
	}
	for _, c := range x.Conditions {
		if !c.Held {
			r.Line("    NO  %s: %s", c.Name, c.Detail)
		}
	}
}

// modules keeps the cycles of a workload at one size: the first of them.
func (r *runner) modules(m *report.Modules) {
	if !slices.ContainsFunc(r.out.Modules, func(o report.Modules) bool { return o.Workload == m.Workload && o.Size == m.Size }) {
		r.out.Modules = append(r.out.Modules, *m)
	}
}

// roundsAllowed is how much the resident memory of the process may change in the
// rounds of a workload: buffers of the log's windows fill, and the benchmark
// keeps what it measured. `bench memory` looks closer.
const roundsAllowed = 8 << 20

// memory notes what the rounds of a workload left behind: of its first case.
func (r *runner) memory(n *node, looks []Look) {
	if slices.ContainsFunc(r.out.Memory, func(o report.Memory) bool { return o.Workload == n.workload.Name }) {
		return
	}
	by, entries := moved(looks)
	last := looks[len(looks)-1]
	r.out.Memory = append(r.out.Memory, report.Memory{
		Workload: n.workload.Name, Frames: n.counters().Verdicts.Received, Entries: entries, Moved: float64(by) / (1 << 20),
		Resident: float64(last.Resident) / (1 << 20), Huge: float64(last.Huge) / (1 << 20), Held: entries == 0 && by <= roundsAllowed,
	})
}
