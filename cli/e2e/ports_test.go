package e2e

import (
	"strings"
	"testing"
)

// The node's own addresses and a captured one answer whatever kind of port
// carries them, and the daemon ends without complaint.
func TestPingOverXDP(t *testing.T) {
	t.Parallel()
	need(t, "ping")
	l := newLab(t)
	l.leg("attacker", "198.18.0.1/24", "2001:db8:18::1/64")
	l.leg("mire")
	n := l.mire("mire", seedChain+strings.Replace(dualStack("  tarpit enable"), "name eth0", "name eth0\n  access af_xdp", 1))
	answers(t, l, "attacker")
	if err := n.stop(); err != nil {
		t.Errorf("mire ended with %v\n%s", err, n.logText())
	}
}

// The kernel at the other end of a tap port is the asker.
func TestPingOverTap(t *testing.T) {
	t.Parallel()
	need(t, "ping")
	l := newLab(t)
	l.leg("mire")
	n := l.mire("mire", seedChain+strings.Replace(dualStack("  tarpit enable"), "name eth0", "name tap0\n  access vdev \"net_tap0,iface=tap0\"", 1))
	l.ip("-n", l.ns("mire"), "link", "set", "tap0", "up")
	l.ip("-n", l.ns("mire"), "addr", "add", "198.18.0.1/24", "dev", "tap0")
	l.ip("-n", l.ns("mire"), "addr", "add", "2001:db8:18::1/64", "dev", "tap0", "nodad")
	answers(t, l, "mire")
	if err := n.stop(); err != nil {
		t.Errorf("mire ended with %v\n%s", err, n.logText())
	}
}

func answers(t *testing.T, l *lab, asker string) {
	t.Helper()
	for _, a := range []string{"198.18.0.253", "198.18.0.254", "2001:db8:18::fd", "198.18.0.77", "2001:db8:18::77"} {
		l.must(asker, "ping", "-n", "-c", "2", "-i", "0.2", "-W", "5", a)
	}
}
