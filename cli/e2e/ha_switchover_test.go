package e2e

import (
	"slices"
	"strings"
	"testing"
	"time"
)

// A planned handover gives all away, there and back; it is refused, with the
// reason, where there is nothing to give.
func TestSwitchoverThereAndBack(t *testing.T) {
	t.Parallel()
	w := newTwins(t, nil)
	w.is(0)
	all := w.trap()
	for _, from := range []int{0, 1} {
		w.is(from)
		if out, err := w.n[1-from].try("ctl", "switchover"); err == nil || !strings.Contains(out, "this node is backup") {
			t.Errorf("the backup gave the role away: %v, %s", err, out)
		}
		if out := w.n[from].cli("ctl", "switchover"); !strings.HasPrefix(out, "handed over to 198.18.0.25") || !strings.Contains(out, " ms\n") {
			t.Errorf("%q", out)
		}
		w.is(1 - from)
		if silent := w.silent(all, 1); len(silent) > 0 {
			t.Errorf("no echo from %v", silent)
		}
		for i, n := range w.n {
			if got := n.trapped(); !slices.Equal(got, all) {
				t.Errorf("node %d has %d trapped addresses, want %d", i+1, len(got), len(all))
			}
		}
	}
	if n := w.n[1].proofs(); n != 0 {
		t.Errorf("node 2 started %d proofs", n)
	}
	for what, lines := range map[string][]string{
		"status":  {"role             master", "peer             converged with 198.18.0.252 for "},
		"modules": {"bngsync  active", "vrrp     active"},
		"bngsync": {"  bngsync is active\n  we are talking (and expecting) IPv4 UDP port 10439\n  the MAC address for syncpeer is known as 06:00:c6:12:00:fc\n"},
		"ha":      {"this one  master", "peer      backup", "session up"},
	} {
		out := w.n[0].cli("show", what)
		for _, line := range lines {
			if !strings.Contains(out, line) {
				t.Errorf("show %s without %q:\n%s", what, line, out)
			}
		}
	}
	t.Logf("\n%s", w.n[0].cli("show", "ha"))
	w.n[1].kill()
	if out, err := w.n[0].try("ctl", "switchover"); err == nil || !strings.Contains(out, "switchover: ") {
		t.Errorf("the role was given to a dead node: %v, %s", err, out)
	}
	for _, h := range w.n[0].ha().History {
		if h.What == "split brain" {
			t.Errorf("two masters in a planned handover: %v", w.n[0].ha().History)
		}
	}
}

// The master is scanned while it gives the role away: what it had captured by
// then the other one has, and it goes on from there.
func TestSwitchoverUnderAScanLosesNothing(t *testing.T) {
	t.Parallel()
	w := newTwins(t, nil)
	w.is(0)
	scan := w.scan()
	eventually(t, 20*time.Second, "30 captures", func() bool { return len(w.n[0].trapped()) >= 30 })
	before := w.n[0].trapped()
	eventually(t, 10*time.Second, "the role is given away", func() bool {
		out, err := w.n[0].try("ctl", "switchover")
		return err == nil || strings.Contains(out, "this node is backup")
	})
	// The old master has only what it had: it captures no more.
	gave := w.n[0].trapped()
	got := w.n[1].trapped()
	for _, a := range append(before, gave...) {
		if !slices.Contains(got, a) {
			t.Errorf("%s did not go along", a)
		}
	}
	<-scan.done
	w.is(1)
	if a, b := w.n[0].trapped(), w.n[1].trapped(); !slices.Equal(a, b) || len(b) <= len(before) {
		t.Errorf("%d captures before, then %d on the old master and %d on the new one", len(before), len(a), len(b))
	}
	if p := w.n[1].ha(); p.SplitBrains != 0 || p.Records["pruned"] != 0 {
		t.Errorf("%d split brains, %v", p.SplitBrains, p.Records)
	}
	t.Logf("%d captures before, %d given, %d in the end: %+v", len(before), len(gave), len(w.n[1].trapped()), w.n[0].ha().Handover)
}
