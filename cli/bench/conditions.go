package bench

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"mire/cli/bench/report"
	"mire/dpdk"
	"mire/dpdk/burst"
	"mire/engine/session"
)

// provokeFlaws breaks a burst in every way its frames can be broken and sees
// whether every one of them is dropped for that. It is for the time between
// slices.
func (n *node) provokeFlaws() ([]report.Condition, error) {
	if len(n.workload.flaws) == 0 {
		return nil, nil
	}
	c := report.Condition{Name: "checksums of every frame verified", Held: true}
	var parts []string
	for k, f := range n.workload.flaws {
		dropped, err := n.provoke(k, f.why)
		if err != nil {
			return nil, err
		}
		c.Held = c.Held && dropped == burst.Size
		parts = append(parts, fmt.Sprintf("of %d frames with a broken %s checksum %d dropped", burst.Size, f.name, dropped))
	}
	c.Detail = "in software: " + strings.Join(parts, ", ")
	return []report.Condition{c}, nil
}

// provoke breaks one burst of the first worker in way k and returns how many
// frames were dropped for it.
func (n *node) provoke(k int, why burst.Reason) (uint64, error) {
	m := n.crew[0]
	before := m.worker.Counters().Verdicts.Dropped[why]
	m.tap.broken.Store(int32(k + 1))
	n.start()
	defer n.park()
	for range 250 {
		time.Sleep(2 * time.Millisecond) // counters are shown once a millisecond
		if m.tap.broken.Load() == 0 {
			time.Sleep(5 * time.Millisecond)
			return m.worker.Counters().Verdicts.Dropped[why] - before, nil
		}
	}
	return 0, errors.New("no burst came within 500 ms")
}

// lookups sees whether all targets are looked up as captured while the workers
// run. A lookup that hits leaves a mark; the tarpit's sweep takes it away now
// and then, so targets without one are looked at again.
func (n *node) lookups() []report.Condition {
	var missing []session.Key
	for i := range n.shots {
		if t := n.shots[i].target; t.IsValid() {
			missing = append(missing, key(t))
		}
	}
	if len(missing) == 0 {
		return nil
	}
	c := report.Condition{Name: "every destination looked up"}
	if got := n.table.Stats().Entries[session.Trapped]; got != int64(n.setup.table) {
		c.Detail = fmt.Sprintf("%d addresses are captured, not %d", got, n.setup.table)
		return []report.Condition{c}
	}
	c.Detail = fmt.Sprintf("%d targets marked in a table of %d captured addresses", len(missing), n.setup.table)
	n.start()
	defer n.park()
	for range 100 {
		time.Sleep(10 * time.Millisecond)
		missing = slices.DeleteFunc(missing, func(k session.Key) bool {
			r, ok := n.table.Get(k, dpdk.Now())
			return ok && r.State == session.Trapped && r.Used
		})
		if len(missing) == 0 {
			c.Held = true
			return []report.Condition{c}
		}
	}
	c.Detail = fmt.Sprintf("%d targets were not looked up", len(missing))
	return []report.Condition{c}
}

// tally is what all shots of a source must come to.
type tally struct {
	replies int            // of Frames, answered
	limited int            // of those, answered only as budgets allow
	dropped map[string]int // without reply, by reason
	stages  map[string]int // frames that end in a stage
	events  int            // frames that leave an event
}

func tallyOf(list []shot) tally {
	t := tally{stages: map[string]int{}, dropped: map[string]int{}}
	for i := range list {
		x := &list[i]
		t.stages[x.stage]++
		if x.event {
			t.events++
		}
		switch {
		case x.reply == nil:
			t.dropped[x.why]++
		case x.limited:
			t.limited++
			t.replies++
		default:
			t.replies++
		}
	}
	return t
}

// account judges the final counters: call it after finish.
func (n *node) account() ([]report.Condition, error) {
	stats, err := n.port.Stats()
	if err != nil {
		return nil, err
	}
	k, t := n.counters(), tallyOf(n.shots)
	v := &k.Verdicts
	b := books{node: n, tally: t, k: k, last: v.Dropped[burst.Stopping]}
	for _, m := range n.crew {
		b.broken += m.tap.damaged.Load()
	}
	own := v.Originated - n.early
	return []report.Condition{
		b.loaded(), b.events(), b.decided(),
		{Name: "tx = rx", Held: stats.TxPackets == v.Sent+own && stats.RxPackets == v.Received && k.IO.TxFull == n.early && k.Held() == 0,
			Detail: fmt.Sprintf("port: rx %d, tx %d = %d replies + %d frames of our own", stats.RxPackets, stats.TxPackets, v.Sent, own)},
		b.checked(),
	}, nil
}
