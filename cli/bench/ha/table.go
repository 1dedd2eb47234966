package ha

import (
	"fmt"
	"io"
	"slices"

	"github.com/jedib0t/go-pretty/v6/table"

	"mire/cli/bench/report"
)

// Print writes the result for people.
func (r *Result) Print(w io.Writer) {
	fmt.Fprintf(w, "%s\n%s\n\n", r.Environment.Machine(), r.Environment.Software())
	for _, c := range r.Conditions {
		fmt.Fprintf(w, "- %s\n", c)
	}
	if len(r.Losses) > 0 {
		fmt.Fprintln(w, "\nThe master is lost: what the client saw, milliseconds")
		r.printLosses(w)
	}
	if list := r.Promises(); len(list) > 0 {
		fmt.Fprintln(w)
		var rows []table.Row
		for _, p := range list {
			met := "yes"
			switch {
			case p.Told:
				met = "-"
			case !p.Met:
				met = "NO"
			}
			rows = append(rows, table.Row{p.What, p.Promised, p.Measured, p.Spread, met})
		}
		report.Grid(w, []string{"what", "promise", "measured", "spread", "met?"}, rows)
	}
}

func (r *Result) printLosses(w io.Writer) {
	var rows []table.Row
	for i := range r.Losses {
		l := &r.Losses[i]
		row := table.Row{l.Advert, l.Cause, l.Side, l.Runs()}
		if gaps := l.millis(gapOf); len(gaps) > 0 {
			q := report.QuartilesOf(gaps)
			row = append(row, one(q.Median), one(q.First)+" - "+one(q.Third), one(slices.Max(gaps)),
				one(report.QuartilesOf(l.millis(sinceOf)).Median), one(report.QuartilesOf(l.millis(advertOf)).Median), one(slices.Max(l.millis(advertOf))))
		} else {
			row = append(row, "-", "-", "-", "-", "-", "-")
		}
		rows = append(rows, append(row, number(l.Formula), fmt.Sprintf("%d of %d", l.Within(), l.Runs())))
	}
	report.Grid(w, []string{"adverts", "lost by", "side", ">runs", ">gap", ">quartiles", ">worst", ">from loss", ">from advert", ">worst", ">formula", ">within +20"}, rows)
	for i := range r.Losses {
		l := &r.Losses[i]
		if p := l.pause(); p > inTime {
			fmt.Fprintf(w, "%s, %s at %v: the client itself had no CPU for up to %s within a gap\n", l.Side, l.Cause, l.Advert, nanos(p).text())
		}
		if n := len(l.Disturbed); n > 0 {
			fmt.Fprintf(w, "%s, %s at %v: %d runs made again, because the client had no CPU\n", l.Side, l.Cause, l.Advert, n)
		}
		for _, why := range l.Failed {
			fmt.Fprintf(w, "%s, %s at %v failed: %s\n", l.Side, l.Cause, l.Advert, why)
		}
	}
}

func one(v float64) string { return fmt.Sprintf("%.1f", v) }
