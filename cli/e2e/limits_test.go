package e2e

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// What is missing at the start is said in a sentence with its remedy; where
// ordinary memory helps, it is taken.
func TestStartWithinLimits(t *testing.T) {
	t.Parallel()
	need(t, "bash", "unshare", "mount")
	l := newLab(t)
	l.leg("mire")
	conf := filepath.Join(l.dir, "limits.conf")
	text := seedChain + dualStack("") + "set syslog off\nset secret " + filepath.Join(l.dir, "secret") + "\n"
	if err := os.WriteFile(conf, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name, first string // what bash does before it becomes mire
		args        string
		want        []string
		runs        bool
	}{
		{"files", "ulimit -n 24", "--hugepages off", []string{"more files", "ulimit -n"}, false},
		{"files, hugepages by choice", "ulimit -n 24", "", []string{"more files", "ulimit -n"}, false},
		{"little address space", "ulimit -v 1048576", "", []string{"address space", "ulimit -v"}, false},
		{"no address space for hugepages", "ulimit -v 4194304", "", []string{"address space", "ulimit -v", "ordinary memory"}, true},
		{"no address space for hugepages that must be", "ulimit -v 4194304", "--hugepages on", []string{"address space", "--hugepages off"}, false},
		{"no meminfo", "mount --bind /dev/null /proc/meminfo", "", []string{"meminfo has no Hugepagesize", "ordinary memory"}, true},
		{"no hugepages", "mount -t tmpfs none /sys/kernel/mm", "", []string{"no hugepages", "ordinary memory"}, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			socket := filepath.Join(l.dir, "limits.sock")
			run := fmt.Sprintf("%s && exec timeout -k 5 60 %s run -c %s --socket %s %s", c.first, binary, conf, socket, c.args)
			ended := make(chan string, 1)
			go func() {
				out, err := l.run(70*time.Second, "mire", "unshare", "-m", "bash", "-c", run)
				ended <- fmt.Sprint(out, err)
			}()
			up := false
			var out string
			for out == "" {
				select {
				case out = <-ended:
				case <-time.After(200 * time.Millisecond):
					if _, err := l.run(10*time.Second, "mire", binary, "show", "status", "--socket", socket); err == nil && !up {
						up = true
						l.must("mire", binary, "stop", "--socket", socket)
					}
				}
			}
			if up != c.runs {
				t.Errorf("it runs: %v\n%s", up, out)
			}
			for _, w := range c.want {
				if !strings.Contains(out, w) {
					t.Errorf("no %q in\n%s", w, out)
				}
			}
			if lines := strings.Count(out, "\n"); strings.Contains(out, "PANIC") || strings.Contains(out, "SIGABRT") || lines > 20 {
				t.Errorf("%d lines:\n%s", lines, out)
			}
		})
	}
}

// Hugepages that were free when asked for and cannot be had at the start are
// replaced too, by the same process.
func TestHugepagesThatFailAtTheStart(t *testing.T) {
	t.Parallel()
	need(t)
	l := newLab(t)
	l.leg("mire")
	n := l.mire("mire", seedChain+dualStack(""), "--hugepages", "auto", "--eal=--socket-limit=1")
	var s struct{ Hugepages bool }
	n.show(&s, "status")
	if s.Hugepages {
		t.Error("it has hugepages")
	}
	log := n.logText()
	if !strings.Contains(log, "the start on them failed: ordinary memory") {
		if strings.Contains(log, ": ordinary memory") {
			t.Skip("skipped: no hugepages can be had on this machine")
		}
		t.Errorf("no reason:\n%s", log)
	}
	if err := n.stop(); err != nil {
		t.Error(err)
	}
}
