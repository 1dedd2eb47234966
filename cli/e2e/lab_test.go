package e2e

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

// binary is built once per test run by TestMain.
var binary string

func TestMain(m *testing.M) {
	if script := os.Getenv(peerVariable); script != "" {
		os.Exit(peerMain(strings.Fields(script)))
	}
	// `ip netns pids` goes by the main thread of a process: no test may take
	// that one into a namespace (lab.inside).
	runtime.LockOSThread()
	os.Exit(func() int {
		dir, err := os.MkdirTemp("", "mire-e2e-")
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
		defer os.RemoveAll(dir)
		binary = filepath.Join(dir, "mire")
		parallelLabs()
		if os.Geteuid() == 0 {
			out, err := exec.Command("go", "build", "-o", binary, "mire/cli/mire").CombinedOutput()
			if err != nil {
				fmt.Fprintf(os.Stderr, "go build: %v\n%s", err, out)
				return 1
			}
		}
		return m.Run()
	}())
}

// parallelLabs lets up to four labs run at the same time, however few CPUs
// there are: most of their time is spent waiting. -parallel N says otherwise.
func parallelLabs() {
	flag.Parse()
	given := false
	flag.Visit(func(f *flag.Flag) { given = given || f.Name == "test.parallel" })
	if !given {
		flag.Set("test.parallel", "4")
	}
}

// need skips the test, saying why, unless it runs as root with the tools.
func need(t *testing.T, tools ...string) {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Skip("skipped: network namespaces and DPDK ports need root")
	}
	for _, tool := range append(tools, "ip", "ethtool") {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skipf("skipped: %s is not installed (scripts/setup.sh build lab test)", tool)
		}
	}
}

var labs atomic.Int32

// lab is one segment: a bridge in a namespace of its own and legs in theirs.
type lab struct {
	t      *testing.T
	prefix string
	dir    string
	legs   int
	ports  map[string]string // leg -> its port of the bridge
}

// newLab makes a bridge without legs; the test's cleanup takes all down.
func newLab(t *testing.T) *lab {
	t.Helper()
	l := &lab{t: t, dir: t.TempDir(), prefix: fmt.Sprintf("mire-e2e-%d-%d", os.Getpid(), labs.Add(1))}
	t.Cleanup(l.down)
	br := l.ns("bridge")
	l.ip("netns", "add", br)
	l.ip("-n", br, "link", "set", "lo", "up")
	l.ip("-n", br, "link", "add", "br0", "type", "bridge", "mcast_snooping", "0")
	l.ip("-n", br, "link", "set", "br0", "up")
	return l
}

// ns is the namespace of a leg.
func (l *lab) ns(leg string) string { return l.prefix + "-" + leg }

// ip runs ip(8) and fails the test when it fails.
func (l *lab) ip(args ...string) {
	l.t.Helper()
	if out, err := exec.Command("ip", args...).CombinedOutput(); err != nil {
		l.t.Fatalf("ip %s: %v: %s", strings.Join(args, " "), err, out)
	}
}

// leg adds a namespace with eth0 on the bridge and the given addresses in CIDR
// form. The kernel's IPv6 stack is off on a leg without addresses.
func (l *lab) leg(name string, addrs ...string) {
	l.t.Helper()
	l.legs++
	port := fmt.Sprintf("p%d", l.legs)
	if l.ports == nil {
		l.ports = map[string]string{}
	}
	l.ports[name] = port
	l.ip("netns", "add", l.ns(name))
	l.ip("-n", l.ns(name), "link", "set", "lo", "up")
	l.ip("-n", l.ns(name), "link", "add", "eth0", "type", "veth", "peer", "name", port, "netns", l.ns("bridge"))
	l.ip("-n", l.ns("bridge"), "link", "set", port, "master", "br0", "up")
	if len(addrs) == 0 {
		l.sysctl(name, "net.ipv6.conf.eth0.disable_ipv6=1")
	} else {
		l.sysctl(name, "net.ipv6.conf.eth0.accept_dad=0")
	}
	for _, a := range addrs {
		l.addr(name, a)
	}
	l.ip("-n", l.ns(name), "link", "set", "eth0", "up")
}

