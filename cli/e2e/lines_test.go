package e2e

import (
	"encoding/json"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// rsyslogConf listens on a socket of its own and writes facility, severity, tag
// and text of each message as the daemon understood them.
const rsyslogConf = `
module(load="imuxsock" SysSock.Use="off")
input(type="imuxsock" Socket="%[1]s/log" RateLimit.Interval="0")
template(name="parts" type="string" string="%%syslogfacility-text%% %%syslogseverity-text%% %%programname%% |%%msg%%\n")
action(type="omfile" file="%[1]s/out" template="parts")
`

// syslog is a real rsyslogd with a socket of its own.
type syslog struct {
	l            *lab
	dir          string
	socket, file string
	*process
}

// newSyslog prepares a syslog daemon on the leg mire; start runs it.
func newSyslog(l *lab) *syslog {
	l.t.Helper()
	// A short path: socket addresses end at 108 bytes.
	dir, err := os.MkdirTemp("/tmp", "mire-e2e-log-")
	if err != nil {
		l.t.Fatal(err)
	}
	l.t.Cleanup(func() { os.RemoveAll(dir) })
	if err := os.WriteFile(filepath.Join(dir, "conf"), fmt.Appendf(nil, rsyslogConf, dir), 0o600); err != nil {
		l.t.Fatal(err)
	}
	return &syslog{l: l, dir: dir, socket: filepath.Join(dir, "log"), file: filepath.Join(dir, "out")}
}

func (s *syslog) start() {
	s.l.t.Helper()
	daemon, err := exec.LookPath("rsyslogd")
	if err != nil {
		daemon = "/usr/sbin/rsyslogd"
	}
	os.Remove(s.socket)
	s.process = s.l.start("mire", daemon, "-n", "-f", filepath.Join(s.dir, "conf"), "-i", filepath.Join(s.dir, "pid"))
	eventually(s.l.t, 30*time.Second, "a socket of rsyslogd", func() bool {
		_, err := os.Stat(s.socket)
		return err == nil
	})
}

func (s *syslog) text() string {
	b, _ := os.ReadFile(s.file)
	return string(b)
}

func needSyslog(t *testing.T) {
	t.Helper()
	if _, err := os.Stat("/usr/sbin/rsyslogd"); err != nil {
		t.Skip("skipped: rsyslogd is not installed (scripts/setup.sh test)")
	}
}

// macText is the hardware address of a leg as logs write it.
func (l *lab) macText(leg string) string {
	l.t.Helper()
	m := l.mac(leg)
	return net.HardwareAddr(m[:]).String()
}

// message is one line of the JSON log.
type message struct {
	Level, Message, Kind, Time string
	Ours, Remote, MAC          string
}

// messages decodes the log of a node.
func (n *node) messages() (all []message) {
	n.t.Helper()
	for _, line := range strings.Split(strings.TrimSpace(n.logText()), "\n") {
		var m message
		if err := json.Unmarshal([]byte(line), &m); err != nil {
			n.t.Fatalf("a line of the log is no JSON: %v\n%s", err, line)
		}
		all = append(all, m)
	}
	return all
}

func TestSeedLinesByteForByteInLogAndSyslog(t *testing.T) {
	t.Parallel()
	needSyslog(t)
	need(t, "arping", "ping")
	l := newLab(t)
	l.leg("attacker", "198.18.0.1/24", "2001:db8:18::a1/64")
	l.leg("mire")
	s := newSyslog(l)
	s.start()
	n := l.mire("mire", seedChain+dualStack("  tarpit enable")+"set tarpitlog every\nset syslog "+s.socket+"\n")
	mac := l.macText("attacker")

	// Two turns: the answers to the first come from proofs, those to the second
	// at once.
	for turn := range 2 {
		l.must("attacker", "arping", "-c", "1", "-w", "5", "-I", "eth0", "198.18.0.70")
		for _, a := range []string{"198.18.0.77", "2001:db8:18::77"} {
			l.must("attacker", "ping", "-n", "-c", "1", "-W", "5", a)
		}
		for _, c := range []string{
			fmt.Sprintf("tcp 198.18.0.1:4%d001 198.18.0.78:80 0 0", turn),
			fmt.Sprintf("tcp [2001:db8:18::a1]:4%d002 [2001:db8:18::78]:443 0 0", turn),
		} {
			p := l.start("attacker", peer(c)...)
			connected(t, p)
			p.stop()
		}
		for _, c := range []string{
			"udp 198.18.0.1:40003 198.18.0.79:161", "udp [2001:db8:18::a1]:40004 [2001:db8:18::79]:53",
		} {
			l.must("attacker", peer(c)...)
		}
		time.Sleep(time.Second)
	}

	want := []string{
		"TARPIT IPv4 ARP_REPLY for 198.18.0.70 sent to 198.18.0.1 [" + mac + "]",
		"TARPIT IPv4 ECHO_REPLY for 198.18.0.77 sent to 198.18.0.1 [" + mac + "]",
		"TARPIT IPv4 TCP_SYNACK for 198.18.0.78/80 sent to 198.18.0.1/40001 [" + mac + "]",
		"TARPIT IPv4 UDP_PACKET for 198.18.0.79/161 received from 198.18.0.1/40003 [" + mac + "]",
		"TARPIT IPv6 ND6_REPLY for 2001:db8:18::77 sent to 2001:db8:18::a1 [" + mac + "]",
		"TARPIT IPv6 ECHO_REPLY for 2001:db8:18::77 sent to 2001:db8:18::a1 [" + mac + "]",
		"TARPIT IPv6 TCP_SYNACK for 2001:db8:18::78/443 sent to 2001:db8:18::a1/40002 [" + mac + "]",
		"TARPIT IPv6 UDP_PACKET for 2001:db8:18::79/53 received from 2001:db8:18::a1/40004 [" + mac + "]",
	}
	for _, line := range want {
		eventually(t, 10*time.Second, "in the log: "+line, func() bool {
			return slices.ContainsFunc(n.messages(), func(m message) bool { return m.Message == line && m.Level == "warn" })
		})
		eventually(t, 10*time.Second, "on syslog: "+line, func() bool {
			return strings.Contains("\n"+s.text(), "\ndaemon warning mire | "+line+"\n")
		})
	}
	if t.Failed() {
		t.Logf("%s\n%s", n.logText(), s.text())
	}
	for _, m := range n.messages() {
		if strings.HasPrefix(m.Message, "TARPIT") && (m.Kind == "" || m.Time == "") {
			t.Errorf("without the structured fields: %+v", m)
		}
	}
	// One line per packet: as many as the tarpit counts answers.
	var v struct {
		Answers struct{ Neighbour, Echo, Synack, UDP int }
	}
	n.show(&v, "tarpit")
	for kind, count := range map[string]int{
		"ARP_REPLY|ND6_REPLY": v.Answers.Neighbour, "ECHO_REPLY": v.Answers.Echo,
		"TCP_SYNACK": v.Answers.Synack, "UDP_PACKET": v.Answers.UDP,
	} {
		got := 0
		for _, m := range n.messages() {
			for _, k := range strings.Split(kind, "|") {
				if strings.Contains(m.Message, " "+k+" ") {
					got++
				}
			}
		}
		if got != count || count == 0 {
			t.Errorf("%s: %d lines for %d packets", kind, got, count)
		}
	}
	// The same lines through the control socket and as text.
	out := n.cli("show", "log", "--lines", "1000")
	for _, line := range want {
		if !strings.Contains(out, line) {
			t.Errorf("show log misses %s", line)
		}
	}
}

func TestTextLogHoldsTheSeedLines(t *testing.T) {
	t.Parallel()
	need(t, "ping")
	l := newLab(t)
	l.leg("attacker", "198.18.0.1/24")
	l.leg("mire")
	n := l.mire("mire", seedChain+dualStack("  tarpit enable")+"set tarpitlog every\n", "--log-format", "text")
	l.must("attacker", "ping", "-n", "-c", "2", "-W", "5", "198.18.0.77")
	line := " WRN TARPIT IPv4 ECHO_REPLY for 198.18.0.77 sent to 198.18.0.1 [" + l.macText("attacker") + "]\n"
	eventually(t, 10*time.Second, "two lines of text", func() bool { return strings.Count(n.logText(), line) == 2 })
	if strings.Contains(n.logText(), "\x1b[") {
		t.Error("a file has colours")
	}
}

// Under `first` the line is the same, but a source has one per kind until its
// count reaches 10.
func TestLogFirstWritesOneLineAndThenCounts(t *testing.T) {
	t.Parallel()
	l, n := attackerLab(t, "  tarpit enable", "ping")
	l.must("attacker", "ping", "-n", "-c", "25", "-i", "0.05", "-W", "5", "198.18.0.77")
	line := "TARPIT IPv4 ECHO_REPLY for 198.18.0.77 sent to 198.18.0.1 [" + l.macText("attacker") + "]"
	count := func() (first, counted int) {
		for _, m := range n.messages() {
			if m.Message == line {
				first++
			} else if strings.HasPrefix(m.Message, line+" (10 in ") {
				counted++
			}
		}
		return first, counted
	}
	eventually(t, 10*time.Second, "the first line and the one at 10", func() bool {
		first, counted := count()
		return first == 1 && counted == 1
	})
	n.cli("ctl", "set tarpitlog off")
	l.must("attacker", "ping", "-n", "-c", "3", "-i", "0.1", "-W", "5", "198.18.0.90")
	eventually(t, 10*time.Second, "silenced events", func() bool { return n.status().Events.Silenced >= 3 })
	n.cli("ctl", "set tarpitlog every")
	l.must("attacker", "ping", "-n", "-c", "3", "-i", "0.1", "-W", "5", "198.18.0.91")
	every := strings.ReplaceAll(line, "0.77", "0.91")
	eventually(t, 10*time.Second, "a line for each echo", func() bool {
		got := 0
		for _, m := range n.messages() {
			if m.Message == every {
				got++
			}
		}
		return got == 3
	})
	if strings.Contains(n.logText(), "ECHO_REPLY for 198.18.0.90") {
		t.Error("`tarpitlog off` wrote a line")
	}
}
