package dpdk

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

func TestArgs(t *testing.T) {
	prefix := fmt.Sprintf("mire --file-prefix mire-%d --no-telemetry", os.Getpid())
	for _, c := range []struct {
		o    Options
		want string
	}{
		{Options{}, prefix + " --in-memory --single-file-segments --no-pci"},
		{Options{NoHuge: true}, prefix + " --no-huge --no-shconf --single-file-segments -m 64 --no-pci"},
		{Options{NoHuge: true, Memory: 100<<20 + 1}, prefix + " --no-huge --no-shconf --single-file-segments -m 165 --no-pci"},
		{
			Options{Lcores: "0,1", FilePrefix: "x", Vdevs: []string{"net_null0", "net_null1"}, Allow: []string{"0000:01:00.0"}, Extra: []string{"-n", "4"}},
			"mire --file-prefix x --no-telemetry --lcores 0,1 --in-memory --single-file-segments -a 0000:01:00.0 --vdev net_null0 --vdev net_null1 -n 4",
		},
		{Options{NoHuge: true, Memory: 1 << 20, Raw: []string{"-l", "0"}}, "mire -l 0"},
		{Options{Raw: []string{}}, "mire"},
		{
			Options{Lcores: "0,1", Memory: 1 << 20, Extra: []string{"-l", "3", "--no-huge", "-m", "128", "--file-prefix=p", "--log-level", "7"}},
			"mire --no-telemetry --no-shconf --single-file-segments --no-pci -l 3 --no-huge -m 128 --file-prefix=p --log-level 7",
		},
		{
			Options{Lcores: "0", Memory: 1 << 20, NoHuge: true, Extra: []string{"--lcores=1@0", "-m64", "--no-shconf", "--telemetry", "-a", "0000:01:00.0"}},
			prefix[:len(prefix)-len(" --no-telemetry")] + " --no-huge --single-file-segments --lcores=1@0 -m64 --no-shconf --telemetry -a 0000:01:00.0",
		},
		{Options{Extra: []string{"--in-memory", "--no-pci"}}, prefix + " --single-file-segments --in-memory --no-pci"},
		{Options{Extra: []string{"--huge-dir", "/x"}}, prefix + " --single-file-segments --no-pci --huge-dir /x"},
	} {
		if got := strings.Join(c.o.args(), " "); got != c.want {
			t.Errorf("%s\nwant %s", got, c.want)
		}
	}
}

func TestRundirsAreSwept(t *testing.T) {
	dead := exec.Command("true")
	if err := dead.Run(); err != nil {
		t.Fatal(err)
	}
	parent := t.TempDir()
	dir := func(name string, file bool) string {
		d := filepath.Join(parent, name)
		if err := os.Mkdir(d, 0o700); err != nil {
			t.Fatal(err)
		}
		if file {
			if err := os.WriteFile(filepath.Join(d, "config"), nil, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		return d
	}
	gone := []string{dir("x", false), dir("mire-"+strconv.Itoa(dead.Process.Pid), false)}
	kept := []string{dir("mire-"+strconv.Itoa(os.Getpid()), false), dir("rte", false), dir("mire-0", true), dir("mire-z", false)}
	sweepRundirs(gone[0])
	for _, d := range gone {
		if _, err := os.Stat(d); err == nil {
			t.Errorf("%s is still there", d)
		}
	}
	for _, d := range kept {
		if _, err := os.Stat(d); err != nil {
			t.Error(err)
		}
	}
}
