package e2e

import (
	"fmt"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"
)

// holdNetworks are four networks of one segment, one per policy, and their
// client leg's addresses.
func holdNetworks() (config string, addrs []string) {
	config = seedChain + "interface 1 {\n  name eth0\n}\n"
	for i, policy := range []string{"slam", "mute", "synack", "clamp 100"} {
		n := i + 1
		config += fmt.Sprintf(`network %[1]d {
  name "%[2]s"
  addr 198.18.%[1]d.0
  mask 255.255.255.0
  real 198.18.%[1]d.253
  mask6 64
  real6 2001:db8:%[1]d::fd
  tarpit enable
  tarpit policy %[2]s
  interface 1
}
`, n, policy)
		addrs = append(addrs, fmt.Sprintf("198.18.%d.1/24", n), fmt.Sprintf("2001:db8:%d::1/64", n))
	}
	config += "register interfaces 1\nenable interfaces 1\nregister networks 1-4\nenable networks 1-4\n"
	return config, addrs
}

const mebibyte = "1048576"

// client is a TCP client in a leg of its own: its kernel's counters are its alone.
type client struct {
	name   string
	l      *lab
	leg    string
	remote string
	*process
}

// connect starts a client on a leg. The address answers before: a client whose SYN had to wait for the proof takes
// that for a slow path and is more patient with it.
func connect(l *lab, leg, name, addr, first, total string) *client {
	l.t.Helper()
	l.must(leg, "ping", "-n", "-c", "1", "-W", "5", addr)
	remote := addr + ":80"
	if strings.Contains(addr, ":") {
		remote = "[" + addr + "]:80"
	}
	return &client{name: name, l: l, leg: leg, remote: remote,
		process: l.start(leg, peer("tcp any "+remote+" "+first+" "+total)...)}
}

func (c *client) gone() bool { return strings.Contains(c.out.String(), "gone") || !c.running() }

// socket is what ss says of the client's connection, "" when there is none.
func (c *client) socket() string {
	out, _ := c.l.run(10*time.Second, c.leg, "ss", "-Htno", "state", "established", "dst", c.remote)
	return strings.Join(strings.Fields(out), " ")
}

var persist = regexp.MustCompile(`timer:\(persist,[^,]+,(\d+)\)`)

// probesUnanswered is the probe counter of a connection in persist, -1 when it
// is not in persist.
func (c *client) probesUnanswered() int {
	if m := persist.FindStringSubmatch(c.socket()); m != nil {
		n, _ := strconv.Atoi(m[1])
		return n
	}
	return -1
}

// windowProbes is how many window probes the kernel of the leg has sent.
func (c *client) windowProbes() int {
	out := c.l.must(c.leg, "cat", "/proc/net/netstat")
	var names []string
	for _, line := range strings.Split(out, "\n") {
		f := strings.Fields(line)
		if len(f) == 0 || f[0] != "TcpExt:" {
			continue
		}
		if names == nil {
			names = f
			continue
		}
		for i, n := range names {
			if n == "TCPWinProbe" {
				v, _ := strconv.Atoi(f[i])
				return v
			}
		}
	}
	return -1
}

// heldFor fails unless the client is still connected d after began.
func (c *client) heldFor(t *testing.T, began time.Time, d time.Duration) {
	t.Helper()
	for time.Since(began) < d {
		if c.gone() {
			t.Errorf("%s: gone after %v, not held for %v: %s", c.name, time.Since(began).Round(time.Second), d, c.out.String())
			return
		}
		time.Sleep(100 * time.Millisecond)
	}
	socket := c.socket()
	if socket == "" || c.gone() {
		t.Errorf("%s: no connection after %v: %s", c.name, d, c.out.String())
	}
	t.Logf("%s: held for %v, %d window probes: %s", c.name, time.Since(began).Round(time.Second), c.windowProbes(), socket)
}

// inPersist waits until n window probes were sent and answered: the counter of
// unanswered ones is 0 again.
func (c *client) inPersist(t *testing.T, n int, d time.Duration) {
	t.Helper()
	deadline := time.Now().Add(d)
	for c.windowProbes() < n || c.probesUnanswered() != 0 {
		if time.Now().After(deadline) || c.gone() {
			t.Errorf("%s: not in persist with counter 0 after %d probes: %d probes, %s\n%s", c.name, n, c.windowProbes(), c.socket(), c.out.String())
			return
		}
		time.Sleep(100 * time.Millisecond)
	}
	t.Logf("%s: in persist after %d probes: %s", c.name, c.windowProbes(), c.socket())
}

