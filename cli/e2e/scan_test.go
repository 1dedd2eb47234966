package e2e

import (
	"fmt"
	"net/netip"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

// ourMAC is what everything on a node without vrrp answers with: 06:00 and the
// four bytes of `real`.
const ourMAC = "06:00:c6:12:00:fd"

// attackerLab is a segment with an attacker and a running mire.
func attackerLab(t *testing.T, extra string, tools ...string) (*lab, *node) {
	t.Helper()
	need(t, tools...)
	l := newLab(t)
	l.leg("attacker", "198.18.0.1/24", "2001:db8:18::1/64")
	l.leg("mire")
	return l, l.mire("mire", seedChain+dualStack(extra))
}

func TestUnusedAddressesResolveAndAnswerEcho(t *testing.T) {
	t.Parallel()
	l, n := attackerLab(t, "  tarpit enable", "arping", "ping", "ndisc6")

	out := l.must("attacker", "arping", "-c", "3", "-I", "eth0", "198.18.0.77")
	if !strings.Contains(strings.ToLower(out), ourMAC) {
		t.Errorf("arping of a cold address: no answer from %s\n%s", ourMAC, out)
	}
	out = l.must("attacker", "ndisc6", "-w", "3000", "2001:db8:18::77", "eth0")
	if !strings.Contains(strings.ToLower(out), ourMAC) {
		t.Errorf("ndisc6 of a cold address: no answer from %s\n%s", ourMAC, out)
	}
	// Cold ones: the kernel resolves first, and its first packet waits for that.
	for _, a := range []string{"198.18.0.78", "2001:db8:18::78", "2001:db8:18:0:dead:beef:0:1"} {
		out = l.must("attacker", "ping", "-n", "-c", "3", "-i", "0.3", "-W", "3", a)
		if !strings.Contains(out, "3 received") || strings.Contains(out, "DUP") {
			t.Errorf("ping %s:\n%s", a, out)
		}
	}
	// Any size that the segment carries in one frame.
	for a, size := range map[string]string{"198.18.0.78": "1472", "2001:db8:18::78": "1452"} {
		out = l.must("attacker", "ping", "-n", "-c", "2", "-i", "0.2", "-s", size, a)
		if !strings.Contains(out, "2 received") {
			t.Errorf("ping -s %s %s:\n%s", size, a, out)
		}
	}
	states := n.states()
	for _, a := range []string{"198.18.0.77", "198.18.0.78", "2001:db8:18::77", "2001:db8:18::78", "2001:db8:18:0:dead:beef:0:1"} {
		if states[a] != "trapped" {
			t.Errorf("%s is %q, not trapped: %v", a, states[a], states)
		}
	}
	for _, a := range []string{"198.18.0.1", "2001:db8:18::1"} {
		if states[a] != "real" {
			t.Errorf("the attacker's own %s is %q, not real", a, states[a])
		}
	}
}

func TestFirstConnectionToANeverSeenAddressSucceeds(t *testing.T) {
	t.Parallel()
	l, n := attackerLab(t, "  tarpit enable")
	var all []*process
	for i, port := range []int{1, 22, 80, 443, 8080, 31337, 65535} {
		for _, a := range []string{fmt.Sprintf("198.18.0.%d", 100+i), fmt.Sprintf("2001:db8:18::f:%x", 100+i)} {
			remote := netip.AddrPortFrom(netip.MustParseAddr(a), uint16(port)).String()
			all = append(all, l.start("attacker", peer("tcp any "+remote+" 0 4")...))
		}
	}
	for _, p := range all {
		connected(t, p)
	}
	var v struct{ Answers struct{ Synack int } }
	n.show(&v, "tarpit")
	if v.Answers.Synack < len(all) {
		t.Errorf("%d SYN-ACKs for %d connections", v.Answers.Synack, len(all))
	}
}

var hostUp = regexp.MustCompile(`(?m)^Host: (\S+) .*Status: Up`)

// up runs nmap on the attacker and returns the hosts it calls up.
func up(l *lab, args ...string) (map[string]bool, string) {
	l.t.Helper()
	out, err := l.run(3*time.Minute, "attacker", append([]string{"nmap", "-n", "-oG", "-"}, args...)...)
	if err != nil {
		l.t.Fatalf("nmap %v: %v\n%s", args, err, out)
	}
	hosts := map[string]bool{}
	for _, m := range hostUp.FindAllStringSubmatch(out, -1) {
		hosts[m[1]] = true
	}
	return hosts, out
}

func TestNmapSweepOfAColdNetworkListsEveryUnusedAddress(t *testing.T) {
	t.Parallel()
	l, n := attackerLab(t, "  tarpit enable\n  tarpit exempt 198.18.0.200-198.18.0.203", "nmap")
	hosts, out := up(l, "-sn", "198.18.0.0/24")
	var missing []string
	unused := 0
	for i := 1; i <= 254; i++ {
		a := fmt.Sprintf("198.18.0.%d", i)
		switch {
		case i == 1, i == 253, i == 254: // the attacker, real, virt: used
			continue
		case i >= 200 && i <= 203:
			if hosts[a] {
				t.Errorf("%s is exempt and up", a)
			}
			continue
		}
		unused++
		if !hosts[a] {
			missing = append(missing, a)
		}
	}
	if len(missing) > 0 {
		t.Errorf("the first sweep misses %d of %d unused addresses: %v\n%s\n%s", len(missing), unused, missing, tail(out, 3), n.cli("show", "tarpit"))
	}
	for _, a := range []string{"198.18.0.0", "198.18.0.255"} {
		if hosts[a] {
			t.Errorf("%s is up: never captured", a)
		}
	}
	var trapped []string
	for a, s := range n.states() {
		if s == "trapped" {
			trapped = append(trapped, a)
		}
	}
	if len(trapped) != unused {
		slices.Sort(trapped)
		t.Errorf("%d trapped, %d are unused: %v", len(trapped), unused, trapped)
	}
	t.Logf("%s", tail(out, 1))
}

func TestNmapScanOfAColdAddressShowsItUpAndOpen(t *testing.T) {
	t.Parallel()
	l, _ := attackerLab(t, "  tarpit enable", "nmap")
	for _, args := range [][]string{
		{"-sS", "-p", "80", "198.18.0.90"},
		{"-6", "-sS", "-p", "80", "2001:db8:18::90"},
		{"-sT", "-p", "443", "198.18.0.91"},
		{"-6", "-sT", "-p", "443", "2001:db8:18::91"},
	} {
		hosts, out := up(l, args...)
		if !hosts[args[len(args)-1]] || !strings.Contains(out, "/open/tcp/") {
			t.Errorf("nmap %v: not up and open\n%s", args, out)
		}
	}
}

func tail(text string, lines int) string {
	all := strings.Split(strings.TrimSpace(text), "\n")
	return strings.Join(all[max(0, len(all)-lines):], "\n")
}
