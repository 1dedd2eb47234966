package ha

import (
	"fmt"
	"slices"
	"time"

	"mire/cli/bench/report"
)

// Promise is one line of what was promised and what was found.
type Promise struct {
	What, Promised, Measured, Spread string
	// Told: nothing was promised, it stands beside what was.
	Told, Met bool
}

// Promises judges everything that was measured of Mire, in the order of the
// parts. What was not measured has no line.
func (r *Result) Promises() (list []Promise) {
	for i := range r.Losses {
		if l := &r.Losses[i]; l.Side == (mire{}).Name() {
			list = append(list, l.promise())
		}
	}
	if r.Lag != nil {
		list = append(list, r.Lag.promise())
	}
	if r.Bulk != nil {
		list = append(list, r.Bulk.promises()...)
	}
	if r.Crashes != nil {
		list = append(list, r.Crashes.promise())
	}
	if r.Handovers != nil {
		list = append(list, r.Handovers.promise())
	}
	if r.Switchovers != nil {
		list = append(list, r.Switchovers.promise())
	}
	for i := range r.Jitter {
		list = append(list, r.Jitter[i].promise())
	}
	return list
}

func (l *Lag) promise() Promise {
	return Promise{What: fmt.Sprintf("sync lag, %s changes/s", count(l.Rate)), Promised: "p99 <= 20 ms", Measured: "p99 " + l.P99.text(),
		Spread: fmt.Sprintf("p50 %s, p99.9 %s, max %s; CPU %.0f %%", l.P50.text(), l.P999.text(), l.Max.text(), l.HadCPU),
		Met:    l.Count > 0 && l.Unseen == 0 && l.P99 <= nanos(20*time.Millisecond)}
}

func (b *Bulk) promises() []Promise {
	list := []Promise{{What: fmt.Sprintf("bulk of %s entries, %s live changes/s", count(float64(b.Entries)), count(b.Rate)), Promised: ">= 1M entries/s",
		Measured: count(b.PerSecond()) + " entries/s", Spread: fmt.Sprintf("CPU %.0f %%", b.HadCPU), Met: b.Complete && b.PerSecond() >= 1e6}}
	if b.Entries >= 1_000_000 {
		list = append(list, Promise{What: "1M entries", Promised: "<= 2 s", Measured: fmt.Sprintf("%.2f s", b.Took.Seconds()),
			Met: b.Complete && b.Took <= 2*time.Second})
	}
	return list
}

func (c *Crashes) promise() Promise {
	return Promise{What: fmt.Sprintf("master dies, %.0f %% loss, %s changes/s, %d times", 100*c.Loss, count(c.Rate), len(c.Runs)),
		Promised: "nothing older than 1 s lost", Measured: fmt.Sprintf("%d lost", c.Old()),
		Spread: fmt.Sprintf("oldest missing: %v", c.Oldest().Round(time.Millisecond)), Met: len(c.Runs) > 0 && c.Old() == 0}
}

func (h *Handovers) promise() Promise {
	amid := ""
	if h.Loss > 0 {
		amid = fmt.Sprintf(", %.0f %% loss", 100*h.Loss)
	}
	p := Promise{What: fmt.Sprintf("planned handover amid %s changes/s%s, %d times", count(h.Rate), amid, len(h.Runs)+len(h.Failed)),
		Promised: "nothing lost", Measured: fmt.Sprintf("%d lost, %d given up", h.Lost, len(h.Failed)), Met: len(h.Runs) > 0 && h.Lost+len(h.Failed) == 0}
	if len(h.Runs) > 0 {
		p.Spread = fmt.Sprintf("took up to %s", nanos(slices.Max(h.Runs)).text())
	}
	return p
}

func (j *Jitter) promise() Promise {
	p := Promise{What: fmt.Sprintf("adverts every %v, %.0f s at %.2f Mpps (%s)", j.Interval, j.Seconds, j.Sent, j.Name),
		Promised: "p99.9 < 5 ms, no election", Measured: fmt.Sprintf("p99.9 %s, %d elections", j.P999.text(), j.Elections),
		Spread: fmt.Sprintf("p50 %s, p99 %s, max %s; %d of %d heard; CPU %.0f %%", j.P50.text(), j.P99.text(), j.Max.text(), j.Heard, j.Told, j.HadCPU),
		Met:    j.Count > 0 && j.Elections == 0 && j.P999 < nanos(5*time.Millisecond)}
	if j.Overload {
		p.Promised, p.Told = "-", true
	}
	return p
}

// Kept tells whether something was measured and every promise held.
func (r *Result) Kept() bool {
	list := r.Promises()
	return len(list) > 0 && !slices.ContainsFunc(list, func(p Promise) bool { return !p.Met && !p.Told })
}

// promise of one way to lose the master.
func (l *Loss) promise() Promise {
	p := Promise{What: fmt.Sprintf("%s, adverts every %v", l.Cause, l.Advert), Promised: fmt.Sprintf("gap <= %s ms", number(l.Limit())),
		Met: len(l.Gaps) > 0 && l.Within() == l.Runs()}
	if len(l.Gaps) == 0 {
		p.Measured = "no run came to an end"
		return p
	}
	gaps := l.millis(gapOf)
	q := report.QuartilesOf(gaps)
	p.Measured = fmt.Sprintf("%d of %d; median %.1f, worst %.1f ms", l.Within(), l.Runs(), q.Median, slices.Max(gaps))
	p.Spread = fmt.Sprintf("quartiles %.1f - %.1f ms", q.First, q.Third)
	return p
}

// number is a duration in milliseconds.
func number(d time.Duration) string { return fmt.Sprintf("%.1f", float64(d)/float64(time.Millisecond)) }

// count is a large number for people.
func count(v float64) string {
	switch {
	case v >= 1e6:
		return fmt.Sprintf("%.3gM", v/1e6)
	case v >= 1e3:
		return fmt.Sprintf("%.3gk", v/1e3)
	}
	return fmt.Sprintf("%.0f", v)
}
