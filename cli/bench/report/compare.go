package report

import (
	"fmt"
	"io"
	"math"

	"github.com/jedib0t/go-pretty/v6/table"
)

// Verdict on one workload of two runs.
type Verdict string

// The verdicts.
const (
	Same       Verdict = "same"       // moved by no more than both spreads together
	Better     Verdict = "better"     // rose by more
	Regression Verdict = "REGRESSION" // fell by more
	Missing    Verdict = "missing"    // the later run has it not
	New        Verdict = "new"        // the earlier run had it not
	Unsure     Verdict = "unsure"     // one of them does not count, is too noisy, or has no yardstick
)

// Comparison of two runs.
type Comparison struct {
	Rows []Row `json:"rows"`
	// Doubts are differences that make the comparison say less, a line each.
	Doubts []string `json:"doubts,omitempty"`
}

// Row compares one workload by its ratio.
type Row struct {
	Name      string  `json:"name"`
	Yardstick string  `json:"yardstick"`
	Before    float64 `json:"before"`
	After     float64 `json:"after"`
	// Allowed is by how much the ratio may fall: half the distance of its
	// quartiles in each run, added as independent errors are.
	Allowed float64 `json:"allowed"`
	Verdict Verdict `json:"verdict"`
	Why     string  `json:"why,omitempty"`
}

// identity is what makes two results comparable.
type identity struct {
	workload, yardstick, port string
	workers, size, table      int
}

func (r *Result) identity() identity {
	return identity{r.workload(), r.Yardstick, r.Port, r.Workers, r.Size, r.Table}
}

// Compare sets a later run against an earlier one.
func Compare(before, after *Run) *Comparison {
	c := &Comparison{Doubts: before.differences(after)}
	later := make(map[identity]*Result, len(after.Results))
	for i := range after.Results {
		later[after.Results[i].identity()] = &after.Results[i]
	}
	seen := make(map[identity]bool)
	for i := range before.Results {
		a := &before.Results[i]
		id := a.identity()
		if seen[id] {
			continue
		}
		seen[id] = true
		b, ok := later[id]
		if !ok {
			c.Rows = append(c.Rows, Row{Name: a.name(), Yardstick: a.Yardstick, Before: a.Ratio, Verdict: Missing})
			continue
		}
		c.Rows = append(c.Rows, compare(a, b))
	}
	for i := range after.Results {
		if b := &after.Results[i]; !seen[b.identity()] {
			seen[b.identity()] = true
			c.Rows = append(c.Rows, Row{Name: b.name(), Yardstick: b.Yardstick, After: b.Ratio, Verdict: New})
		}
	}
	return c
}

func compare(a, b *Result) Row {
	half := func(q Quartiles) float64 { return (q.Third - q.First) / 2 }
	r := Row{Name: a.name(), Yardstick: a.Yardstick, Before: a.Ratio, After: b.Ratio,
		Allowed: math.Hypot(half(a.RatioQuartiles), half(b.RatioQuartiles)), Verdict: Same}
	switch {
	case a.Yardstick == "":
		r.Verdict, r.Why = Unsure, "no yardstick: rates of two runs prove nothing"
	case !a.Counts() || !b.Counts():
		r.Verdict, r.Why = Unsure, "a condition did not hold"
	case b.Ratio < a.Ratio-r.Allowed:
		r.Verdict = Regression
	case a.TooNoisy || b.TooNoisy:
		r.Verdict, r.Why = Unsure, "too noisy"
	case b.Ratio > a.Ratio+r.Allowed:
		r.Verdict = Better
	}
	return r
}

// differences of the two machines and runs.
func (r *Run) differences(later *Run) (list []string) {
	differ := func(what, a, b string) {
		if a != b {
			list = append(list, fmt.Sprintf("different %s: %q before, %q after", what, a, b))
		}
	}
	differ("schema", fmt.Sprint(r.Schema), fmt.Sprint(later.Schema))
	differ("machines", r.Environment.Machine(), later.Environment.Machine())
	differ("kernel", r.Environment.Kernel, later.Environment.Kernel)
	differ("DPDK", r.Environment.DPDK, later.Environment.DPDK)
	differ("isolated CPUs", r.Environment.Isolation.Isolated, later.Environment.Isolation.Isolated)
	differ("profile", r.Profile, later.Profile)
	return list
}

// Regressed tells whether something got worse beyond the spread.
func (c *Comparison) Regressed() bool { return c.has(Regression) }

// Complete tells whether the later run has everything that the earlier one had.
func (c *Comparison) Complete() bool { return !c.has(Missing) }

func (c *Comparison) has(v Verdict) bool {
	for i := range c.Rows {
		if c.Rows[i].Verdict == v {
			return true
		}
	}
	return false
}

// Print writes the comparison for people.
func (c *Comparison) Print(w io.Writer) {
	p := paintFor(w)
	var rows []table.Row
	for i := range c.Rows {
		r := &c.Rows[i]
		before, after, change := "-", "-", "-"
		if r.Verdict != New {
			before = fmt.Sprintf("%.3f", r.Before)
		}
		if r.Verdict != Missing {
			after = fmt.Sprintf("%.3f", r.After)
		}
		if r.Verdict != New && r.Verdict != Missing && r.Before > 0 {
			change = fmt.Sprintf("%+.1f %%", 100*(r.After/r.Before-1))
		}
		word := string(r.Verdict)
		switch r.Verdict {
		case Regression:
			word = p.bad(word)
		case Better:
			word = p.good(word)
		case Missing, Unsure:
			word = p.warn(word)
		}
		if r.Why != "" {
			word += ": " + r.Why
		}
		rows = append(rows, table.Row{r.Name, r.Yardstick, before, after, change, fmt.Sprintf("%.3f", r.Allowed), word})
	}
	if rows == nil {
		fmt.Fprintln(w, "neither run has results")
	} else {
		Grid(w, []string{"ratio of", "to", ">before", ">after", ">change", ">allowed", ""}, rows)
	}
	for _, d := range c.Doubts {
		fmt.Fprintf(w, "%s %s\n", p.warn("note:"), d)
	}
}
