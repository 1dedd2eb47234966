package e2e

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// A switch with device tracking asks every address it has learnt, by unicast
// ARP probes from 0.0.0.0 to the MAC it has learnt. That must cost nothing: the
// capture stays, and so does the client that is held there.
func TestDeviceTrackingCutsNoHold(t *testing.T) {
	t.Parallel()
	need(t, "ss", "ping", "arping")
	l := newLab(t)
	l.impatient("client", "198.18.0.1/24")
	l.leg("owner", "198.18.0.20/24")
	l.leg("switch")
	l.leg("mire")
	n := l.mire("mire", seedChain+dualStack("  tarpit enable"))
	c := connect(l, "client", "slam, tracked", "198.18.0.80", "0", mebibyte)
	connected(t, c.process)
	began := time.Now()
	l.must("client", "ping", "-n", "-c", "1", "-W", "5", "198.18.0.20")
	owner := l.macText("owner")

	// Habets' arping; nobody answers it, which is its exit code.
	probe := func(addr, mac string) {
		l.run(15*time.Second, "switch", "arping", "-q", "-0", "-c", "1", "-w", "1", "-i", "eth0", "-t", mac, addr)
	}
	for range 6 {
		probe("198.18.0.80", ourMAC)
		probe("198.18.0.20", ourMAC) // a living one, asked of us
		probe("198.18.0.80", owner)  // between two others
		time.Sleep(2 * time.Second)
		if s := n.states()["198.18.0.80"]; s != "trapped" {
			t.Fatalf("198.18.0.80 is %q behind a unicast probe", s)
		}
	}
	// One to all is duplicate address detection: the capture ends. The living
	// address stays its owner's.
	everybody := "ff:ff:ff:ff:ff:ff"
	probe("198.18.0.20", everybody)
	time.Sleep(time.Second)
	out := n.cli("show", "sessions")
	if !strings.Contains(out, owner) || strings.Contains(out, l.macText("switch")) {
		t.Errorf("the owner of 198.18.0.20 is %s, the switch %s:\n%s", owner, l.macText("switch"), out)
	}
	c.heldFor(t, began, 25*time.Second)
	if neigh := l.must("client", "ip", "neigh", "show", "198.18.0.80"); !strings.Contains(neigh, ourMAC) {
		t.Errorf("the client was told of another owner: %s", neigh)
	}
	probe("198.18.0.80", everybody)
	time.Sleep(time.Second)
	if s := n.states()["198.18.0.80"]; s != "real" {
		t.Errorf("198.18.0.80 is %q behind a probe to all", s)
	}
	if want := fmt.Sprintf("released, probed for by [%s]", l.macText("switch")); !strings.Contains(n.logText(), want) {
		t.Errorf("the log does not say %q\n%s", want, n.logText())
	}
}
