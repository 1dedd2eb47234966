package dpdk

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

func fakePages(t *testing.T, kb, total, free int) string {
	t.Helper()
	root := t.TempDir()
	addPages(t, root, kb, total, free)
	return root
}

func addPages(t *testing.T, root string, kb, total, free int) {
	t.Helper()
	dir := filepath.Join(root, fmt.Sprintf("hugepages-%dkB", kb))
	if err := os.Mkdir(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	for f, n := range map[string]int{"nr_hugepages": total, "free_hugepages": free} {
		if err := os.WriteFile(filepath.Join(dir, f), []byte(fmt.Sprintln(n)), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

func TestHugepagesEnough(t *testing.T) {
	root := fakePages(t, 2048, 100, 40)
	addPages(t, root, 1<<20, 1, 0)
	s := hugepages(root, 80<<20)
	if !s.OK || s.Free != 80<<20 || s.Total != 200<<20+1<<30 || !strings.Contains(s.Line, "80 MiB free") {
		t.Errorf("%+v", s)
	}
}

func TestHugepagesMissing(t *testing.T) {
	root := fakePages(t, 2048, 100, 40)
	s := hugepages(root, 81<<20)
	// The fake kernel reserves nothing.
	if s.OK || !strings.Contains(s.Line, "ordinary memory") || strings.Contains(s.Line, "\n") {
		t.Errorf("%+v", s)
	}
	asked, err := os.ReadFile(filepath.Join(root, "hugepages-2048kB", "nr_hugepages"))
	if err != nil || string(asked) != "101" {
		t.Errorf("asked the kernel for %s pages in all, one more than 100 is needed; %v", asked, err)
	}
}

func TestHugepagesThatMayNotBePlaced(t *testing.T) {
	root := fakePages(t, 2048, 100, 40)
	s := unlessRefused(root, 2<<20, unix.EPERM)
	if s.OK || s.Free != 80<<20 || !strings.Contains(s.Line, "SYS_NICE") || strings.Contains(s.Line, "\n") {
		t.Errorf("%+v", s)
	}
	if s := unlessRefused(root, 2<<20, nil); !s.OK {
		t.Errorf("not refused: %+v", s)
	}
}

func TestHugepagesOfNoKernel(t *testing.T) {
	if s := hugepages(t.TempDir(), 1); s.OK || !strings.Contains(s.Line, "ordinary memory") {
		t.Errorf("%+v", s)
	}
}
