package e2e

import (
	"strings"
	"sync"
	"testing"
	"time"
)

// pings tells whether any of three echo requests to an address is answered.
func pings(l *lab, leg, addr string) bool {
	out, _ := l.run(30*time.Second, leg, "ping", "-n", "-c", "3", "-i", "0.3", "-W", "2", addr)
	return strings.Contains(out, "bytes from")
}

// echoes is pings where an answer must come. A daemon that had no CPU for two
// seconds proves its captures anew first: what it is asked meanwhile is not held
// against it.
func echoes(l *lab, leg, addr string) bool {
	for range 4 {
		if pings(l, leg, addr) {
			return true
		}
	}
	return false
}

func TestTaggedNetworkAnswersUnderItsTagOnly(t *testing.T) {
	t.Parallel()
	need(t, "ping", "tcpdump")
	l := newLab(t)
	l.leg("attacker", "198.18.7.1/24", "2001:db8:7::1/64")
	l.leg("stranger", "198.18.7.2/24", "2001:db8:7::2/64")
	l.leg("untagged", "198.18.7.3/24", "2001:db8:7::3/64", "198.18.0.1/24", "2001:db8:18::1/64")
	l.leg("mire")
	l.tag("attacker", 7)
	l.tag("stranger", 8)
	n := l.mire("mire", seedChain+dualStack("  tarpit enable")+`network 2 {
  vlan 7
  addr 198.18.7.0
  mask 255.255.255.0
  real 198.18.7.253
  mask6 64
  real6 2001:db8:7::fd
  tarpit enable
  interface 1
}
register network 2
enable network 2
`)
	tags := l.start("attacker", "tcpdump", "-i", "eth0", "-Q", "in", "-e", "-n", "-l")
	eventually(t, 30*time.Second, "tcpdump", func() bool { return strings.Contains(tags.out.String(), "listening on") })
	for _, a := range []string{"198.18.7.77", "2001:db8:7::77"} {
		if !echoes(l, "attacker", a) {
			t.Errorf("no echo from %s under the tag", a)
		}
	}
	// Neither another tag nor none is that network, be the address trapped or cold.
	var silent sync.WaitGroup
	for _, leg := range []string{"stranger", "untagged"} {
		for _, a := range []string{"198.18.7.77", "2001:db8:7::77", "198.18.7.79", "2001:db8:7::79"} {
			silent.Go(func() {
				if pings(l, leg, a) {
					t.Errorf("%s answers the leg %s", a, leg)
				}
			})
		}
	}
	silent.Wait()
	for _, a := range []string{"198.18.0.77", "2001:db8:18::77"} {
		if !echoes(l, "untagged", a) {
			t.Errorf("no echo from %s in the network without tag", a)
		}
	}
	for _, remote := range []string{"198.18.7.78:80", "[2001:db8:7::78]:80"} {
		connected(t, l.start("attacker", peer("tcp any "+remote+" 0 65536")...))
	}
	if n.drops()["vlan_unknown"] == 0 {
		t.Error("no drop for vlan_unknown")
	}
	tagged := 0
	for _, line := range strings.Split(tags.out.String(), "\n") {
		if strings.Contains(line, "06:00:c6:12:07:fd > ") {
			tagged++
			if !strings.Contains(line, "vlan 7,") {
				t.Errorf("an answer without its tag: %s", line)
			}
		}
	}
	if tagged < 10 {
		t.Errorf("only %d frames of the tagged network", tagged)
	}
}

func TestObserveLogsAndAnswersNothing(t *testing.T) {
	t.Parallel()
	l, n := attackerLab(t, "  tarpit observe", "ping")
	for addr, line := range map[string]string{
		"198.18.0.77":     "network 1: 198.18.0.77 belongs to nobody and would be captured (observe)",
		"2001:db8:18::77": "network 1: 2001:db8:18::77 belongs to nobody and would be captured (observe)",
	} {
		if pings(l, "attacker", addr) {
			t.Errorf("%s answers", addr)
		}
		eventually(t, 10*time.Second, line, func() bool { return strings.Contains(n.logText(), line) })
	}
	if out, err := l.run(time.Minute, "attacker", peer("tcp any 198.18.0.78:80 0 0")...); err == nil {
		t.Errorf("observe accepts connections: %s", out)
	}
	var v struct {
		Answers struct{ Neighbour, Echo, Synack int }
	}
	n.show(&v, "tarpit")
	if v.Answers.Neighbour+v.Answers.Echo+v.Answers.Synack != 0 {
		t.Errorf("answers in observe: %+v", v.Answers)
	}
	for _, a := range []string{"198.18.0.77", "2001:db8:18::77"} {
		if st := n.states()[a]; st != "would_trap" {
			t.Errorf("%s is %q in observe, want would_trap", a, st)
		}
	}
	if out := n.cli("show", "status") + n.cli("show", "sessions"); !strings.Contains(out, "0 trapped, ") ||
		!strings.Contains(out, "would be trapped (observe)") || !strings.Contains(out, "would trap") {
		t.Errorf("show calls it trapped:\n%s", out)
	}
	// From observe to enable without a restart: what was learnt is used.
	n.cli("ctl", "network 1 tarpit enable")
	if !echoes(l, "attacker", "198.18.0.77") {
		t.Error("no answer after `tarpit enable`")
	}
	n.cli("ctl", "network 1 tarpit disable")
	l.must("attacker", "ip", "neigh", "flush", "dev", "eth0")
	if pings(l, "attacker", "198.18.0.77") {
		t.Error("an answer after `tarpit disable`")
	}
}

