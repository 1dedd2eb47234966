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

// Two of a hundred datagrams between the nodes are lost while addresses are
// captured; each planned handover succeeds at the first try.
func TestSwitchoverUnderLossSucceedsEachTime(t *testing.T) {
	need(t, "iptables", "sysctl")
	w := newTwins(t, nil)
	w.is(0)
	w.sysctl("bridge", "net.bridge.bridge-nf-call-iptables=1")
	w.must("bridge", "iptables", "-A", "FORWARD", "-p", "udp", "--dport", "10439", "-m", "statistic", "--mode", "random", "--probability", "0.02", "-j", "DROP")
	scan := w.scan()
	from, done := 0, 0
	for try := 0; scan.running() || try < 10; try++ {
		time.Sleep(1500 * time.Millisecond) // a proof takes 1.2 s, and ends with the mastership
		out, err := w.n[from].try("ctl", "switchover")
		if err != nil {
			t.Fatalf("try %d: %v, %s", try, err, out)
		}
		from, done = 1-from, done+1
		eventually(t, 5*time.Second, "the other one is master", func() bool {
			return w.n[from].ha().Standing == "master" && w.n[1-from].ha().Standing == "backup"
		})
	}
	w.is(from)
	if a, b := w.n[0].trapped(), w.n[1].trapped(); !slices.Equal(a, b) || len(a) == 0 {
		t.Errorf("%d and %d captures", len(a), len(b))
	}
	t.Logf("%d of %d handovers, %d captures", done, done, len(w.n[from].trapped()))
}
