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

// Hugepages tries whether need bytes can be had in hugepages by this process,
// and, when they cannot and it is root, tries to reserve what is missing in the
// smallest size. What it reserves stays reserved. The counters of the host alone
// do not say it: a cgroup, a resource limit or a NUMA node may be in the way.
func Hugepages(need int64) HugeStatus {
	if why := hugeObstacle("/proc", sysHugepages); why != "" {
		s := sumPages(pageSizes(sysHugepages))
		s.Line = why + ": ordinary memory"
		return s
	}
	return unlessRefused(sysHugepages, need, askPlace()).tried(pageSizes(sysHugepages), need, tryPages)
}

// tried is s unless no size of page that has enough of them can be had.
func (s HugeStatus) tried(sizes []pageSize, need int64, try func(size, need int64) error) HugeStatus {
	if !s.OK {
		return s
	}
	var why error
	for _, p := range sizes {
		if p.free*p.size < need {
			continue
		}
		err := try(p.size, need)
		if err == nil {
			return s
		}
		why = fmt.Errorf("pages of %d KiB: %w", p.size>>10, err)
	}
	if why == nil {
		return s // only together: EAL will tell
	}
	s.OK = false
	s.Line = fmt.Sprintf("hugepages: %d MiB are free on this host, but this process gets none (%v; a hugetlb limit of its cgroup, as of a container or pod that asks for none, or NUMA nodes that it may not use): ordinary memory", s.Free>>20, why)
	return s
}

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
	s.Line = fmt.Sprintf("hugepages: %d MiB free, but get_mempolicy: %v (a container needs --cap-add SYS_NICE): ordinary memory", s.Free>>20, refused)
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
		return HugeStatus{Line: "this kernel has no hugepages: ordinary memory"}
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
	s.Line = fmt.Sprintf("hugepages: %d MiB free of %d MiB needed (%s): ordinary memory", s.Free>>20, (need+1<<20-1)>>20, why)
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