// addr adds an address without duplicate address detection.
func (l *lab) addr(leg, cidr string) {
	l.t.Helper()
	args := []string{"-n", l.ns(leg), "address", "add", cidr, "dev", "eth0"}
	if strings.Contains(cidr, ":") {
		args = append(args, "nodad")
	}
	l.ip(args...)
}

func (l *lab) sysctl(leg, setting string) {
	l.t.Helper()
	l.must(leg, "sysctl", "-qw", setting)
}

// run executes a command on a leg and returns what it printed, at most for d.
func (l *lab) run(d time.Duration, leg string, command ...string) (string, error) {
	ctx, cancel := context.WithTimeout(context.Background(), d)
	defer cancel()
	c := l.command(ctx, leg, command...)
	out, err := c.CombinedOutput()
	return string(out), err
}

// must is run that fails the test on an error, within a minute.
func (l *lab) must(leg string, command ...string) string {
	l.t.Helper()
	out, err := l.run(time.Minute, leg, command...)
	if err != nil {
		l.t.Fatalf("on %s: %s: %v\n%s", leg, strings.Join(command, " "), err, out)
	}
	return out
}

// command prepares a command on a leg. Its whole process group is killed when
// the context ends.
func (l *lab) command(ctx context.Context, leg string, command ...string) *exec.Cmd {
	c := exec.CommandContext(ctx, "ip", append([]string{"netns", "exec", l.ns(leg)}, command...)...)
	c.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	c.Cancel = func() error { return syscall.Kill(-c.Process.Pid, syscall.SIGKILL) }
	c.WaitDelay = time.Second
	return c
}

// output gathers what a process prints; it may be read while that runs.
type output struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (o *output) Write(b []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.Write(b)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.String()
}

// process is a command that runs beside the test.
type process struct {
	*exec.Cmd
	out    output
	done   chan struct{}
	err    error
	cancel context.CancelFunc
}

// start runs a command on a leg until it ends, is stopped or the test ends.
func (l *lab) start(leg string, command ...string) *process {
	l.t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	p := &process{Cmd: l.command(ctx, leg, command...), done: make(chan struct{}), cancel: cancel}
	p.Stdout, p.Stderr = &p.out, &p.out
	if err := p.Start(); err != nil {
		l.t.Fatal(err)
	}
	go func() { p.err = p.Wait(); close(p.done) }()
	l.t.Cleanup(p.stop)
	return p
}

// stop kills the process group and waits for its end.
func (p *process) stop() { p.cancel(); <-p.done }

// terminate asks the process group to end and waits for it.
func (p *process) terminate() {
	syscall.Kill(-p.Process.Pid, syscall.SIGTERM)
	<-p.done
}

// running tells whether the process has not ended yet.
func (p *process) running() bool {
	select {
	case <-p.done:
		return false
	default:
		return true
	}
}

func (l *lab) down() {
	out, _ := exec.Command("ip", "netns", "list").Output()
	for _, line := range strings.Split(string(out), "\n") {
		ns, _, _ := strings.Cut(line, " ")
		if strings.HasPrefix(ns, l.prefix+"-") {
			pids, _ := exec.Command("ip", "netns", "pids", ns).Output()
			for _, pid := range strings.Fields(string(pids)) {
				exec.Command("kill", "-9", pid).Run()
			}
			exec.Command("ip", "netns", "del", ns).Run()
		}
	}
}

// eventually polls until ok, and fails the test after d.
func eventually(t *testing.T, d time.Duration, what string, ok func() bool) {
	t.Helper()
	deadline := time.Now().Add(d)
	for !ok() {
		if time.Now().After(deadline) {
			t.Fatalf("not within %v: %s", d, what)
		}
		time.Sleep(50 * time.Millisecond)
	}
}
