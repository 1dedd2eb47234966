package dpdk

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// What the host has is not what this process may have.
func TestHugepagesAreTriedNotCounted(t *testing.T) {
	sizes := []pageSize{{size: 2 << 20, free: 100, total: 100}, {size: 1 << 30, free: 1, total: 1}}
	found := sumPages(sizes)
	found.OK, found.Line = true, "enough"
	refused := map[int64]bool{}
	try := func(size, need int64) error {
		if refused[size] {
			return unix.EFAULT
		}
		return nil
	}
	if s := found.tried(sizes, 90<<20, try); !s.OK || s.Line != "enough" {
		t.Errorf("%+v", s)
	}
	refused[2<<20] = true
	if s := found.tried(sizes, 90<<20, try); !s.OK {
		t.Errorf("a page of 1 GiB is left: %+v", s)
	}
	refused[1<<30] = true
	s := found.tried(sizes, 90<<20, try)
	if s.OK || !strings.Contains(s.Line, "cgroup") || !strings.Contains(s.Line, "bad address") || !strings.HasSuffix(s.Line, "ordinary memory") {
		t.Errorf("%+v", s)
	}
	// Only together they are enough: nothing can be said before.
	if s := found.tried(sizes, 1100<<20, try); !s.OK {
		t.Errorf("%+v", s)
	}
	// More than one page can hold is asked of pages that are large enough.
	found.OK = false
	if s := found.tried(sizes, 1, try); s.OK || s.Line != "enough" {
		t.Errorf("what is missing was tried: %+v", s)
	}
}

// A whole page is the smallest that can be taken, and more than there is cannot.
func TestPagesThatThereAre(t *testing.T) {
	for _, p := range pageSizes(sysHugepages) {
		if err := tryPages(p.size, (p.free+1)*p.size); err == nil && p.free == readCount(p.dir, "free_hugepages") && readCount(p.dir, "nr_overcommit_hugepages") == 0 {
			t.Errorf("%d pages of %d KiB were had, %d are free", p.free+1, p.size>>10, p.free)
		}
	}
}

func TestWhatEALPanicsOnIsFoundBefore(t *testing.T) {
	proc := t.TempDir()
	write := func(name, text string) {
		if err := os.WriteFile(filepath.Join(proc, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for _, want := range []string{"meminfo: no such file", "has no Hugepagesize", "mounts: no such file", ""} {
		why := hugeObstacle(proc, sysHugepages)
		if want == "" && why != "" && !strings.Contains(why, "ulimit -v") || !strings.Contains(why, want) {
			t.Errorf("%q, want %q", why, want)
		}
		switch want {
		case "meminfo: no such file":
			write("meminfo", "MemTotal: 1 kB\n")
		case "has no Hugepagesize":
			write("meminfo", "Hugepagesize:    2048 kB\n")
		case "mounts: no such file":
			write("mounts", "")
		}
	}
}

func TestLimitsOfAProcessAreNamed(t *testing.T) {
	if err := (Options{}).spare(1); err != nil && !strings.Contains(err.Error(), "ulimit") {
		t.Fatal(err)
	}
	var old unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_NOFILE, &old); err != nil {
		t.Fatal(err)
	}
	low := old
	low.Cur = 20
	if err := unix.Setrlimit(unix.RLIMIT_NOFILE, &low); err != nil {
		t.Fatal(err)
	}
	err := (Options{NoHuge: true}).spare(1)
	if e := unix.Setrlimit(unix.RLIMIT_NOFILE, &old); e != nil {
		t.Fatal(e)
	}
	e, ok := errors.AsType[*Error](err)
	if !ok || e.Kind != Limit || !strings.Contains(e.Remedy, "ulimit -n") || !errors.Is(err, unix.EMFILE) {
		t.Errorf("%v", err)
	}
	if err := (Options{NoHuge: true, Memory: 1 << 48}).spare(1); err == nil || !strings.Contains(err.Error(), "address space") {
		t.Errorf("256 TiB: %v", err)
	}
	words := Options{OrdinaryBy: "--hugepages off"}.inWords(&Error{Remedy: "or run with --no-huge"})
	if e, ok := errors.AsType[*Error](words); !ok || e.Remedy != "or run with --hugepages off" {
		t.Errorf("%v", words)
	}
}