// impatient gives a leg a kernel that gives a connection up after five
// unanswered retransmissions or probes.
func (l *lab) impatient(leg string, addrs ...string) {
	l.t.Helper()
	l.leg(leg, addrs...)
	l.sysctl(leg, "net.ipv4.tcp_retries2=5")
}

// numbered gives address number host of each network to a leg.
func numbered(addrs []string, host int) (out []string) {
	for _, a := range addrs {
		a = strings.Replace(a, ".1/", fmt.Sprintf(".%d/", host), 1)
		out = append(out, strings.Replace(a, "::1/", fmt.Sprintf("::%x/", host), 1))
	}
	return out
}

func TestPoliciesHoldOrLoseAnImpatientClient(t *testing.T) {
	t.Parallel()
	need(t, "ss", "ping")
	l := newLab(t)
	config, addrs := holdNetworks()
	l.leg("mire")
	n := l.mire("mire", config)

	kinds := []struct {
		name, addr, first, total string
	}{
		{"slam, IPv4, 1 MiB", "198.18.1.80", "0", mebibyte},
		{"slam, IPv6, 1 MiB", "2001:db8:1::80", "0", mebibyte},
		{"slam, IPv4, one byte first", "198.18.1.81", "1", mebibyte},
		{"slam, IPv6, one byte first", "2001:db8:1::81", "1", mebibyte},
		{"mute, IPv4, 1 MiB", "198.18.2.80", "0", mebibyte},
		{"mute, IPv6, 1 MiB", "2001:db8:2::80", "0", mebibyte},
		{"mute, IPv4, one byte first", "198.18.2.81", "1", mebibyte},
		{"mute, IPv6, one byte first", "2001:db8:2::81", "1", mebibyte},
		{"synack, IPv4, 1 MiB", "198.18.3.80", "0", mebibyte},
		{"synack, IPv6, 1 MiB", "2001:db8:3::80", "0", mebibyte},
		{"clamp, IPv4, 1 MiB", "198.18.4.80", "0", mebibyte},
		{"clamp, IPv6, 1 MiB", "2001:db8:4::80", "0", mebibyte},
	}
	for i := range kinds {
		l.impatient(fmt.Sprintf("client%d", i), numbered(addrs, 10+i)...)
	}
	clients := make([]*client, len(kinds))
	began := make([]time.Time, len(kinds))
	for i, k := range kinds {
		clients[i] = connect(l, fmt.Sprintf("client%d", i), k.name, k.addr, k.first, k.total)
		connected(t, clients[i].process)
		began[i] = time.Now()
	}
	for i, c := range clients {
		if strings.HasPrefix(c.name, "slam") && strings.Contains(c.name, "1 MiB") {
			c.inPersist(t, 3, 30*time.Second)
		}
		if strings.HasPrefix(c.name, "mute") || strings.HasPrefix(c.name, "synack") {
			for !c.gone() && time.Since(began[i]) < 20*time.Second {
				time.Sleep(50 * time.Millisecond)
			}
			if !c.gone() {
				t.Errorf("%s: still there after 20 s: %s", c.name, c.socket())
			}
			t.Logf("%s: %s", c.name, strings.ReplaceAll(strings.TrimSpace(c.out.String()), "\n", "; "))
		}
	}
	for i, c := range clients {
		if strings.HasPrefix(c.name, "slam") || strings.HasPrefix(c.name, "clamp") {
			c.heldFor(t, began[i], time.Minute)
		}
	}
	t.Logf("\n%s", n.cli("show", "tarpit"))
}

