package e2e

import (
	"fmt"
	"os"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// holdsVariable and holdsTime set how many writers each policy and family of
// TestCrowdStaysHeld has and for how many seconds; scripts/holds.sh does.
const (
	holdsVariable = "MIRE_HOLDS_WRITERS"
	holdsTime     = "MIRE_HOLDS_SECONDS"
)

const (
	holdsWriters = 500 // without the variables
	holdsSeconds = 20  // and the least: silence loses a writer after 13.9 s
	holdsTargets = 32  // captured addresses a policy and family
	// lostWriters is the most against a policy that holds nobody: they only show
	// that these kernels give up.
	lostWriters = 500
	// slamBytes is more than ten segments, which is what a kernel sends before it
	// hears that the window is shut (RFC 6928).
	slamBytes = 16384
	// Above so many writers the rounds run one after the other.
	holdsTogether = 1000
)

// holdsRound is one crowd on one segment.
type holdsRound struct {
	sources int
	kill    bool
}

func (r holdsRound) String() string {
	s := fmt.Sprintf("%d sources", r.sources)
	if r.sources == 1 {
		s = "one source"
	}
	if r.kill {
		s += ", kill -9"
	}
	return s
}

// Writers without number, of one source and of ten, IPv4 and IPv6, with a scan
// from the same source beside: those against slam and clamp are all held, also
// across a kill -9 of mire. Those against mute and synack are all lost, which
// shows that these kernels do give up.
func TestCrowdStaysHeld(t *testing.T) {
	need(t, "nmap", "tc")
	if testing.Short() {
		t.Skip("skipped: takes half a minute (-short)")
	}
	n, seconds := number(t, holdsVariable, holdsWriters, 1), number(t, holdsTime, holdsSeconds, holdsSeconds)
	for _, r := range []holdsRound{{1, false}, {10, false}, {1, true}, {10, true}} {
		t.Run(r.String(), func(t *testing.T) {
			if n <= holdsTogether {
				t.Parallel()
			}
			newCrowd(t, r, n).hold(time.Duration(seconds) * time.Second)
		})
	}
}

// number is the value of a variable, or what it is without.
func number(t *testing.T, variable string, standard, least int) int {
	t.Helper()
	s := os.Getenv(variable)
	if s == "" {
		return standard
	}
	n, err := strconv.Atoi(s)
	if err != nil || n < least {
		t.Fatalf("%s=%q: want a number of at least %d", variable, s, least)
	}
	return n
}

// crowd is the writers of a round.
type crowd struct {
	t       *testing.T
	l       *lab
	mire    *node
	round   holdsRound
	n       int
	writers []*crowdOf
	cpu     time.Duration // of daemons that were killed
}

// crowdOf is the writers against one policy over one family.
type crowdOf struct {
	policy, family string
	held           bool // by this policy
	n              int
	*process
}

func newCrowd(t *testing.T, r holdsRound, n int) *crowd {
	c := &crowd{t: t, l: newLab(t), round: r, n: n}
	config, addrs := holdNetworks()
	c.l.leg("mire")
	var legs []string
	for host := range r.sources {
		legs = append(legs, numbered(addrs, host+1)...)
	}
	c.l.impatient("client", legs...)
	c.l.sysctl("client", "net.ipv4.ip_local_port_range=1024 65535")
	c.l.sysctl("client", "net.ipv4.tcp_no_metrics_save=1")
	// A link of 200 Mbit/s and 24,000 frames/s. Without one the timers of thousands
	// of connections expire in one tick of this machine's clock (of 2 s, for those
	// of 16 s and more) and their probes come in one breath, which is too long for
	// the queues of the machine, and always the same ones are lost. The writers of
	// ten thousand hosts do not share a clock.
	c.l.must("client", "tc", "qdisc", "add", "dev", "eth0", "root", "tbf", "rate", "200mbit", "mpu", "1024", "burst", "48kb", "limit", "200mb")
	c.apart()
	if n > holdsTogether {
		deepen(t)
	}
	c.mire = c.l.mire("mire", config)
	c.prefer()
	return c
}

// apart leaves what the kernel does for the crowd to the CPUs before the last,
// which is the worker's. On the CPU that a reply was sent from it would arm the
// timer that the reply starts, and with it the whole crowd would run on the
// worker's CPU, ahead of the worker. With one CPU it does nothing.
func (c *crowd) apart() {
	last := runtime.NumCPU() - 1
	if last == 0 {
		return
	}
	others := fmt.Sprintf("%x", 1<<min(last, 31)-1)
	steer := func(leg, device string) {
		c.l.must(leg, "sh", "-c", fmt.Sprintf("echo %s >/sys/class/net/%s/queues/rx-0/rps_cpus", others, device))
	}
	for _, leg := range []string{"mire", "client"} {
		steer(leg, "eth0")
		steer("bridge", c.l.ports[leg])
	}
}

// prefer lets the daemon run before whatever else this machine does: its worker
// has a CPU of its own where ten thousand are held, and here shares it.
func (c *crowd) prefer() {
	tasks, err := os.ReadDir(fmt.Sprintf("/proc/%d/task", c.mire.status().PID))
	if err != nil {
		c.t.Fatal(err)
	}
	for _, task := range tasks {
		id, _ := strconv.Atoi(task.Name())
		unix.Setpriority(unix.PRIO_PROCESS, id, -20) // a thread that has ended needs none
	}
}

// deepen gives this machine's backlog room for the frames of a crowd while its
// CPUs do something else, until the test ends: it is 1,000 frames otherwise, and
// there is none for each namespace.
func deepen(t *testing.T) {
	const file, frames = "/proc/sys/net/core/netdev_max_backlog", "50000\n"
	before, err := os.ReadFile(file)
	if err == nil {
		err = os.WriteFile(file, []byte(frames), 0)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.WriteFile(file, before, 0) })
}

