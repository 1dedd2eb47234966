package e2e

import (
	"strings"
	"testing"
	"time"
)

// The role stays where a planned handover put it, over a restart of the stronger
// node; an ordinary preemption, and the handover, are no split brains.
func TestTheRoleStaysWhereItWasPut(t *testing.T) {
	t.Parallel()
	w := newTwins(t, nil)
	w.is(0)
	out := w.n[0].cli("ctl", "switchover")
	if !strings.Contains(out, "nobody answered for ") {
		t.Errorf("%q", out)
	}
	t.Log(out)
	w.is(1)
	for range 2 {
		w.n[0].kill()
		w.n[0].start("n1")
		w.is(1)
		if out := w.n[0].cli("show", "ha"); !strings.Contains(out, "no: the role was given to the peer") {
			t.Errorf("%s", out)
		}
	}
	time.Sleep(6 * time.Second) // longer than a preemption takes
	w.is(1)

	// The holder fails: the other serves, and takes the role back as ever from then on.
	w.n[1].kill()
	eventually(t, 10*time.Second, "the other takes over", func() bool { return w.n[0].ha().Standing == "master" })
	w.n[1].start("n2")
	w.is(0)
	w.n[0].kill()
	eventually(t, 10*time.Second, "the other takes over", func() bool { return w.n[1].ha().Standing == "master" })
	w.n[0].start("n1")
	w.is(0)
	for i, n := range w.n {
		if p := n.ha(); p.SplitBrains != 0 || p.Preemptions != 1 {
			t.Errorf("node %d: %d split brains, %d preemptions", i+1, p.SplitBrains, p.Preemptions)
		}
	}
}
