package ha

import (
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"
)

// built makes the command, or skips the test, saying why.
func built(t *testing.T, tools ...string) string {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Skip("skipped: network namespaces and DPDK ports need root")
	}
	for _, tool := range append(tools, "ip", "sysctl") {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skipf("skipped: %s is not installed (scripts/setup.sh build lab test)", tool)
		}
	}
	binary := filepath.Join(t.TempDir(), "mire")
	if out, err := exec.Command("go", "build", "-o", binary, "mire/cli/mire").CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, out)
	}
	return binary
}

// One failover of each program, as a run makes them: the nodes are real.
func TestFailover(t *testing.T) {
	binary := built(t, "keepalived")
	runtime.LockOSThread() // spawned programs end with this thread
	defer runtime.UnlockOSThread()
	const advert = 20 * time.Millisecond
	for _, p := range []program{mire{binary}, keepalived{"keepalived"}} {
		pr, err := newPair(t.Context(), p, advert, t.TempDir())
		if err != nil {
			t.Fatal(err)
		}
		prefix := pr.seg.prefix
		g, err := pr.lose(t.Context(), Kill)
		t.Logf("%s: %+v, formula %v", p.Name(), g, Kill.Formula(advert))
		if err != nil {
			t.Errorf("%s: %v", p.Name(), err)
		}
		// Sooner than the backup's timer it cannot be; how late is no matter here.
		if least := Kill.Formula(advert) - advert; g.Gap < least/2 || g.Lost == 0 || g.Advert < least {
			t.Errorf("%s: a gap of %+v: no master was lost", p.Name(), g)
		}
		if err := pr.masters(t.Context(), pr.first); err != nil {
			t.Errorf("%s: not whole again: %v", p.Name(), err)
		}
		if err := pr.close(); err != nil {
			t.Errorf("%s: %v", p.Name(), err)
		}
		if out, _ := exec.Command("ip", "netns", "list").Output(); strings.Contains(string(out), prefix) {
			t.Errorf("namespaces are left:\n%s", out)
		}
	}
}
