package e2e

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// node is a running mire on the leg "mire" of a lab.
type node struct {
	l      *lab
	t      *testing.T
	conf   string
	socket string
	log    string
	args   []string
	stderr *os.File // instead of log
	cmd    *exec.Cmd
	done   chan error
}

// seedChain is the chain that the seed configures.
const seedChain = "modules vrrp,arp,ping,hc,master,tarpit,slb,tnat,nat,rt\n"

// dualStack is the usual network of these tests, in CIDR form 198.18.0.0/24 and
// 2001:db8:18::/64, with the given extra lines inside its block.
func dualStack(extra string) string {
	return `interface 1 {
  name eth0
}
network 1 {
  addr 198.18.0.0
  mask 255.255.255.0
  real 198.18.0.253
  virt 198.18.0.254
  mask6 64
  real6 2001:db8:18::fd
  virt6 2001:db8:18::fe
  interface 1
` + extra + `
}
register interfaces 1
enable interfaces 1
register networks 1
enable networks 1
`
}

// mire starts the binary on the leg with a configuration and waits until it is
// ready. The secret lies in the lab's directory and syslog is off, unless the
// configuration says otherwise.
func (l *lab) mire(leg, config string, args ...string) *node {
	l.t.Helper()
	return l.mireTo(leg, config, nil, args...)
}

// mireTo is mire with its log written to a file of the caller's.
func (l *lab) mireTo(leg, config string, log *os.File, args ...string) *node {
	l.t.Helper()
	n := &node{l: l, t: l.t, args: args, stderr: log,
		conf:   filepath.Join(l.dir, leg+".conf"),
		socket: filepath.Join(l.dir, leg+".sock"),
		log:    filepath.Join(l.dir, leg+".log"),
	}
	if !strings.Contains(config, "syslog ") {
		config += "set syslog off\n"
	}
	if !strings.Contains(config, "secret ") {
		config += "set secret " + filepath.Join(l.dir, leg+".secret") + "\n"
	}
	if err := os.WriteFile(n.conf, []byte(config), 0o644); err != nil {
		l.t.Fatal(err)
	}
	n.start(leg)
	return n
}

// start runs (again) the daemon of the node.
func (n *node) start(leg string) {
	n.t.Helper()
	log, err := os.OpenFile(n.log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	if err != nil {
		n.t.Fatal(err)
	}
	defer log.Close()
	args := append([]string{binary, "run", "-c", n.conf, "--socket", n.socket, "--hugepages", "off"}, n.args...)
	n.cmd = n.l.command(context.Background(), leg, args...)
	n.cmd.Stdout, n.cmd.Stderr = log, log
	if n.stderr != nil {
		n.cmd.Stderr = n.stderr
	}
	if err := n.cmd.Start(); err != nil {
		n.t.Fatal(err)
	}
	n.done = make(chan error, 1)
	cmd, done := n.cmd, n.done
	go func() { done <- cmd.Wait() }()
	n.t.Cleanup(n.kill)
	deadline := time.Now().Add(time.Minute)
	for {
		if _, err := n.try("show", "status", "--json"); err == nil {
			return
		}
		select {
		case err := <-n.done:
			n.done <- err
			n.t.Fatalf("mire ended: %v\n%s", err, n.logText())
		default:
		}
		if time.Now().After(deadline) {
			n.t.Fatalf("mire is not ready within a minute\n%s", n.logText())
		}
		time.Sleep(50 * time.Millisecond)
	}
}

// kill ends the daemon at once (kill -9) and waits for it.
func (n *node) kill() {
	if n.cmd.Process != nil {
		n.cmd.Cancel()
	}
	err := <-n.done
	n.done <- err
}

// stop ends the daemon by `mire stop` and returns how it exited.
func (n *node) stop() error {
	n.t.Helper()
	n.cli("stop")
	select {
	case err := <-n.done:
		n.done <- err
		return err
	case <-time.After(15 * time.Second):
		n.t.Fatalf("mire did not stop within 15 s\n%s", n.logText())
		return nil
	}
}

// try runs a client command against the node.
func (n *node) try(args ...string) (string, error) {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	c := exec.CommandContext(ctx, binary, args...)
	c.Env = append(os.Environ(), "MIRE_SOCKET="+n.socket)
	out, err := c.CombinedOutput()
	return string(out), err
}

// cli is try that fails the test.
func (n *node) cli(args ...string) string {
	n.t.Helper()
	out, err := n.try(args...)
	if err != nil {
		n.t.Fatalf("mire %s: %v\n%s%s", strings.Join(args, " "), err, out, n.lastWords())
	}
	return out
}

// lastWords is how a daemon ended that should run, and the end of its log; nothing
// of one that runs.
func (n *node) lastWords() string {
	select {
	case err := <-n.done:
		n.done <- err
		log := n.logText()
		return fmt.Sprintf("it has ended: %v\n%s", err, log[max(0, len(log)-8000):])
	default:
		return ""
	}
}

// show decodes `mire show ARGS --json` into v.
func (n *node) show(v any, args ...string) {
	n.t.Helper()
	out := n.cli(append(append([]string{"show"}, args...), "--json")...)
	if err := json.Unmarshal([]byte(out), v); err != nil {
		n.t.Fatalf("show %s: %v\n%s", strings.Join(args, " "), err, out)
	}
}

// longestTurn is the longest turn that a worker took within the last minute: how
// long it had no CPU, where others compute too.
func (n *node) longestTurn() (d time.Duration) {
	var workers []struct {
		Longest []struct {
			Ago    float64 `json:"ago_seconds"`
			Micros float64 `json:"microseconds"`
		}
	}
	n.show(&workers, "workers")
	for _, w := range workers {
		for _, t := range w.Longest {
			if t.Ago < 60 {
				d = max(d, time.Duration(t.Micros*1000))
			}
		}
	}
	return d
}

// status is what these tests look at in `show status`. The daemon's own type
// would bring DPDK into this binary, and into each of its clients.
type status struct {
	PID        int
	Generation uint64
	Hugepages  bool
	Table      struct{ Capacity, Trapped, Real, Full, Quota int }
	Totals     struct {
		Received, Dropped, Held int
		Balanced                bool
	}
	Events struct {
		Pushed, Lost, Emitted, Suppressed, Silenced int
		Syslog                                      struct {
			Path, Error string
			Connected   bool
			Sent, Lost  int
		}
	}
	Ports     []struct{ Name, Link string }
	Unwritten int `json:"log_lines_unwritten"`
}

func (n *node) status() (s status) {
	n.t.Helper()
	n.show(&s, "status")
	return s
}

// drops counts dropped frames by reason.
func (n *node) drops() map[string]int {
	n.t.Helper()
	var list []struct {
		Reason string
		Count  int
	}
	n.show(&list, "drops")
	m := map[string]int{}
	for _, d := range list {
		m[d.Reason] = d.Count
	}
	return m
}

// session is what `show sessions --json` says of one address.
type session struct {
	Address, State, MAC string
}

// states returns the known addresses of a node by state.
func (n *node) states() map[string]string {
	n.t.Helper()
	var v struct{ Sessions []session }
	n.show(&v, "sessions", "--limit", "100000")
	m := map[string]string{}
	for _, s := range v.Sessions {
		m[s.Address] = s.State
	}
	return m
}

func (n *node) logText() string {
	b, _ := os.ReadFile(n.log)
	return string(b)
}