// hold opens the connections, holds them for d, and judges.
func (c *crowd) hold(d time.Duration) {
	began := time.Now()
	for i, policy := range []string{"slam", "mute", "synack", "clamp 100"} {
		held := policy == "slam" || policy == "clamp 100"
		c.start(policy, "IPv4", held, fmt.Sprintf("198.18.%d.", i+1), "%d")
		c.start(policy, "IPv6", held, fmt.Sprintf("2001:db8:%d::", i+1), "%x")
	}
	sum := 0
	for _, w := range c.writers {
		eventually(c.t, 2*time.Minute, fmt.Sprintf("%d connections against %s over %s", w.n, w.policy, w.family), func() bool {
			r := c.last(w)
			return r.opened == w.n || !w.running() || r.failed > 0
		})
		if r := c.last(w); r.opened != w.n {
			c.t.Fatalf("%s, %s: %+v of %d\n%s", w.policy, w.family, r, w.n, w.out.String())
		}
		sum += w.n
	}
	opened := time.Now()
	c.t.Logf("%d connections opened in %v", sum, opened.Sub(began).Round(100*time.Millisecond))
	scan := c.l.start("client", "sh", "-c", scanLoop)
	var restarted time.Time
	if c.round.kill {
		time.Sleep(d / 10)
		cpu, _ := c.usage()
		c.cpu += cpu
		c.mire.kill()
		time.Sleep(2 * time.Second)
		c.mire.start("mire")
		c.prefer()
		restarted = time.Now()
	}
	time.Sleep(time.Until(opened.Add(d)))
	if !scan.running() {
		c.t.Errorf("the scan ended: %s", scan.out.String())
	}
	c.settle(restarted)
	c.judge()
}

// settle waits until the silent policies have lost everybody, and everybody
// that is held was answered by the mire that runs now. Both take longer than the
// round when the kernels measured long round trips: their timers are multiples.
func (c *crowd) settle(restarted time.Time) {
	deadline := time.Now().Add(90 * time.Second)
	for _, w := range c.writers {
		for r := c.last(w); ; r = c.last(w) {
			switch answered := time.Since(restarted) > time.Duration(r.silent)*time.Millisecond; {
			case w.held && r.lost != 0: // to be judged
			case w.held && c.round.kill && !answered && time.Now().Before(deadline),
				!w.held && r.lost != r.opened && time.Now().Before(deadline):
				time.Sleep(writersReports)
				continue
			case w.held && c.round.kill && !answered:
				c.t.Errorf("%s, %s, %s: a writer was not answered since the restart %v ago", c.round, w.policy, w.family, time.Since(restarted).Round(time.Second))
			}
			break
		}
	}
}

// scanLoop is a scan that does not end: half-open, with connections, of ACKs, by
// both families, from the first source, of addresses that hold connections too.
const scanLoop = `while :; do
	for how in "-sS -p 1-500" "-sT -p 70-100" "-sA -p 1-500"; do
		nmap -n -Pn -T4 --max-retries 0 $how 198.18.1.100-103 198.18.4.100-103 || exit 1
		nmap -6 -n -Pn -T4 --max-retries 0 $how 2001:db8:1::64 2001:db8:1::65 2001:db8:4::64 2001:db8:4::65 || exit 1
	done >/dev/null
done`