// A restarted mire knows nothing: it must prove the address again before it
// answers, and the first it hears of it is a probe of a connection that another
// process has opened.
func TestHoldSurvivesKillAndRestart(t *testing.T) {
	t.Parallel()
	need(t, "ss", "ping")
	l := newLab(t)
	config, addrs := holdNetworks()
	l.leg("mire")
	n := l.mire("mire", config)
	kinds := []struct{ name, addr, first string }{
		{"restart, IPv4, 1 MiB", "198.18.1.80", "0"},
		{"restart, IPv6, 1 MiB", "2001:db8:1::80", "0"},
		{"restart, IPv4, one byte first", "198.18.1.81", "1"},
		{"restart, IPv6, one byte first", "2001:db8:1::81", "1"},
	}
	for i := range kinds {
		l.impatient(fmt.Sprintf("client%d", i), numbered(addrs, 10+i)...)
	}
	var clients []*client
	for i, k := range kinds {
		c := connect(l, fmt.Sprintf("client%d", i), k.name, k.addr, k.first, mebibyte)
		connected(t, c.process)
		clients = append(clients, c)
	}
	began := time.Now()
	for _, up := range []time.Duration{2 * time.Second, 20 * time.Second} {
		time.Sleep(up)
		n.kill()
		time.Sleep(2 * time.Second)
		n.start("mire")
	}
	for _, c := range clients[:2] {
		c.inPersist(t, c.windowProbes()+3, 40*time.Second)
	}
	for _, c := range clients {
		c.heldFor(t, began, time.Minute)
	}
	var v struct {
		Rows []struct {
			Row   string
			Count int
		}
	}
	n.show(&v, "tarpit")
	rows := map[string]int{}
	for _, r := range v.Rows {
		rows[r.Row] = r.Count
	}
	if rows["1"] != 0 || rows["7"] != 0 || rows["9"] < 6 {
		t.Errorf("the third mire opened %d connections and answered %d probes: want 0 and at least 6", rows["1"], rows["9"])
	}
}

// longHold is how long clients are held at the kernel's stock settings: silence
// and acknowledgements of nothing lose them after 938 to 944 s.
const longHold = 960 * time.Second

func TestHoldOutlastsStockSettings(t *testing.T) {
	if os.Getenv("MIRE_LONG") == "" {
		t.Skipf("skipped: takes %v; MIRE_LONG=1 runs it (with go test -timeout 30m)", longHold)
	}
	need(t, "ss", "ping")
	t.Run("steady", func(t *testing.T) { t.Parallel(); holdLong(t, false) })
	t.Run("restarted", func(t *testing.T) { t.Parallel(); holdLong(t, true) })
}

// holdLong holds clients with stock kernels, with a kill -9 of mire half way if
// asked for. Those whose first byte was never taken repeat it every 120 s by then
// and give up after 240 s of silence: the first repetition behind the restart
// starts the proof of the address, and its end must answer it. The silent policy
// loses its client meanwhile: the clients' kernels do give up.
func holdLong(t *testing.T, restart bool) {
	l := newLab(t)
	config, addrs := holdNetworks()
	l.leg("mire")
	n := l.mire("mire", config)
	kinds := []struct{ name, addr, first string }{
		{"slam, IPv4", "198.18.1.80", "0"}, {"slam, IPv6", "2001:db8:1::80", "0"},
		{"slam, IPv4, one byte first", "198.18.1.81", "1"}, {"slam, IPv6, one byte first", "2001:db8:1::81", "1"},
		{"clamp, IPv4", "198.18.4.80", "0"}, {"clamp, IPv6", "2001:db8:4::80", "0"},
		{"mute, IPv4", "198.18.2.80", "0"},
	}
	var clients []*client
	for i, k := range kinds {
		leg := fmt.Sprintf("client%d", i)
		l.leg(leg, numbered(addrs, 10+i)...)
		c := connect(l, leg, k.name, k.addr, k.first, mebibyte)
		connected(t, c.process)
		clients = append(clients, c)
	}
	began := time.Now()
	if restart {
		time.Sleep(longHold / 2)
		n.kill()
		time.Sleep(5 * time.Second)
		n.start("mire")
	}
	last := len(clients) - 1
	for _, c := range clients[:last] {
		c.heldFor(t, began, longHold)
	}
	mute := clients[last]
	eventually(t, time.Minute, "the end of the client against mute", mute.gone)
	t.Logf("%s: %s", mute.name, strings.ReplaceAll(strings.TrimSpace(mute.out.String()), "\n", "; "))
}
