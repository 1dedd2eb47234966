package e2e

import (
	"slices"
	"testing"
	"time"
)

// One frame of a hundred is lost; the master dies while it captures. What it
// had captured a second before, the backup knows.
func TestKillUnderLossLosesNothingOlderThanASecond(t *testing.T) {
	t.Parallel()
	need(t, "iptables", "sysctl")
	w := newTwins(t, nil)
	w.is(0)
	w.sysctl("bridge", "net.bridge.bridge-nf-call-iptables=1")
	w.must("bridge", "iptables", "-A", "FORWARD", "-m", "statistic", "--mode", "random", "--probability", "0.01", "-j", "DROP")
	w.scan()
	type reading struct {
		at  time.Time
		all []string
	}
	var known []reading
	for began := time.Now(); time.Since(began) < 6*time.Second; time.Sleep(100 * time.Millisecond) {
		all := w.n[0].trapped() // asked after: a capture in it is at least as old as what follows
		known = append(known, reading{time.Now(), all})
	}
	w.n[0].kill()
	died := time.Now()
	i := len(known) - 1
	for i >= 0 && died.Sub(known[i].at) < time.Second {
		i--
	}
	if i < 0 || len(known[i].all) < 20 {
		t.Fatalf("%d readings, too few captures to judge", len(known))
	}
	survived := w.n[1].trapped()
	var lost []string
	for _, a := range known[i].all {
		if !slices.Contains(survived, a) {
			lost = append(lost, a)
		}
	}
	if len(lost) > 0 {
		t.Errorf("lost %d of %d that were captured %v before the end: %v", len(lost), len(known[i].all), died.Sub(known[i].at), lost)
	}
	t.Logf("%d captures known at the end, %d a second before, %d survived", len(known[len(known)-1].all), len(known[i].all), len(survived))
}