// start runs the writers against one policy: sources are hosts 1 and up of the
// network with a prefix, targets 100 and up.
func (c *crowd) start(policy, family string, held bool, prefix, number string) {
	var sources, targets []string
	for i := range c.round.sources {
		sources = append(sources, prefix+fmt.Sprintf(number, i+1))
	}
	for i := range holdsTargets {
		targets = append(targets, prefix+fmt.Sprintf(number, 100+i))
	}
	bytes, n := 2048, c.n
	if policy == "slam" {
		bytes = slamBytes
	}
	if !held {
		n = min(n, lostWriters)
	}
	words := fmt.Sprintf("writers %d %d %s %s", n, bytes, strings.Join(sources, ","), strings.Join(targets, ","))
	c.writers = append(c.writers, &crowdOf{policy: policy, family: family, held: held, n: n, process: c.l.start("client", peer(words)...)})
}

// last is the last whole line that a writers process has printed.
func (c *crowd) last(w *crowdOf) (r crowdReport) {
	text := w.out.String()
	end := strings.LastIndexByte(text, '\n')
	if end < 0 {
		return r
	}
	line := text[strings.LastIndexByte(text[:end], '\n')+1 : end+1]
	fmt.Sscanf(line, crowdFormat, &r.opened, &r.failed, &r.lost, &r.doubtful, &r.idle, &r.silent)
	return r
}

// judge compares the crowd with what was promised, and prints it.
func (c *crowd) judge() {
	out := fmt.Sprintf("\n%s: %d writers for each policy that holds, and family\n%-10s %-6s %8s %8s %10s %14s\n", c.round, c.n, "policy", "", "opened", "lost", "doubtful", "last ACK s ago")
	for _, w := range c.writers {
		r := c.last(w)
		out += fmt.Sprintf("%-10s %-6s %8d %8d %10d %14.1f\n", w.policy, w.family, r.opened, r.lost, r.doubtful, float64(r.silent)/1000)
		switch {
		case w.held && r.lost != 0:
			c.t.Errorf("%s, %s, %s: %d of %d lost", c.round, w.policy, w.family, r.lost, r.opened)
		case w.held && r.idle != 0:
			c.t.Errorf("%s, %s, %s: %d of %d have nothing to send: they prove nothing", c.round, w.policy, w.family, r.idle, r.opened)
		case !w.held && r.lost != r.opened:
			c.t.Errorf("%s, %s, %s: only %d of %d lost: these kernels do not give up", c.round, w.policy, w.family, r.lost, r.opened)
		}
	}
	if c.t.Failed() {
		c.t.Logf("%s%s%s%s", c.mire.cli("show", "drops"), c.mire.cli("show", "tarpit"), c.mire.cli("show", "workers"), c.l.must("client", "nstat"))
	}
	cpu, memory := c.usage()
	fmt.Printf("%smire: %.1f s of CPU, %.1f MiB resident\n%s\n", out, (c.cpu + cpu).Seconds(), float64(memory)/(1<<20), c.limits())
}

// limits is what `show tarpit` says of the limits, and fails the test when they
// do not add up.
func (c *crowd) limits() (text string) {
	var v struct {
		Rows []struct {
			Row   string
			Count int
		}
		Limits []struct {
			Limit                     string
			Refused, Collided, Shared int
		}
	}
	c.mire.show(&v, "tarpit")
	refused := 0
	for _, l := range v.Limits {
		refused += l.Refused
		text += fmt.Sprintf("%s: refused %d, collided %d, shared %d; ", l.Limit, l.Refused, l.Collided, l.Shared)
	}
	for _, r := range v.Rows {
		if r.Row == "13" && r.Count != refused {
			c.t.Errorf("row 13 has %d segments, the limits refused %d", r.Count, refused)
		}
		if r.Row == "9" && r.Count == 0 {
			c.t.Error("no window probe was answered")
		}
	}
	return text
}

// usage is the processor time and the resident memory, in bytes, of the daemon.
func (c *crowd) usage() (cpu time.Duration, memory int) {
	dir := fmt.Sprintf("/proc/%d/", c.mire.status().PID)
	stat, err := os.ReadFile(dir + "stat")
	if err != nil {
		c.t.Fatal(err)
	}
	// Fields 14 and 15, in ticks of 1/100 s; the name before may have spaces (proc_pid_stat(5)).
	f := strings.Fields(string(stat[strings.LastIndexByte(string(stat), ')')+1:]))
	for _, i := range []int{11, 12} {
		ticks, _ := strconv.Atoi(f[i])
		cpu += time.Duration(ticks) * 10 * time.Millisecond
	}
	pages, _ := strconv.Atoi(f[21])
	return cpu, pages * unix.Getpagesize()
}
