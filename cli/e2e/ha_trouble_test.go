package e2e

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// Two nodes that do not fit together say so, both of them, by what has to be
// made equal; a master goes on to answer.
func TestPairThatDoesNotFitSaysWhyOnBothNodes(t *testing.T) {
	t.Parallel()
	replace := func(from, to string) func(*twins, string) string {
		return func(_ *twins, conf string) string { return strings.Replace(conf, from, to, 1) }
	}
	for _, c := range []struct {
		name   string
		edit   func(w *twins, conf string) string
		says   string
		active bool
	}{
		{"another secret", func(w *twins, conf string) string { w.copySecret("n2", 8); return conf }, "another secret", false},
		{"another virtual address", replace("virt 198.18.0.254", "virt 198.18.0.250"), "virtual addresses differ", true},
		{"another lifetime", func(_ *twins, conf string) string { return conf + "set tarpittrapto 900\n" }, "configurations differ", true},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := newTwins(t, c.edit)
			for i, n := range w.n {
				line := "network 1: bngsync and 198.18.0.25" + string(rune('2'-i)) + ": "
				eventually(t, 20*time.Second, "a line with "+c.says, func() bool {
					for _, l := range strings.Split(n.logText(), "\n") {
						if strings.Contains(l, line) && strings.Contains(l, c.says) {
							return true
						}
					}
					return false
				})
				if p := n.ha(); !strings.Contains(p.Why, c.says) {
					t.Errorf("node %d: show ha says %q", i+1, p.Why)
				}
				want := "  bngsync is inactive\n"
				if c.active {
					want = "  bngsync is active\n"
				}
				if out := n.cli("show", "bngsync"); !strings.HasPrefix(out, want) || !strings.Contains(out, "IPv4 UDP port 10439\n") {
					t.Errorf("node %d:\n%s", i+1, out)
				}
			}
			eventually(t, 20*time.Second, "an answer for a captured address", func() bool { return pings(w.lab, "client", "198.18.0.77") })
			if out, err := w.n[0].try("ctl", "switchover"); err == nil && !c.active {
				t.Errorf("the role was given to a node with another secret: %s", out)
			}
		})
	}
}

// A node alone says that it is; one that had to make its secret, where to copy
// it; and a secret that others can read is no secret.
func TestSecretOfAPair(t *testing.T) {
	t.Parallel()
	need(t)
	l := newLab(t)
	l.leg("n1")
	n := l.mire("n1", twinConf(1))
	if log := n.logText(); !strings.Contains(log, "copy it to the peer 198.18.0.252") {
		t.Errorf("no word of where to copy the new secret:\n%s", log)
	}
	eventually(t, 10*time.Second, "a node alone becomes master", func() bool { return n.ha().Standing == "master" })
	if out, err := n.try("ctl", "switchover"); err == nil || !strings.Contains(out, "no session with 198.18.0.252") {
		t.Errorf("switchover without a peer: %v, %s", err, out)
	}
	if out := n.cli("show", "bngsync"); out != `  bngsync is inactive
  we are talking (and expecting) IPv4 UDP port 10439
  the MAC address for syncpeer is not known
  bngsync IPv4 packets received: 0
  bngsync IPv6 packets received: 0
` {
		t.Errorf("%s", out)
	}
	if err := n.stop(); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(filepath.Join(l.dir, "n1.secret"), 0o644); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	out, err := l.command(ctx, "n1", binary, "run", "-c", n.conf, "--socket", n.socket, "--hugepages", "off").CombinedOutput()
	if exit, ok := err.(*exec.ExitError); !ok || exit.ExitCode() != 1 || !strings.Contains(string(out), "chmod 600") {
		t.Errorf("a secret that everybody can read: %v, %s", err, out)
	}
}
