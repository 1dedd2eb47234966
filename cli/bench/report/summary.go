package report

import (
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/jedib0t/go-pretty/v6/table"
)

// Print writes the run for people, in colours when w is a terminal.
func (r *Run) Print(w io.Writer) {
	p := paintFor(w)
	e := &r.Environment
	fmt.Fprintf(w, "%s\n%s\n%s\n", p.bold("mire bench, profile "+r.Profile), e.Machine(), e.Software())
	fmt.Fprintf(w, "%s, %s\n", r.Started.UTC().Format("2006-01-02 15:04 MST"), time.Duration(r.Seconds*1e9).Round(time.Second))
	for _, part := range []func(io.Writer, paint){
		r.printResults, r.printTargets, r.printSearch, r.printLatency, r.printZeroLoss, r.printModules, r.printMemory, r.printDoubts,
	} {
		var b strings.Builder
		if part(&b, p); b.Len() > 0 {
			fmt.Fprintf(w, "\n%s", b.String())
		}
	}
}

func (r *Run) printResults(w io.Writer, p paint) {
	var rows []table.Row
	for i := range r.Results {
		x := &r.Results[i]
		row := table.Row{x.workload(), x.Workers, bytesText(x.Size, ""), count(x.Table), fmt.Sprintf("%.2f", x.Mpps), "-", "-", "-", "-", "-", Percent(x.EventsTaken), x.Samples, x.verdict(p)}
		if x.Table == 0 {
			row[3] = "-"
		}
		if x.Yardstick != "" {
			row[5], row[6] = x.Yardstick, fmt.Sprintf("%.2f", x.YardstickMpps)
			row[7] = fmt.Sprintf("%.3f", x.Ratio)
			row[8] = fmt.Sprintf("%.3f - %.3f", x.RatioQuartiles.First, x.RatioQuartiles.Third)
			row[9] = fmt.Sprintf("%.3f", x.CPURatio.Median)
		}
		rows = append(rows, row)
	}
	if rows != nil {
		Grid(w, []string{"workload", ">workers", ">size", ">table", ">Mpps", "yardstick", ">Mpps", ">ratio", "quartiles", ">by CPU time", ">events taken", ">pairs", ""}, rows)
	}
}

// workload is its name, with what was not used of the CPU.
func (r *Result) workload() string {
	if r.Without == "" {
		return r.Workload
	}
	return r.Workload + " without " + r.Without
}

// Percent is a part of a whole, 0..1, in percent; never 100 when something is missing.
func Percent(part float64) string {
	if part == 1 {
		return "100 %"
	}
	return fmt.Sprintf("%.1f %%", min(100*part, 99.9))
}

// verdict is what one should know of a result at a glance.
func (r *Result) verdict(p paint) string {
	switch {
	case !r.Counts():
		return p.bad("does not count: a condition did not hold")
	case r.TooNoisy:
		return p.warn(fmt.Sprintf("too noisy: quartiles %.0f %% apart", 100*r.noise()))
	case r.Yardstick == "":
		return p.warn("no yardstick")
	}
	return r.Note
}

// noise is the spread that TooNoisy is about.
func (r *Result) noise() float64 {
	if r.Yardstick == "" {
		return r.MppsQuartiles.Spread()
	}
	return r.Spread
}

func (r *Run) printTargets(w io.Writer, p paint) {
	var rows []table.Row
	for i := range r.Targets {
		t := &r.Targets[i]
		verdict := t.Verdict()
		switch {
		case t.Met():
			verdict = p.good(verdict)
		case t.Counts:
			verdict = p.bad(verdict)
		default:
			verdict = p.warn(verdict)
		}
		bound := "at least "
		if t.AtMost {
			bound = "at most "
		}
		rows = append(rows, table.Row{t.Name, t.Against, t.Unit, fmt.Sprintf("%.3g", t.Measured), fmt.Sprintf("%s%.3g", bound, t.Least), fmt.Sprintf("%.3g", t.Aim), verdict})
	}
	if rows != nil {
		Grid(w, []string{"target", "against", "unit", ">measured", "", ">aim", ""}, rows)
	}
}

func (r *Run) printSearch(w io.Writer, _ paint) {
	var rows []table.Row
	for i := range r.Search {
		s := &r.Search[i]
		ring := "-"
		if s.Ring > 0 {
			ring = fmt.Sprint(s.Ring)
		}
		rows = append(rows, table.Row{s.Workload, s.Side, bytesText(s.Size, s.Mix), s.Port, ring, s.Word, s.NDR.text(), s.PDR.text(), s.Trials, s.Disturbed, share(s.CPUShare)})
	}
	if rows != nil {
		Grid(w, []string{"workload", "side", ">size", "port", ">ring", "", "no loss, Mpps", "0.5 % loss, Mpps", ">trials", ">disturbed", ">had CPU"}, rows)
		s := &r.Search[0]
		fmt.Fprintf(w, "a rate holds when trials of %.3g s, %.3g s in all, lose no more, but for %.0f %% of the time;\n"+
			"a trial is disturbed, and made again, when its threads had no CPU for long enough to explain its losses; had CPU: the device's thread, of the time it worked\n",
			s.Trial, s.Confirm, 100*s.Exceed)
	}
}

