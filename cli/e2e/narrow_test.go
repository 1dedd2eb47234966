package e2e

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// bridgeMTU sets the MTU of the far ends of legs.
func (l *lab) bridgeMTU(mtu int, legs ...string) {
	l.t.Helper()
	for _, leg := range legs {
		l.ip("-n", l.ns("bridge"), "link", "set", l.ports[leg], "mtu", fmt.Sprint(mtu))
	}
}

// sentErrors is what `show ports` says of the first port.
func (n *node) sentErrors() int {
	n.t.Helper()
	var ports []struct {
		SentErrors int `json:"sent_errors"`
	}
	n.show(&ports, "ports")
	return ports[0].SentErrors
}

func addresses(first, last int) (all []string) {
	for i := first; i <= last; i++ {
		all = append(all, fmt.Sprintf("198.18.0.%d", i))
	}
	return all
}

// Between two nodes lies a link that carries less than their own: its end
// refuses what is larger without a word.
func TestPairOverANarrowPath(t *testing.T) {
	t.Parallel()
	w := newTwins(t, func(w *twins, conf string) string {
		w.bridgeMTU(1400, "n1", "n2")
		return conf
	})
	w.is(0)
	all := addresses(3, 172)
	eventually(t, 60*time.Second, "170 addresses answer", func() bool { return len(w.silent(all, 3)) == 0 })
	w.is(0)
	if n := len(w.n[1].trapped()); n < len(all) {
		t.Errorf("the backup has %d of %d addresses", n, len(all))
	}

	// Less than the smallest that IPv6 allows: tables cannot cross any more, and
	// that is all.
	w.bridgeMTU(1100, "n1", "n2")
	more := addresses(173, 249)
	eventually(t, 60*time.Second, "77 more answer", func() bool { return len(w.silent(more, 3)) == 0 })
	eventually(t, 30*time.Second, "refused frames are counted", func() bool { return w.n[0].sentErrors()+w.n[1].sentErrors() > 0 })
	for range 10 {
		if m, b := w.n[0].ha(), w.n[1].ha(); m.Standing != "master" || b.Standing != "backup" || m.SplitBrains+b.SplitBrains != 0 {
			t.Fatalf("node 1 is %s, node 2 is %s", m.Standing, b.Standing)
		}
		time.Sleep(500 * time.Millisecond)
	}
	if silent := w.silent(append(all, more...), 3); len(silent) != 0 {
		t.Errorf("%v fell silent", silent)
	}
	if !strings.Contains(w.n[0].logText()+w.n[1].logText(), "refused by the kernel") {
		t.Error("the log does not tell of refused frames")
	}
	w.bridgeMTU(1500, "n1", "n2")
	w.is(0)
}

// A port whose transmit ring stands still is told and opened anew, until
// something moves.
func TestTransmitRingThatStandsStillIsOpenedAnew(t *testing.T) {
	t.Parallel()
	need(t, "ping", "tc")
	l := newLab(t)
	l.leg("client", "198.18.0.1/24")
	l.leg("mire")
	if out, err := l.run(time.Minute, "mire", "tc", "qdisc", "add", "dev", "eth0", "root", "tbf", "rate", "8bit", "burst", "2000", "limit", "100000000"); err != nil {
		t.Skipf("skipped: this kernel has no tbf: %s", out)
	}
	conf := strings.Replace(dualStack(""), "  name eth0\n", `  name eth0
  access vdev "net_af_packet0,iface=eth0,framecnt=256,qdisc_bypass=0"
`, 1)
	n := l.mire("mire", seedChain+conf)
	defer func() {
		if t.Failed() {
			t.Logf("%s\n%s", n.logText(), n.cli("show", "ports"))
		}
	}()
	l.must("client", "ip", "neigh", "replace", "198.18.0.254", "lladdr", l.macText("mire"), "dev", "eth0")
	l.run(10*time.Second, "client", "ping", "-q", "-f", "-c", "2000", "-s", "1400", "198.18.0.253")
	l.run(10*time.Second, "client", "ping", "-q", "-f", "-c", "2000", "-s", "1400", "198.18.0.254")
	eventually(t, 20*time.Second, "the port is told and opened anew", func() bool {
		return strings.Contains(n.logText(), "no frame has left for a second although frames wait: opened anew")
	})
	n.cli("show", "status") // the workers live
	l.must("mire", "tc", "qdisc", "del", "dev", "eth0", "root")
	eventually(t, 30*time.Second, "it answers again", func() bool {
		_, err := l.run(5*time.Second, "client", "ping", "-c", "1", "-W", "2", "198.18.0.253")
		return err == nil
	})
}
