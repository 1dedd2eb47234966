package e2e

import (
	"net"
	"strings"
	"testing"
	"time"
)

// Mire on a leg whose kernel has addresses inside the network and routes: they
// are never captured, and that kernel tells a scanner nothing.
func TestKernelOnTheSameInterface(t *testing.T) {
	t.Parallel()
	need(t, "ping", "nmap", "arping", "ndisc6")
	l := newLab(t)
	l.leg("attacker", "198.18.0.1/24", "2001:db8:18::1/64")
	l.leg("mire", "198.18.0.7/24", "2001:db8:18::7/64")
	for _, s := range []string{"net.ipv4.ip_forward=1", "net.ipv6.conf.all.forwarding=1",
		"net.ipv4.conf.all.send_redirects=1", "net.ipv4.conf.eth0.send_redirects=1"} {
		l.sysctl("mire", s)
	}
	kernel := l.mac("mire")
	var told []string // what the kernel said that was not asked of it
	var captured, icmp int
	w := l.listen(func(f *seen) {
		m, ok := readFrame(f.data)
		if !ok || f.leg != "mire" || f.out {
			return
		}
		if m.src != kernel {
			if m.kind == "arp-reply" || m.kind == "na" {
				captured++
			}
			if (m.from.String() == "198.18.0.7" || m.from.String() == "2001:db8:18::7") && m.kind != "arp-request" {
				told = append(told, "mire itself as "+m.from.String())
			}
			return
		}
		icmp++
		switch {
		case m.kind == "icmp" && (m.typ == 3 || m.typ == 5 || m.typ == 11),
			m.kind == "icmp6" && (m.typ <= 4 || m.typ == 137):
			told = append(told, m.kind+" from the kernel")
		}
	})
	n := l.mire("mire", seedChain+dualStack("  tarpit enable"))

	// Its own addresses before and after Mire was asked for them, and a scan of
	// captured ones on ports of which the kernel could say something.
	for range 2 {
		l.must("attacker", "ping", "-n", "-c", "3", "-i", "0.3", "-W", "2", "198.18.0.7")
		l.must("attacker", "ping", "-6", "-n", "-c", "3", "-i", "0.3", "-W", "2", "2001:db8:18::7")
		l.must("attacker", "ip", "neigh", "flush", "dev", "eth0")
	}
	for _, a := range []string{"198.18.0.77", "2001:db8:18::77"} {
		l.must("attacker", "ping", "-n", "-c", "3", "-W", "3", a)
	}
	l.must("attacker", "nmap", "-n", "-Pn", "-sS", "-p", "1-50", "198.18.0.77")
	l.must("attacker", "nmap", "-n", "-Pn", "-sU", "-p", "53,161", "--max-retries", "1", "198.18.0.77")
	l.must("attacker", "nmap", "-6", "-n", "-Pn", "-sS", "-p", "1-50", "2001:db8:18::77")
	states := n.states()
	for _, a := range []string{"198.18.0.77", "2001:db8:18::77"} {
		if states[a] != "trapped" {
			t.Errorf("the unused %s is %q, want trapped", a, states[a])
		}
	}
	for _, a := range []string{"198.18.0.7", "2001:db8:18::7"} {
		if st := states[a]; st == "trapped" || st == "probing" {
			t.Errorf("the kernel's own address %s is %s", a, st)
		}
	}
	// An address that the kernel gets later, while it is captured: from then on
	// it alone answers, and the entry goes with the next round of the sweep.
	l.must("attacker", "ping", "-n", "-c", "2", "-W", "3", "198.18.0.78")
	l.addr("mire", "198.18.0.78/24")
	time.Sleep(time.Second)
	for range 3 {
		l.must("attacker", "ip", "neigh", "flush", "dev", "eth0")
		l.must("attacker", "ping", "-n", "-c", "2", "-W", "3", "198.18.0.78")
		if out := l.must("attacker", "ip", "neigh", "show", "198.18.0.78"); !strings.Contains(out, net.HardwareAddr(kernel[:]).String()) {
			t.Errorf("the asker takes for 198.18.0.78, which the kernel of mire's leg has: %s", out)
		}
	}
	eventually(t, time.Minute, "a captured address that the kernel took is released", func() bool {
		return n.states()["198.18.0.78"] != "trapped"
	})

	w.mu.Lock()
	defer w.mu.Unlock()
	if len(told) > 0 {
		t.Errorf("to the scanner: %s", strings.Join(told, ", "))
	}
	if captured == 0 || icmp == 0 {
		t.Errorf("%d answers of mire's and %d frames of the kernel's: the test has heard nothing", captured, icmp)
	}
	if lost := w.lost(); lost > 0 {
		t.Errorf("%d frames were not heard", lost)
	}
}

// Peers keep their offloads: checksums that nobody finished and segments larger
// than the MTU are what a local kernel sends (and both are held).
func TestPeerWithOffloads(t *testing.T) {
	t.Parallel()
	need(t, "ping", "ss")
	l := newLab(t)
	l.leg("attacker", "198.18.0.1/24", "2001:db8:18::1/64")
	l.leg("mire")
	features := l.must("attacker", "ethtool", "-k", "eth0")
	for _, f := range []string{"tx-checksumming: on", "tcp-segmentation-offload: on", "generic-segmentation-offload: on"} {
		if !strings.Contains(features, f) {
			t.Fatalf("the attacker's port has not %q:\n%s", f, features)
		}
	}
	n := l.mire("mire", seedChain+dualStack("  tarpit enable"))
	for _, c := range []struct{ ping, at string }{{"198.18.0.80", "198.18.0.80:80"}, {"2001:db8:18::80", "[2001:db8:18::80]:80"}} {
		l.must("attacker", "ping", "-n", "-c", "2", "-W", "3", c.ping)
		p := l.start("attacker", peer("tcp any "+c.at+" 0 1048576")...)
		eventually(t, 30*time.Second, c.at+": the client's queue waits for a window", func() bool {
			if !p.running() {
				t.Fatalf("%s: the client ended: %s", c.at, p.out.String())
			}
			out := l.must("attacker", "ss", "-Htnoi", "dst", c.at)
			return strings.Contains(out, "persist") && strings.Contains(out, "bytes_acked:") // the first ones were taken
		})
	}
	drops := n.cli("show", "drops")
	for _, bad := range []string{"tcp_checksum", "udp_checksum"} {
		if strings.Contains(drops, bad) {
			t.Errorf("frames of a peer with offloads were dropped:\n%s", drops)
		}
	}
}
