package e2e

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

func TestKillLeavesNothingThatStopsTheNextStart(t *testing.T) {
	t.Parallel()
	l, n := attackerLab(t, "  tarpit enable", "ping")
	for range 3 {
		n.kill()
		if _, err := os.Lstat(n.socket); err != nil {
			t.Fatalf("the socket of a killed process is gone by itself: %v", err)
		}
		if out, err := n.try("show", "status"); err == nil || !strings.Contains(out, "no mire is running") {
			t.Errorf("show after kill -9: %v %s", err, out)
		}
		n.start("mire")
	}
	if !echoes(l, "attacker", "198.18.0.77") {
		t.Error("no echo after three restarts")
	}
}

// hugeFree is the memory in free hugepages of 2 MiB, in MiB.
func hugeFree() int {
	b, _ := os.ReadFile("/sys/kernel/mm/hugepages/hugepages-2048kB/free_hugepages")
	n := 0
	fmt.Sscan(string(b), &n)
	return 2 * n
}

func TestKillWithHugepagesGivesThemBack(t *testing.T) {
	need(t, "ping")
	const wanted = 200
	free := hugeFree()
	if free < wanted {
		t.Skipf("skipped: %d MiB in free hugepages, %d are needed", free, wanted)
	}
	l := newLab(t)
	l.leg("attacker", "198.18.0.1/24", "2001:db8:18::1/64")
	l.leg("mire")
	n := l.mire("mire", seedChain+dualStack("  tarpit enable"), "--hugepages", "on")
	for range 2 {
		if !n.status().Hugepages {
			t.Fatal("--hugepages on, and status says no")
		}
		n.kill()
		eventually(t, 10*time.Second, "the hugepages of a killed process", func() bool { return hugeFree() >= free })
		n.start("mire")
	}
	if !echoes(l, "attacker", "198.18.0.77") || !echoes(l, "attacker", "2001:db8:18::77") {
		t.Error("no echo on hugepages")
	}
	if err := n.stop(); err != nil {
		t.Errorf("stop: %v\n%s", err, n.logText())
	}
	eventually(t, 10*time.Second, "the hugepages of a stopped process", func() bool { return hugeFree() >= free })
	left, _ := filepath.Glob(fmt.Sprintf("/var/run/dpdk/mire-%d/*", n.cmd.Process.Pid))
	if len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

func TestSignalsEndCleanly(t *testing.T) {
	t.Parallel()
	l, n := attackerLab(t, "  tarpit enable", "ping")
	for _, sig := range []syscall.Signal{syscall.SIGTERM, syscall.SIGINT} {
		// The attacker's kernel remembers the MAC: the packet itself starts the proof.
		eventually(t, 30*time.Second, "an echo", func() bool { return pings(l, "attacker", "198.18.0.77") })
		if err := n.cmd.Process.Signal(sig); err != nil {
			t.Fatal(err)
		}
		select {
		case err := <-n.done:
			n.done <- err
			if err != nil {
				t.Errorf("after %v: %v\n%s", sig, err, n.logText())
			}
		case <-time.After(15 * time.Second):
			t.Fatalf("still there 15 s after %v\n%s", sig, n.logText())
		}
		if _, err := os.Lstat(n.socket); !os.IsNotExist(err) {
			t.Errorf("the socket is left: %v", err)
		}
		n.start("mire")
	}
	if err := n.stop(); err != nil {
		t.Errorf("mire stop: %v\n%s", err, n.logText())
	}
}

// once runs `mire run` on a leg to its own end and returns what it said and its
// exit code.
func (n *node) once(config string, args ...string) (string, int) {
	n.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	c := n.l.command(ctx, "mire", append([]string{binary, "run", "-c", config, "--socket", n.socket, "--hugepages", "off"}, args...)...)
	out, err := c.CombinedOutput()
	if ctx.Err() != nil {
		n.t.Fatalf("mire run -c %s does not end\n%s", config, out)
	}
	if err != nil && c.ProcessState == nil {
		n.t.Fatal(err)
	}
	return string(out), c.ProcessState.ExitCode()
}

func TestSecondStartSaysWhoRuns(t *testing.T) {
	t.Parallel()
	l, n := attackerLab(t, "  tarpit enable", "ping")
	out, code := n.once(n.conf)
	if want := fmt.Sprintf("mire is already running as pid %d", n.cmd.Process.Pid); code != 1 || !strings.Contains(out, want) {
		t.Errorf("exit code %d, want 1 and %q:\n%s", code, want, out)
	}
	if !echoes(l, "attacker", "198.18.0.77") {
		t.Error("the second start disturbed the first")
	}
}

// brokenConfig has an error in each of three lines and is not closed.
const brokenConfig = `modules arp,ping,tarpit,master
interfaze 1 {
  name eth0
}
network 1 {
  addr 198.18.0.0
  mask 255.0.255.0
  real 198.18.0.253
  tarpit enabel
  interface 7
}
register networks 1
enable networks 1
`

func TestBrokenConfigurationShowsEveryErrorAndChangesNothing(t *testing.T) {
	t.Parallel()
	l, n := attackerLab(t, "  tarpit enable", "ping")
	broken := filepath.Join(l.dir, "broken.conf")
	if err := os.WriteFile(broken, []byte(brokenConfig), 0o644); err != nil {
		t.Fatal(err)
	}
	all := func(who, file, out string) {
		t.Helper()
		for _, want := range []string{":1:", ":2:", ":7:", ":9:", "interface", "enable"} {
			if !strings.Contains(out, want) {
				t.Errorf("%s: nothing of %q:\n%s", who, want, out)
			}
		}
		if strings.Count(out, file+":") < 4 {
			t.Errorf("%s: fewer than four places in %s:\n%s", who, file, out)
		}
	}
	generation := n.status().Generation

	out, err := n.try("check", broken)
	if err == nil {
		t.Error("check finds it good")
	}
	all("check", broken, out)
	stopped := &node{l: l, t: t, socket: filepath.Join(l.dir, "other.sock")}
	out, code := stopped.once(broken)
	if code != 1 {
		t.Errorf("run: exit code %d", code)
	}
	all("run", broken, out)

	good, err := os.ReadFile(n.conf)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(n.conf, []byte(brokenConfig), 0o644); err != nil {
		t.Fatal(err)
	}
	if out, err = n.try("reload"); err == nil {
		t.Error("reload takes a broken file")
	}
	all("reload", n.conf, out)
	if err := n.cmd.Process.Signal(syscall.SIGHUP); err != nil {
		t.Fatal(err)
	}
	eventually(t, 10*time.Second, "the errors in the log after SIGHUP", func() bool { return strings.Contains(n.logText(), n.conf+":9:") })
	if !echoes(l, "attacker", "198.18.0.77") {
		t.Error("no echo after refused reloads")
	}
	if g := n.status().Generation; g != generation {
		t.Errorf("generation %d after refused reloads, was %d", g, generation)
	}

	// A good one that needs a restart is refused by name; a good one applies.
	if err := os.WriteFile(n.conf, append(good, "set sessions 2048\n"...), 0o644); err != nil {
		t.Fatal(err)
	}
	if out, err = n.try("reload"); err == nil || !strings.Contains(out, "restart") || !strings.Contains(out, "sessions") {
		t.Errorf("reload of what needs a restart: %v\n%s", err, out)
	}
	if err := os.WriteFile(n.conf, append(good, "network 1 tarpit disable\n"...), 0o644); err != nil {
		t.Fatal(err)
	}
	n.cli("reload")
	if g := n.status().Generation; g <= generation {
		t.Errorf("generation %d after a reload, was %d", g, generation)
	}
	l.must("attacker", "ip", "neigh", "flush", "dev", "eth0")
	if pings(l, "attacker", "198.18.0.77") {
		t.Error("an echo after `tarpit disable` by reload")
	}
	if err := os.WriteFile(n.conf, good, 0o644); err != nil {
		t.Fatal(err)
	}
	if err := n.cmd.Process.Signal(syscall.SIGHUP); err != nil {
		t.Fatal(err)
	}
	eventually(t, 30*time.Second, "an echo after SIGHUP with the good file", func() bool { return pings(l, "attacker", "198.18.0.77") })
}
