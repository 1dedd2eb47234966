package e2e

import (
	"os"
	"slices"
	"strings"
	"testing"
	"time"
)

// The peer by its IPv6 address, and a second node whose two workers share the
// session: what one of them hears the other one answers.
func TestPairTalksIPv6AndWithTwoWorkers(t *testing.T) {
	t.Parallel()
	w := newTwins(t, func(_ *twins, conf string) string {
		return strings.NewReplacer("syncpeer 198.18.0.251", "syncpeer 2001:db8:18::251", "name eth0", "name eth0\n  threads 2").Replace(conf)
	}, strings.Replace(twinConf(1), "syncpeer 198.18.0.252", "syncpeer 2001:db8:18::252", 1))
	w.is(0)
	all := w.trap()
	w.is(0)
	for i, n := range w.n {
		if got := n.trapped(); !slices.Equal(got, all) {
			t.Errorf("node %d has %d trapped addresses, want %d", i+1, len(got), len(all))
		}
		if out := n.cli("show", "bngsync"); !strings.Contains(out, "expecting) IPv6 UDP port 10439\n") || !strings.Contains(out, "IPv4 packets received: 0\n") || strings.Contains(out, "IPv6 packets received: 0\n") {
			t.Errorf("node %d:\n%s", i+1, out)
		}
		if p := n.ha(); p.Strangers+p.Rejected["sealed"]+p.Rejected["malformed"]+p.Rejected["other_session"] != 0 {
			t.Errorf("node %d refused what its peer said: %v, %d strangers", i+1, p.Rejected, p.Strangers)
		}
	}
}

// A peer that is taken out of the file and put back; the first one of all
// needs a restart, because a table without digests was made.
func TestPeerComesAndGoesByReload(t *testing.T) {
	t.Parallel()
	w := newTwins(t, nil)
	w.is(0)
	n := w.n[1]
	with, err := os.ReadFile(n.conf)
	if err != nil {
		t.Fatal(err)
	}
	without := strings.Replace(string(with), "  syncpeer 198.18.0.251\n", "", 1)
	reload := func(text string) (string, error) {
		if err := os.WriteFile(n.conf, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		return n.try("reload")
	}
	if out, err := reload(without); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	if out := n.cli("show", "bngsync"); out != "  bngsync is inactive\n  no network has a syncpeer: this node stands alone (add `syncpeer ADDR` to a network of both nodes)\n" {
		t.Errorf("%s", out)
	}
	if out, err := n.try("show", "ha"); err == nil || !strings.Contains(out, "no network has a syncpeer") {
		t.Errorf("%v: %s", err, out)
	}
	eventually(t, 20*time.Second, "the first node misses its peer", func() bool {
		return strings.Contains(w.n[0].logText(), "synchronisation with 198.18.0.252 is lost: ")
	})
	if out, err := reload(string(with)); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	w.is(0)

	n.kill()
	if err := os.WriteFile(n.conf, []byte(without), 0o644); err != nil {
		t.Fatal(err)
	}
	n.start("n2")
	if out, err := reload(string(with)); err == nil || !strings.Contains(out, "network 1 syncpeer (none -> 198.18.0.251)") {
		t.Errorf("the first peer of a running node: %v: %s", err, out)
	}
}

// Without acknowledgements and without a bulk at the start of a session the
// digests alone make the tables equal.
func TestPairByDigestsAlone(t *testing.T) {
	t.Parallel()
	w := newTwins(t, func(_ *twins, conf string) string {
		return conf + "set sessionautoresync off\nset sessionsyncack off\n"
	})
	w.is(0)
	all := w.trap()
	w.n[1].kill()
	w.n[1].start("n2")
	w.is(0)
	if got := w.n[1].trapped(); !slices.Equal(got, all) {
		t.Errorf("the restarted node has %d trapped addresses, want %d", len(got), len(all))
	}
	if p := w.n[0].ha(); p.Received["ack"] != 0 {
		t.Errorf("%d acknowledgements of a node that gives none", p.Received["ack"])
	}
}
