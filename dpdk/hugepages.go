package dpdk

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// HugeStatus says whether hugepages can be had.
type HugeStatus struct {
	// Free and Total are bytes in hugepages of all sizes: not in use, and
	// reserved in sum.
	Free, Total int64
	// OK: at least the bytes asked for are free.
	OK bool
	// Line says in one line what was found, tried and concluded.
	Line string
}

// sysHugepages has one folder per size of hugepage.
const sysHugepages = "/sys/kernel/mm/hugepages"

// Hugepages looks whether need bytes can be had in hugepages, and, when they
// cannot and the process is root, tries to reserve what is missing in the
// smallest size. What it reserves stays reserved.
func Hugepages(need int64) HugeStatus { return unlessRefused(sysHugepages, need, askPlace()) }

// askPlace asks the kernel for this thread's memory policy, as EAL does before
// it puts hugepages on a node. Containers refuse the call unless they are given
// CAP_SYS_NICE, and then EAL has free hugepages before it and gets none.
func askPlace() error {
	if _, _, e := unix.Syscall6(unix.SYS_GET_MEMPOLICY, 0, 0, 0, 0, 0, 0); e == unix.EPERM {
		return e // a kernel without NUMA says ENOSYS: EAL does without
	}
	return nil
}

// unlessRefused is hugepages for a process that may place memory; refused is
// why it may not.
func unlessRefused(root string, need int64, refused error) HugeStatus {
	if refused == nil {
		return hugepages(root, need)
	}
	s := sumPages(pageSizes(root))
	s.Line = fmt.Sprintf("hugepages: %d MiB free, but get_mempolicy: %v (a container needs --cap-add SYS_NICE): ordinary memory (--no-huge)", s.Free>>20, refused)
	return s
}

type pageSize struct {
	dir         string
	size        int64
	free, total int64
}

func hugepages(root string, need int64) HugeStatus {
	sizes := pageSizes(root)
	if len(sizes) == 0 {
		return HugeStatus{Line: "this kernel has no hugepages: ordinary memory (--no-huge)"}
	}
	s := sumPages(sizes)
	if s.OK = s.Free >= need; s.OK {
		s.Line = fmt.Sprintf("hugepages: %d MiB free, %d MiB needed", s.Free>>20, need>>20)
		return s
	}
	had := s.Free
	small := sizes[0]
	for _, p := range sizes {
		if p.size < small.size {
			small = p
		}
	}
	want := small.total + (need-s.Free+small.size-1)/small.size
	nr := filepath.Join(small.dir, "nr_hugepages")
	err := os.WriteFile(nr, []byte(strconv.FormatInt(want, 10)), 0o644)
	s = sumPages(pageSizes(root))
	if s.OK = s.Free >= need; s.OK {
		s.Line = fmt.Sprintf("hugepages: %d MiB free, %d MiB needed: reserved %d MiB more", had>>20, need>>20, (s.Free-had)>>20)
		return s
	}
	why := "the kernel found no more"
	if err != nil {
		why = err.Error()
	}
	s.Line = fmt.Sprintf("hugepages: %d MiB free of %d MiB needed (%s): ordinary memory (--no-huge)", s.Free>>20, (need+1<<20-1)>>20, why)
	return s
}

func pageSizes(root string) []pageSize {
	dirs, _ := filepath.Glob(filepath.Join(root, "hugepages-*kB"))
	var out []pageSize
	for _, d := range dirs {
		kb, err := strconv.ParseInt(strings.TrimSuffix(strings.TrimPrefix(filepath.Base(d), "hugepages-"), "kB"), 10, 64)
		if err != nil {
			continue
		}
		out = append(out, pageSize{d, kb << 10, readCount(d, "free_hugepages"), readCount(d, "nr_hugepages")})
	}
	return out
}

func sumPages(sizes []pageSize) (s HugeStatus) {
	for _, p := range sizes {
		s.Free += p.free * p.size
		s.Total += p.total * p.size
	}
	return s
}

func readCount(dir, file string) int64 {
	b, err := os.ReadFile(filepath.Join(dir, file))
	if err != nil {
		return 0
	}
	n, _ := strconv.ParseInt(strings.TrimSpace(string(b)), 10, 64)
	return n
}
