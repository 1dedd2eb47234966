package bench

import (
	"fmt"
	"slices"
	"strings"

	"mire/cli/bench/report"
	"mire/dpdk/burst"
	"mire/engine"
)

// books are the final counters of a node beside what its source must come to.
type books struct {
	*node
	tally  tally
	k      *engine.Counters
	last   uint64 // frames behind the end
	broken uint64 // frames broken on purpose
}

// slack is by how many frames shares can be off: a source is neither begun nor
// ended with, and the bursts that were broken stood anywhere in it.
func (b *books) slack() uint64 { return uint64(2*Frames*b.workers) + b.broken + b.last }

// near tells whether got is what k of all Frames come to: exactly, when that is
// all or none of them.
func (b *books) near(got uint64, k int) bool {
	all := b.k.Verdicts.Received - b.broken - b.last
	switch k {
	case 0:
		return got == 0
	case Frames:
		return got == all
	}
	want := all / Frames * uint64(k)
	return max(got, want)-min(got, want) <= b.slack()
}

// loaded: every stage is there and saw all frames that no earlier one decides.
func (b *books) loaded() report.Condition {
	c := report.Condition{Name: "whole chain loaded", Held: slices.Equal(b.k.Names, b.workload.stages())}
	all := b.k.Verdicts.Received - b.last - b.broken
	gone := b.tally.stages[stageParse]
	for i, s := range b.k.Stages {
		c.Held = c.Held && s.Entered+b.slack() >= all/Frames*uint64(Frames-gone)
		if i < len(b.k.Names) {
			gone += b.tally.stages[b.k.Names[i]]
		}
	}
	what := chain
	if b.workload.bare {
		what = "an empty chain"
	}
	c.Detail = fmt.Sprintf("%s; frames entered %s", what, strings.Join(b.k.Names, ", "))
	return c
}

// events are on and taken: all of them by a reader who keeps up, or what the
// daemon's aggregator can write lines of.
func (b *books) events() report.Condition {
	pushed, full := b.pushed()
	all := b.k.Verdicts.Received - b.last - b.broken
	want := all / Frames * uint64(b.tally.events)
	c := report.Condition{Name: "events on", Held: pushed+full+b.slack() >= want && (b.tally.events == 0 || pushed > 0)}
	c.Detail = fmt.Sprintf("%d of %d events taken, %s", pushed, pushed+full, percent(pushed, pushed+full))
	if full > 0 {
		c.Detail += "; the others found the ring full, were counted and cost next to nothing"
	}
	if b.tally.events == 0 && pushed+full == 0 {
		c.Detail = "no frame of this workload leaves one"
	}
	return c
}

// pushed are the events that were taken, or will be, and that found a full ring.
func (n *node) pushed() (pushed, full uint64) {
	for _, m := range n.crew {
		pushed, full = pushed+m.ring.Pushed(), full+m.ring.Lost()
	}
	return pushed, full
}

// taken is the part of the events that was taken, 0..1; 1 when there were none.
func (n *node) taken() float64 {
	pushed, full := n.pushed()
	if pushed+full == 0 {
		return 1
	}
	return float64(pushed) / float64(pushed+full)
}

// overBudget is the reason for which a reply is withheld.
const overBudget = "tarpit_budget"

// percent is a part of a whole in percent, never 100 when something is missing.
func percent(part, all uint64) string {
	if part == all {
		return "100 %"
	}
	return fmt.Sprintf("%.1f %%", min(100*float64(part)/float64(all), 99.9))
}

// decided: every frame became what it must.
func (b *books) decided() report.Condition {
	v, over := &b.k.Verdicts, b.k.Dropped(overBudget)
	c := report.Condition{Name: "every frame decided as it must be", Held: true}
	parts := []string{fmt.Sprintf("%d received", v.Received)}
	if b.tally.limited > 0 {
		c.Held = v.Sent > 0 && b.near(v.Sent+over, b.tally.replies)
		parts = append(parts, fmt.Sprintf("%d answered, %d over budget", v.Sent, over))
	} else {
		c.Held = b.near(v.Sent, b.tally.replies)
		parts = append(parts, fmt.Sprintf("%d answered", v.Sent))
	}
	forced := map[string]bool{burst.Stopping.String(): true, burst.TxFull.String(): true}
	for _, f := range b.workload.flaws {
		forced[f.why.String()] = true
	}
	if b.tally.limited > 0 {
		forced[overBudget] = true
	}
	for r, info := range b.k.Reasons {
		n := v.Dropped[r]
		if forced[info.Name] {
			continue
		}
		c.Held = c.Held && b.near(n, b.tally.dropped[info.Name])
		if n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, info.Name))
		}
	}
	c.Held = c.Held && v.Consumed == 0
	parts = append(parts, fmt.Sprintf("%d broken on purpose, %d behind the end", b.broken, b.last))
	c.Detail = strings.Join(parts, ", ")
	return c
}

// checked: replies were compared with the reference, as many as are due.
func (b *books) checked() report.Condition {
	var good, bad, lost uint64
	var first error
	for _, m := range b.crew {
		g, w, e := m.checks.count()
		good, bad, lost = good+g, bad+w, lost+m.tap.samples.lost.Load()
		if first == nil {
			first = e
		}
	}
	answered := b.k.Verdicts.Sent
	c := report.Condition{Name: "replies checked", Held: bad == 0 && good >= answered/4096 && good > 0,
		Detail: fmt.Sprintf("%d of %d, byte for byte against gopacket and a reference SipHash-2-4; %d wrong, %d missed", good, answered, bad, lost)}
	if b.tally.replies == 0 {
		c.Name, c.Held, c.Detail = "nothing answered", answered == 0 && bad == 0, fmt.Sprintf("%d replies", answered)
	}
	if first != nil {
		c.Detail += ": " + first.Error()
	}
	return c
}
