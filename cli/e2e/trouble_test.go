package e2e

import (
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"
)

func (n *node) link() string {
	n.t.Helper()
	s := n.status()
	return s.Ports[0].Link
}

// waitLink waits until mire says so of its only port.
func (n *node) waitLink(want string) {
	n.t.Helper()
	eventually(n.t, 15*time.Second, "link "+want, func() bool { return n.link() == want })
	if out := n.cli("show", "ports"); !strings.Contains(out, " "+want+" ") {
		n.t.Errorf("show ports does not say %s:\n%s", want, out)
	}
}

func TestPortThatVanishesAndComesBack(t *testing.T) {
	t.Parallel()
	l, n := attackerLab(t, "  tarpit enable", "ping")
	if !echoes(l, "attacker", "198.18.0.77") {
		t.Fatal("no echo before")
	}
	port := l.ports["mire"]
	for range 2 {
		l.ip("-n", l.ns("mire"), "link", "del", "eth0")
		n.waitLink("absent")
		if pings(l, "attacker", "198.18.0.77") {
			t.Error("an echo through a port that is gone")
		}
		l.ip("-n", l.ns("mire"), "link", "add", "eth0", "type", "veth", "peer", "name", port, "netns", l.ns("bridge"))
		l.ip("-n", l.ns("bridge"), "link", "set", port, "master", "br0", "up")
		l.ip("-n", l.ns("mire"), "link", "set", "eth0", "up")
		n.waitLink("up")
		eventually(t, 30*time.Second, "an echo after the port is back", func() bool { return pings(l, "attacker", "198.18.0.77") })
	}
	for _, want := range []string{`"link":"absent"`, `"link":"up"`, "its port is attached anew"} {
		if !strings.Contains(n.logText(), want) {
			t.Errorf("the log misses %s", want)
		}
	}
	s := n.status()
	if !s.Totals.Balanced {
		t.Errorf("the packet identity does not hold: %+v", s.Totals)
	}
	if err := n.stop(); err != nil {
		t.Errorf("stop: %v\n%s", err, n.logText())
	}
}

func TestLinkThatFlaps(t *testing.T) {
	t.Parallel()
	l, n := attackerLab(t, "  tarpit enable", "ping")
	if !echoes(l, "attacker", "198.18.0.77") {
		t.Fatal("no echo before")
	}
	for _, far := range []bool{true, false} {
		set := func(state string) {
			if far { // the carrier goes
				l.ip("-n", l.ns("bridge"), "link", "set", l.ports["mire"], state)
			} else { // somebody takes the interface down
				l.ip("-n", l.ns("mire"), "link", "set", "eth0", state)
			}
		}
		set("down")
		n.waitLink("down")
		set("up")
		n.waitLink("up")
		for range 20 { // faster than anybody can follow
			set("down")
			set("up")
		}
		n.waitLink("up")
		eventually(t, 30*time.Second, "an echo after the flap", func() bool { return pings(l, "attacker", "198.18.0.77") })
	}
	if s := n.status(); !s.Totals.Balanced {
		t.Errorf("the packet identity does not hold: %+v", s.Totals)
	}
	if err := n.stop(); err != nil {
		t.Errorf("stop: %v\n%s", err, n.logText())
	}
}