// share is a part of the time in which a thread had a CPU; 0: the kernel does
// not say.
func share(part float64) string {
	if part == 0 {
		return "-"
	}
	return fmt.Sprintf("%.1f %%", 100*part)
}

// text is a bound with its spread and what limited it.
func (b *Bound) text() string {
	s := fmt.Sprintf("%.3f", b.Mpps)
	switch {
	case b.Mpps == 0 && b.Limit == "":
		return "none: loses at every rate tried"
	case b.Mpps == 0:
		return "not found: limit of " + b.Limit
	case b.Limit == "generator":
		s = "at least " + s + ": generator limit"
	case b.Limit != "":
		s = "at least " + s + ": limit of " + b.Limit
	}
	if b.Samples > 1 {
		s += fmt.Sprintf(" (spread %.0f %% of %d)", 100*b.Spread, b.Samples)
	}
	return s
}

func (r *Run) printLatency(w io.Writer, _ paint) {
	var rows []table.Row
	us := func(ns int64) string { return fmt.Sprintf("%.1f", float64(ns)/1e3) }
	for i := range r.Latency {
		l := &r.Latency[i]
		rows = append(rows, table.Row{l.Workload, l.Side, bytesText(l.Size, ""), fmt.Sprintf("%.0f %%", l.Percent), fmt.Sprintf("%.3f", l.Mpps),
			us(l.P50), us(l.P90), us(l.P99), us(l.P999), us(l.Max), l.Count})
	}
	if rows != nil {
		Grid(w, []string{"latency, us", "side", ">size", ">load", ">Mpps", ">p50", ">p90", ">p99", ">p99.9", ">max", ">frames"}, rows)
	}
}

func (r *Run) printZeroLoss(w io.Writer, p paint) {
	for i := range r.ZeroLoss {
		z := &r.ZeroLoss[i]
		lost := p.good("0 lost")
		if z.Lost > 0 {
			lost = p.bad(fmt.Sprintf("%d lost", z.Lost))
		}
		fmt.Fprintf(w, "zero loss, %s: %.3f Mpps = ring of %d frames / %.0f ms, for %.0f s: %d offered, %d received, %s\n"+
			"  meanwhile %d reloads and %d times show; the engine had its CPU %s of the time (away for %.1f ms), %d turns above 100 us, the longest %.2f ms\n"+
			"  the generator left out %d frames (%.1f ms without a CPU) and did not fetch %d answers in time\n",
			z.Workload, z.Mpps, z.Ring, 1e3*z.Stall, z.Seconds, z.Offered, z.Received, lost,
			z.Reloads, z.Shows, share(z.CPUShare), 1e3*z.Away, z.LongTurns, 1e3*z.LongestTurn, z.Late, 1e3*z.LateSeconds, z.NotFetched)
		if z.Note != "" {
			fmt.Fprintf(w, "  %s\n", p.warn(z.Note))
		}
	}
}

func (r *Run) printModules(w io.Writer, _ paint) {
	for i := range r.Modules {
		m := &r.Modules[i]
		fmt.Fprintf(w, "cycles per packet, %s, %s:", m.Workload, bytesText(m.Size, ""))
		for _, c := range m.Cycles {
			fmt.Fprintf(w, "  %s %.1f", c.Name, c.Cycles)
		}
		fmt.Fprintf(w, "  = %.1f\n", m.Total())
	}
}

func (r *Run) printMemory(w io.Writer, p paint) {
	for i := range r.Memory {
		m := &r.Memory[i]
		verdict := p.good("unchanged")
		if !m.Held {
			verdict = p.bad("CHANGED")
		}
		fmt.Fprintf(w, "memory after %d frames of %s: %s: entries moved by %d, resident by %.2f MiB (%.1f MiB, and %.1f in hugepages)\n",
			m.Frames, m.Workload, verdict, m.Entries, m.Moved, m.Resident, m.Huge)
	}
}

// printDoubts lists the conditions that did not hold and the problems.
func (r *Run) printDoubts(w io.Writer, p paint) {
	for i := range r.Results {
		for _, c := range r.Results[i].Conditions {
			if !c.Held {
				fmt.Fprintf(w, "%s %s: %s: %s\n", p.bad("did not hold:"), r.Results[i].name(), c.Name, c.Detail)
			}
		}
	}
	for _, s := range r.Problems {
		fmt.Fprintf(w, "%s %s\n", p.warn("note:"), s)
	}
}
