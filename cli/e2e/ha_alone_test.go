package e2e

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"
)

// cpu is the time that the daemon has had of all cores, user and system.
func (n *node) cpu() time.Duration {
	n.t.Helper()
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", n.cmd.Process.Pid))
	if err != nil {
		n.t.Fatal(err)
	}
	// Fields 14 and 15, in ticks of 10 ms (proc(5)); the name before them ends with ")".
	f := strings.Fields(string(stat[strings.LastIndexByte(string(stat), ')')+1:]))
	user, _ := strconv.Atoi(f[11])
	system, _ := strconv.Atoi(f[12])
	return time.Duration(user+system) * 10 * time.Millisecond
}

// share is the part of a core that the daemon has for a while.
func (n *node) share(d time.Duration) float64 {
	was, began := n.cpu(), time.Now()
	time.Sleep(d)
	return float64(n.cpu()-was) / float64(time.Since(began))
}

// A node whose peer has gone costs no more than one that has it: it greets and
// looks for its MAC, and sleeps in between.
func TestSurvivorIsIdle(t *testing.T) {
	if testing.Short() {
		t.Skip("skipped: a minute without the peer (-short)")
	}
	t.Parallel() // what it measures is CPU time of its own process
	w := newTwins(t, nil)
	w.is(0)
	time.Sleep(3 * time.Second) // what a new session sends
	paired := w.n[1].share(10 * time.Second)
	w.n[0].kill()
	eventually(t, 20*time.Second, "node 2 master", func() bool { return w.n[1].ha().Standing == "master" })
	time.Sleep(50 * time.Second)
	alone := w.n[1].share(10 * time.Second)
	t.Logf("%.1f %% of a core with its peer, %.1f %% a minute after it went", 100*paired, 100*alone)
	if alone > paired+0.03 {
		t.Errorf("alone it takes %.1f %% of a core, with its peer %.1f %%", 100*alone, 100*paired)
	}
}