func TestFullTableIsCountedAndRecovers(t *testing.T) {
	t.Parallel()
	need(t, "ping", "nmap")
	l := newLab(t)
	l.leg("attacker", "198.18.4.1/22")
	l.leg("host", "198.18.4.2/22")
	l.leg("mire")
	config := strings.NewReplacer("198.18.0.0", "198.18.4.0", "255.255.255.0", "255.255.252.0",
		"198.18.0.253", "198.18.7.253", "198.18.0.254", "198.18.7.254").Replace(dualStack("  tarpit enable"))
	n := l.mire("mire", seedChain+config+"set sessions 1024\n")
	// A fast sweep keeps more proofs under way than a quarter of the table, and
	// the sweeps together find more than fits into the half for the captured.
	counters := func() map[string]int {
		var v struct {
			Networks []struct{ Counters map[string]int }
		}
		n.show(&v, "tarpit")
		return v.Networks[0].Counters
	}
	for sweep := 0; sweep < 12 && counters()["bound_capture"] == 0; sweep++ {
		up(l, "-sn", "-T5", "--max-retries", "0", "198.18.4.0/22")
	}
	s, bounds := n.status(), counters()
	if s.Table.Capacity != 1024 || s.Table.Trapped > 1024 || s.Table.Full+s.Table.Quota == 0 {
		t.Errorf("after sweeps of 1022 addresses: %+v", s.Table)
	}
	if bounds["bound_capture"] == 0 {
		t.Errorf("no bound is counted: %v", bounds)
	}
	if out := n.cli("show", "status"); !regexp.MustCompile(`[1-9]\d* over the share of their state`).MatchString(out) {
		t.Errorf("show status:\n%s", out)
	}
	// A full table never costs a living host: a captured one keeps answering, a
	// real one is still heard, another is not answered for without a place.
	var held string
	for a, state := range n.states() {
		if state == "trapped" {
			held = a
			break
		}
	}
	if !echoes(l, "attacker", held) {
		t.Errorf("%s is trapped and does not answer", held)
	}
	l.addr("host", held+"/22")
	l.must("host", "ip", "neigh", "flush", "dev", "eth0")
	l.must("host", "ping", "-n", "-c", "3", "-W", "5", "-I", held, "198.18.4.1")
	eventually(t, 10*time.Second, held+" is real", func() bool { return n.states()[held] == "real" })
	t.Logf("full: %+v, %v", s.Table, bounds)

	n.cli("ctl", "clear sessions")
	eventually(t, 30*time.Second, "an address that found no place answers", func() bool { return pings(l, "attacker", "198.18.6.200") })
	if s := n.status(); !s.Totals.Balanced || s.Totals.Held != 0 {
		t.Errorf("the packet identity does not hold: %+v", s.Totals)
	}
}

// stuckLog is a lab whose mire logs into a pipe that nobody reads.
func stuckLog(t *testing.T) (l *lab, n *node, read *os.File) {
	t.Helper()
	need(t, "ping")
	l = newLab(t)
	l.leg("attacker", "198.18.0.1/24", "2001:db8:18::1/64")
	l.leg("mire")
	read, write, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { read.Close() })
	n = l.mireTo("mire", seedChain+dualStack("  tarpit enable")+"set tarpitlog every\nset tarpitlograte 1000000\n", write)
	write.Close()
	return l, n, read
}

// A stuck log never keeps the daemon from its end.
func TestStopWhileNobodyReadsTheLog(t *testing.T) {
	t.Parallel()
	l, n, _ := stuckLog(t)
	l.must("attacker", "ping", "-n", "-c", "1", "-W", "5", "198.18.0.77")
	l.must("attacker", "ping", "-n", "-q", "-f", "-c", "1000", "-W", "5", "198.18.0.77")
	if err := n.stop(); err != nil {
		t.Errorf("mire stop: %v", err)
	}
}

