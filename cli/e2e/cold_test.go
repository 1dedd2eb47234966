package e2e

import (
	"bytes"
	"fmt"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"sync/atomic"
	"testing"
	"time"
)

var openLine = regexp.MustCompile(`(?m)^open \S+ \d+ (\S+) `)

// masscan runs it on the attacker, straight to our MAC: it asks nobody who has
// what, sends one packet an address and repeats none. It returns the addresses
// that answered.
func masscan(l *lab, args ...string) map[netip.Addr]bool {
	l.t.Helper()
	mac := net.HardwareAddr{}
	for _, b := range l.mac("attacker") {
		mac = append(mac, b)
	}
	list := filepath.Join(l.dir, "masscan.list")
	out, err := l.run(time.Minute, "attacker", append([]string{"masscan", "-e", "eth0", "--adapter-mac", mac.String(),
		"--router-mac", ourMAC, "--router-mac-ipv6", ourMAC, "--retries", "0", "--wait", "4", "-oL", list}, args...)...)
	if err != nil {
		l.t.Fatalf("masscan %v: %v\n%s", args, err, out)
	}
	lines, err := os.ReadFile(list)
	if err != nil {
		l.t.Fatalf("masscan %v wrote no list: %v\n%s", args, err, out)
	}
	found := map[netip.Addr]bool{}
	for _, m := range openLine.FindAllStringSubmatch(string(lines), -1) {
		if a, err := netip.ParseAddr(m[1]); err == nil {
			found[a] = true
		}
	}
	return found
}

// unused4 and unused6 are what the scans of these tests ask for.
func unused4() (all []netip.Addr) {
	for i := 2; i <= 252; i++ { // .1 is the attacker, .253 and .254 are ours
		all = append(all, netip.AddrFrom4([4]byte{198, 18, 0, byte(i)}))
	}
	return all
}

func unused6(n int) (all []netip.Addr) {
	a := netip.MustParseAddr("2001:db8:18::1:0")
	for range n {
		all = append(all, a)
		a = a.Next()
	}
	return all
}

func span(all []netip.Addr) string { return fmt.Sprintf("%v-%v", all[0], all[len(all)-1]) }

// as6 lets the tarpit prove and capture as many IPv6 addresses at once as of
// IPv4: by default it captures 64 at once and then 10 a second.
const as6 = "set {\n  tarpitproberate6 300\n  tarpitprobeburst6 1024\n  tarpitcaptureburst6 1024\n}\n"

// Who scans a network that nobody has asked for anything, by one packet an
// address to our MAC (a router whose cache outlived our restart does that, and
// so does a scanner that knows what we answer with), sees all of it on the
// first run, right behind the start.
func TestColdNetworkAnswersAOnePacketScanWhole(t *testing.T) {
	for name, c := range map[string]struct {
		targets  []netip.Addr
		settings string
		args     []string
	}{
		"SYN, IPv4":                     {unused4(), "", []string{"-p80"}},
		"echo, IPv4":                    {unused4(), "", []string{"--ping"}},
		"SYN, IPv6, default bounds":     {unused6(60), "", []string{"-p80", "--source-ip", "2001:db8:18::1"}},
		"SYN, IPv6, as many as of IPv4": {unused6(251), as6, []string{"-p80", "--source-ip", "2001:db8:18::1"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			need(t, "masscan")
			l := newLab(t)
			l.leg("attacker", "198.18.0.1/24", "2001:db8:18::1/64")
			l.leg("mire")
			attacker := l.mac("attacker")
			var first atomic.Int64
			l.listen(func(f *seen) {
				if f.leg == "mire" && f.out && len(f.data) > 50 && bytes.Equal(f.data[6:12], attacker[:]) && f.data[0]&1 == 0 {
					first.CompareAndSwap(0, f.at.UnixNano())
				}
			})
			n := l.mire("mire", seedChain+c.settings+dualStack("  tarpit enable"))
			ready := time.Now()
			found := masscan(l, append(c.args, span(c.targets))...)
			var missing []netip.Addr
			for _, a := range c.targets {
				if !found[a] {
					missing = append(missing, a)
				}
			}
			if len(missing) > 0 {
				t.Errorf("the first scan misses %d of %d: %v\n%s\n%s", len(missing), len(c.targets), missing, n.cli("show", "tarpit"), n.cli("show", "drops"))
			}
			if first.Load() != 0 {
				t.Logf("%d of %d; the first packet came %v behind the start", len(found), len(c.targets), time.Unix(0, first.Load()).Sub(ready).Round(time.Millisecond))
			}
		})
	}
}

// nmap asks by neighbour discovery, as it asks by ARP over IPv4.
func TestNmapSweepOfColdIPv6AddressesListsThemAll(t *testing.T) {
	t.Parallel()
	l, n := attackerLab(t, "  tarpit enable", "nmap")
	targets := unused6(60)
	args := []string{"-6", "-sn"}
	for _, a := range targets {
		args = append(args, a.String())
	}
	hosts, out := up(l, args...)
	missing := slices.DeleteFunc(targets, func(a netip.Addr) bool { return hosts[a.String()] })
	if len(missing) > 0 {
		t.Errorf("the first sweep misses %v\n%s\n%s", missing, tail(out, 3), n.cli("show", "tarpit"))
	}
}
