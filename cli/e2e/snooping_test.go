package e2e

import (
	"strings"
	"testing"
	"time"
)

// A bridge that snoops MLD and has a querier forwards a solicitation only to
// ports that joined its group: IPv6 works because Mire says that it is a
// multicast router (RFC 4286), and does not when that is switched off.
func TestMulticastSnoopingWithQuerier(t *testing.T) {
	t.Parallel()
	need(t, "ping")
	l := newLab(t)
	l.leg("attacker", "198.18.0.1/24", "2001:db8:18::1/64")
	l.leg("mire")
	// Times in centiseconds: the querier is in charge after one response interval.
	for _, s := range []string{"mcast_query_response_interval 100", "mcast_query_interval 300",
		"mcast_startup_query_interval 100", "mcast_snooping 1", "mcast_querier 1"} {
		l.ip(append([]string{"-n", l.ns("bridge"), "link", "set", "br0", "type", "bridge"}, strings.Fields(s)...)...)
	}
	// Queries come from the bridge's link-local address.
	eventually(t, 10*time.Second, "the bridge has a link-local address", func() bool {
		out := l.must("bridge", "ip", "-6", "address", "show", "dev", "br0", "scope", "link")
		return strings.Contains(out, "fe80") && !strings.Contains(out, "tentative")
	})
	var adverts, terminations int
	w := l.listen(func(f *seen) {
		switch m, _ := readFrame(f.data); {
		case f.leg != "mire" || f.out || m.kind != "icmp6":
		case m.typ == 151:
			adverts++
		case m.typ == 153:
			terminations++
		}
	})
	n := l.mire("mire", seedChain+dualStack("  tarpit enable")+"set tarpitmrd off\n")

	answers := func(a string) bool {
		out, _ := l.run(20*time.Second, "attacker", "ping", "-6", "-n", "-c", "4", "-W", "2", a)
		return strings.Contains(out, "bytes from")
	}
	// Without advertisements the bridge must be seen to hold back: else the test
	// would not show what cures it.
	i := 0
	eventually(t, 40*time.Second, "the querier keeps solicitations from a port that has not joined", func() bool {
		i++
		return !answers("2001:db8:18::a:" + string(rune('0'+i)))
	})
	l.must("attacker", "ping", "-6", "-n", "-c", "2", "-W", "2", "2001:db8:18::fd") // joined: ours
	n.cli("ctl", "set tarpitmrd on")
	eventually(t, 10*time.Second, "mire is a multicast router to the bridge", func() bool {
		return strings.Contains(l.must("bridge", "bridge", "-d", "mdb", "show"), l.ports["mire"])
	})
	for _, a := range []string{"2001:db8:18::b:1", "2001:db8:18::b:2"} {
		if !answers(a) {
			t.Errorf("no answer for the unused %s behind a snooping bridge", a)
		}
	}
	if got := n.states()["2001:db8:18::b:1"]; got != "trapped" {
		t.Errorf("2001:db8:18::b:1 is %q, want trapped", got)
	}
	if err := n.stop(); err != nil {
		t.Errorf("mire stop: %v", err)
	}
	eventually(t, 5*time.Second, "mire takes its advertisements back when it stops", func() bool {
		w.mu.Lock()
		defer w.mu.Unlock()
		return adverts > 0 && terminations > 0
	})
}