// Nobody reads the log: events find their ring full. The packet path does not
// notice, and the counts are seen from outside.
func TestFullEventRingNeverStopsTheAnswers(t *testing.T) {
	t.Parallel()
	l, n, read := stuckLog(t)
	if !echoes(l, "attacker", "198.18.0.77") {
		t.Fatal("no echo")
	}
	// More events than pipe and ring hold together.
	var out string
	s := n.status()
	for turn := 0; turn < 8 && s.Events.Lost == 0; turn++ {
		out = l.must("attacker", "ping", "-n", "-q", "-f", "-c", "10000", "-W", "5", "198.18.0.77")
		s = n.status()
	}
	if s.Events.Lost == 0 {
		t.Fatalf("no event is lost: %+v", s.Events)
	}
	t.Logf("%d events pushed, %d lost; %s", s.Events.Pushed, s.Events.Lost, tail(out, 2))
	if !strings.Contains(n.cli("show", "status"), fmt.Sprintf("%d lost", s.Events.Lost)) {
		t.Errorf("show status does not say what was lost:\n%s", n.cli("show", "status"))
	}
	for try := 0; !strings.Contains(out, " 0% packet loss"); try++ {
		if longest := n.longestTurn(); try == 3 || longest < 100*time.Millisecond {
			t.Fatalf("a stuck log costs echo replies, the longest turn took %v: %s", longest, out)
		} // else it had no CPU for so long that the socket's buffer was full
		out = l.must("attacker", "ping", "-n", "-q", "-f", "-c", "10000", "-W", "5", "198.18.0.77")
	}
	if !echoes(l, "attacker", "2001:db8:18::77") {
		t.Error("no echo from a cold address while the log is stuck")
	}
	n.cli("show", "log")
	// Commands are logged too: they do not wait for a reader either.
	n.cli("ctl", "network 1 tarpit exempt 198.18.0.98")
	eventually(t, 10*time.Second, "a line left out", func() bool { return n.status().Unwritten > 0 })
	if out := n.cli("show", "log"); !strings.Contains(out, "configuration applied") {
		t.Errorf("show log while the log is stuck:\n%s", out)
	}

	// Somebody reads again: what waited is told, and what was lost is summed up.
	var text output
	go func() {
		buf := make([]byte, 1<<16)
		for {
			k, err := read.Read(buf)
			if err != nil {
				return
			}
			text.Write(buf[:k])
		}
	}()
	eventually(t, 40*time.Second, "a line about the loss", func() bool { return strings.Contains(text.String(), "lost in full rings") })
	before := n.status().Events.Lost
	if !echoes(l, "attacker", "198.18.0.99") {
		t.Error("no echo after the log was read again")
	}
	eventually(t, 20*time.Second, "a line after the loss", func() bool { return strings.Contains(text.String(), "ECHO_REPLY for 198.18.0.99 sent") })
	if after := n.status().Events.Lost; after != before {
		t.Errorf("%d events lost after the log was read again", after-before)
	}
}

func TestDeadSyslogIsCountedAndFoundAgain(t *testing.T) {
	t.Parallel()
	needSyslog(t)
	need(t, "ping")
	l := newLab(t)
	l.leg("attacker", "198.18.0.1/24")
	l.leg("mire")
	s := newSyslog(l)
	n := l.mire("mire", seedChain+dualStack("  tarpit enable")+"set tarpitlog every\nset syslog "+s.socket+"\n")
	line := "TARPIT IPv4 ECHO_REPLY for 198.18.0.77 sent to 198.18.0.1"
	lost := 0
	for turn := range 2 {
		if !echoes(l, "attacker", "198.18.0.77") {
			t.Error("no echo while syslog is dead")
		}
		eventually(t, 10*time.Second, "lost lines", func() bool {
			sl := n.status().Events.Syslog
			return !sl.Connected && sl.Error != "" && sl.Lost > lost
		})
		if out := n.cli("show", "status"); !strings.Contains(out, "not connected") {
			t.Errorf("show status:\n%s", out)
		}
		s.start()
		seen := strings.Count(s.text(), line)
		eventually(t, 30*time.Second, "a line after syslog came up", func() bool {
			pings(l, "attacker", "198.18.0.77")
			return strings.Count(s.text(), line) > seen
		})
		if got := strings.Count(s.text(), "lines did not reach this syslog"); got != turn+1 {
			t.Errorf("%d lines about the loss, want %d:\n%s", got, turn+1, s.text())
		}
		if st := n.status().Events.Syslog; !st.Connected || st.Sent == 0 {
			t.Errorf("%+v", st)
		}
		lost = n.status().Events.Syslog.Lost
		s.stop()
		os.Remove(s.socket)
	}
}
