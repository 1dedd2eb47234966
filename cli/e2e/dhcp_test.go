package e2e

import (
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

const dhcpPool = 20

// A DHCP server that pings what it is about to offer leases its whole pool
// inside the network, also when all of it is captured at that moment. Half of
// the clients look for a conflict before they take the address (RFC 5227).
func TestDHCPServerLeasesItsWholePool(t *testing.T) {
	t.Parallel()
	need(t, "dnsmasq", "udhcpc", "arping")
	if testing.Short() {
		t.Skip("skipped: takes half a minute (-short)")
	}
	l := newLab(t)
	l.leg("attacker", "198.18.0.1/24")
	l.leg("server", "198.18.0.2/24")
	l.leg("mire")
	for i := range dhcpPool {
		l.leg(fmt.Sprintf("client%d", i))
	}
	server := l.mac("server")
	pinged, told := map[netip.Addr]bool{}, 0
	w := l.listen(func(f *seen) {
		m, ok := readFrame(f.data)
		switch {
		case !ok || f.out:
		case f.leg == "server" && (m.kind == "icmp" || m.kind == "arp-request"):
			pinged[m.to] = true
		case f.leg == "mire" && m.dst == server && m.kind != "arp-request": // which verify what it says
			told++
		}
	})
	n := l.mire("mire", seedChain+dualStack("  tarpit enable"))
	dns := l.start("server", "dnsmasq", "--keep-in-foreground", "--conf-file=/dev/null", "--port=0",
		"--interface=eth0", "--bind-interfaces", "--user=root", "--log-facility=-",
		"--pid-file="+filepath.Join(l.dir, "dnsmasq.pid"), "--dhcp-leasefile="+filepath.Join(l.dir, "leases"),
		fmt.Sprintf("--dhcp-range=198.18.0.100,198.18.0.%d,255.255.255.0,1h", 100+dhcpPool-1))
	eventually(t, 10*time.Second, "dnsmasq is ready", func() bool {
		return strings.Contains(dns.out.String(), "DHCP, IP range")
	})
	script := filepath.Join(l.dir, "lease")
	if err := os.WriteFile(script, []byte("#!/bin/sh\n[ \"$1\" = bound ] || exit 0\nexec ip address add \"$ip/24\" dev \"$interface\"\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	client := func(i int) *process {
		words := []string{"udhcpc", "-i", "eth0", "-f", "-q", "-n", "-t", "20", "-T", "3", "-A", "3", "-s", script}
		if i%2 == 1 {
			words = append(words, "-a500")
		}
		return l.start(fmt.Sprintf("client%d", i), words...)
	}
	leased := func(i int, p *process, d time.Duration) {
		t.Helper()
		select {
		case <-p.done:
		case <-time.After(d):
			t.Fatalf("client %d has no lease within %v:\n%s\n%s", i, d, p.out.String(), dns.out.String())
		}
		if p.err != nil {
			t.Fatalf("client %d: %v\n%s\n%s", i, p.err, p.out.String(), dns.out.String())
		}
	}

	// Somebody has the whole pool captured before the server was ever heard of,
	// and goes on asking for it.
	for i := range dhcpPool {
		a := fmt.Sprintf("198.18.0.%d", 100+i)
		l.start("attacker", "arping", "-q", "-c", "600", "-W", "0.5", "-i", "eth0", a)
	}
	trapped := func() (n0 int) {
		for a, st := range n.states() {
			if st == "trapped" && strings.HasPrefix(a, "198.18.0.1") && len(a) == len("198.18.0.100") {
				n0++
			}
		}
		return n0
	}
	eventually(t, 30*time.Second, "the whole pool is captured", func() bool { return trapped() == dhcpPool })

	// One after the other: dnsmasq waits 3 s for the answer to each ping and hears
	// nobody meanwhile. After several within half a minute it pings no more.
	for i := range dhcpPool {
		leased(i, client(i), time.Minute)
	}

	used := map[string]bool{}
	for i := range dhcpPool {
		leg := fmt.Sprintf("client%d", i)
		for _, f := range strings.Fields(l.must(leg, "ip", "-4", "-o", "address", "show", "dev", "eth0")) {
			if strings.HasPrefix(f, "198.18.0.1") {
				used[f] = true
			}
		}
	}
	if len(used) != dhcpPool {
		t.Errorf("%d different addresses in use, want %d: %v", len(used), dhcpPool, used)
	}
	for _, word := range []string{"DHCPDECLINE", "DHCPNAK"} {
		if strings.Contains(dns.out.String(), word) {
			t.Errorf("the server says %q:\n%s", word, dns.out.String())
		}
	}
	w.mu.Lock()
	if len(pinged) < 4 {
		t.Errorf("the server looked for %v alone: the test has shown little", pinged)
	}
	if told > 0 {
		t.Errorf("mire answered the server %d times", told)
	}
	w.mu.Unlock()
	eventually(t, 10*time.Second, "no address in use is captured", func() bool { return trapped() == 0 })
}
