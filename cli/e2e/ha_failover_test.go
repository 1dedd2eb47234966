package e2e

import (
	"slices"
	"strings"
	"testing"
	"time"
)

// The whole promise: one of two nodes answers, the other one is silent and knows
// all the same; after a kill -9 it answers at once for every address, and a
// connection is held on; the first node takes back nothing before it knows.
func TestPairOutlivesItsMaster(t *testing.T) {
	t.Parallel()
	need(t, "ss", "arping")
	w := newTwins(t, nil)
	w.impatient("held", "198.18.0.2/24", "2001:db8:18::2/64")
	var backup []string // what the backup answered for others
	hear := w.listen(func(f *seen) {
		m, ok := readFrame(f.data)
		if ok && f.leg == "n2" && !f.out && (m.kind == "arp-reply" || m.kind == "na" || m.kind == "icmp" || m.kind == "icmp6" && m.typ == 129) &&
			m.from.String() != "198.18.0.252" && m.from.String() != "2001:db8:18::252" && m.target.String() != "2001:db8:18::252" &&
			m.from.String() != "fe80::400:c6ff:fe12:fc" { // what its own MAC makes
			backup = append(backup, m.kind+" from "+m.from.String())
		}
	})
	w.is(0)
	all := w.trap()
	client := connect(w.lab, "held", "held across a failover", "198.18.0.139", "0", mebibyte)
	connected(t, client.process)
	client.inPersist(t, 2, 30*time.Second)
	w.is(0)
	for i, n := range w.n {
		if got := n.trapped(); !slices.Equal(got, all) {
			t.Errorf("node %d: %d trapped addresses, want %d: %v", i+1, len(got), len(all), got)
		}
	}
	hear.mu.Lock()
	if len(backup) > 0 {
		t.Errorf("the backup was not silent: %v", backup)
	}
	hear.mu.Unlock()
	if out := w.must("client", "arping", "-c", "3", "-I", "eth0", "198.18.0.120"); strings.Count(strings.ToUpper(out), "00:00:5E:00:01:33") != 3 {
		t.Errorf("three requests, and not three answers by the virtual MAC:\n%s", out)
	}

	w.n[0].kill()
	eventually(t, 10*time.Second, "the backup takes over", func() bool { return w.n[1].ha().Standing == "master" })
	w.must("client", "ip", "neigh", "flush", "dev", "eth0")
	if silent := w.silent(all, 1); len(silent) > 0 {
		t.Errorf("no echo from %v", silent)
	}
	if n := w.n[1].proofs(); n != 0 {
		t.Errorf("%d proofs were started for what the first node had proven", n)
	}
	client.inPersist(t, client.windowProbes()+2, 30*time.Second)

	before := len(w.n[0].logText())
	w.n[0].start("n1")
	w.is(0)
	log := w.n[0].logText()[before:]
	equal, master := strings.Index(log, "tables of 198.18.0.252 and of this node are equal"), strings.Index(log, "this node is master now")
	if equal < 0 || master < 0 || master < equal {
		t.Errorf("the restarted node took the role back before it knew what the other one knows:\n%s", log)
	}
	if got := w.n[0].trapped(); !slices.Equal(got, all) {
		t.Errorf("the restarted node has %d trapped addresses, want %d", len(got), len(all))
	}
	if n := w.n[0].proofs(); n != 0 {
		t.Errorf("the restarted node started %d proofs", n)
	}
	client.inPersist(t, client.windowProbes()+2, 30*time.Second)
}