func TestExemptIgnoreReleaseAndClearByCommand(t *testing.T) {
	t.Parallel()
	need(t, "ping")
	l := newLab(t)
	l.leg("attacker", "198.18.0.1/24", "2001:db8:18::1/64")
	l.leg("other", "198.18.0.2/24", "2001:db8:18::2/64")
	l.leg("mire")
	n := l.mire("mire", seedChain+dualStack("  tarpit enable")+"set tarpitlog every\n")
	answers := func(leg, addr string, want bool) {
		t.Helper()
		l.must(leg, "ip", "neigh", "flush", "dev", "eth0")
		if got := pings(l, leg, addr); got != want {
			t.Errorf("%s from %s: answers %v, want %v\n%s", addr, leg, got, want, n.cli("show", "sessions"))
		}
	}

	// Exempt: before anybody asked, and when it is held already.
	n.cli("ctl", "network 1 tarpit exempt 198.18.0.60-198.18.0.61")
	n.cli("ctl", "arp 2001:db8:18::60")
	answers("attacker", "198.18.0.60", false)
	answers("attacker", "2001:db8:18::60", false)
	answers("attacker", "198.18.0.62", true)
	n.cli("ctl", "arp 198.18.0.62")
	answers("attacker", "198.18.0.62", false)

	// Ignore: one source, all its packets, no events.
	n.cli("ctl", "tarpit ignore 198.18.0.2")
	n.cli("ctl", "tarpit ignore 2001:db8:18::2/128")
	for _, a := range []string{"198.18.0.70", "2001:db8:18::70"} {
		answers("attacker", a, true)
		answers("other", a, false)
	}
	if log := n.logText(); strings.Contains(log, "sent to 198.18.0.2 ") || strings.Contains(log, "sent to 2001:db8:18::2 ") {
		t.Error("events of an ignored source")
	}

	// Release: unknown again, so the next question is a new proof.
	proofs := func() int {
		var v struct {
			Networks []struct{ Counters map[string]int }
		}
		n.show(&v, "tarpit")
		return v.Networks[0].Counters["proofs"]
	}
	answers("attacker", "198.18.0.80", true)
	before := proofs()
	if out := n.cli("ctl", "release 198.18.0.80"); !strings.Contains(out, "released on network 1") {
		t.Errorf("release: %s", out)
	}
	if out := n.cli("ctl", "release 198.18.0.99"); !strings.Contains(out, "nothing is known of 198.18.0.99") {
		t.Errorf("release of what was never there: %s", out)
	}
	eventually(t, 10*time.Second, "198.18.0.80 is not known", func() bool { return n.states()["198.18.0.80"] == "" })
	answers("attacker", "198.18.0.80", true)
	if after := proofs(); after != before+1 {
		t.Errorf("%d proofs after a release, %d before", after, before)
	}
	if out, err := n.try("ctl", "release 203.0.113.9"); err == nil || !strings.Contains(out, "in no network") {
		t.Errorf("release of a foreign address: %v %s", err, out)
	}

	n.cli("ctl", "clear sessions")
	for a, s := range n.states() {
		if s == "trapped" {
			t.Errorf("%s is trapped right after `clear sessions`", a)
		}
	}
	answers("attacker", "198.18.0.80", true)
}

// A router with proxy ARP answers for every address: nothing is captured until
// its claims are distrusted.
func TestDistrustOfAProxyARPRouter(t *testing.T) {
	t.Parallel()
	need(t, "ping", "nmap")
	l := newLab(t)
	l.leg("attacker", "198.18.0.1/24")
	l.leg("router", "198.18.0.2/32")
	l.leg("mire")
	l.ip("-n", l.ns("router"), "link", "add", "far", "type", "veth", "peer", "name", "end")
	l.ip("-n", l.ns("router"), "link", "set", "end", "up")
	l.ip("-n", l.ns("router"), "link", "set", "far", "up")
	l.ip("-n", l.ns("router"), "route", "add", "default", "dev", "far")
	l.sysctl("router", "net.ipv4.conf.eth0.forwarding=1")
	l.sysctl("router", "net.ipv4.conf.far.forwarding=1")
	l.sysctl("router", "net.ipv4.ip_forward=1")
	l.sysctl("router", "net.ipv4.conf.eth0.proxy_arp=1")
	l.sysctl("router", "net.ipv4.conf.eth0.rp_filter=0")
	l.sysctl("router", "net.ipv4.neigh.eth0.proxy_delay=0")
	l.ip("-n", l.ns("router"), "route", "add", "198.18.0.1/32", "dev", "eth0")
	n := l.mire("mire", seedChain+dualStack("  tarpit enable"))
	router := l.macText("router")

	up(l, "-sn", "198.18.0.64/26")
	for a, s := range n.states() {
		if s == "trapped" {
			t.Errorf("%s is trapped beside a router that claims it", a)
		}
	}
	eventually(t, 10*time.Second, "a warning that names the remedy", func() bool {
		return strings.Contains(n.logText(), "set `tarpit distrust "+router+"`")
	})
	n.cli("ctl", "tarpit distrust "+router)
	n.cli("ctl", "clear sessions")
	up(l, "-sn", "198.18.0.64/26")
	eventually(t, 10*time.Second, "64 captured addresses", func() bool {
		trapped := 0
		for _, s := range n.states() {
			if s == "trapped" {
				trapped++
			}
		}
		return trapped >= 64
	})
}
