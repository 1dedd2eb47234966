package dpdk

/*
#include <rte_lcore.h>
#include "spare.h"
*/
import "C"

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"
)

const (
	// What the start takes: for EAL's sockets, its runtime folder, the log and
	// the drivers, and two pipes for each lcore.
	baseFiles, lcoreFiles = 24, 4
	// EAL's own threads beside the lcores', and some of Go's.
	baseThreads = 6
	// Address space for libraries of drivers, stacks and the heaps of threads.
	baseSpace = 1 << 30
	// pageSpace is what EAL reserves of address space for each size of hugepage
	// on each node (RTE_MAX_MEM_MB_PER_TYPE), allSpace for all (RTE_MAX_MEM_MB).
	pageSpace, allSpace = 64 << 30, 512 << 30
)

// spare looks at what EAL panics on, or ends the process with, when it is
// missing: an *Error with a remedy, or nil.
func (o Options) spare(cpus int) error {
	lcores := max(cpus, 1)
	if o.Lcores != "" {
		lcores = strings.Count(o.Lcores, ",") + 1 // about; ranges are rare here
	}
	files := baseFiles + lcoreFiles*lcores + o.Files
	if got := int(C.mire_spare_files(C.int(files))); got < files {
		return missing(syscall.EMFILE, fmt.Sprintf("this process may open only %d more files, the start takes up to %d", max(got, 0), files),
			"raise `ulimit -n` to 1024 or more (LimitNOFILE= in its unit)")
	}
	space := o.Memory + slack + baseSpace
	if rc := C.mire_spare_space(C.size_t(space)); rc < 0 {
		return missing(syscall.Errno(-rc), fmt.Sprintf("the start takes %d MiB more of address space than this process may have", space>>20),
			"take the limit away: `ulimit -v unlimited` (LimitAS= in its unit)")
	}
	if got := int(C.mire_spare_threads(C.int(lcores + baseThreads))); got < lcores+baseThreads {
		return missing(syscall.EAGAIN, fmt.Sprintf("this process may start only %d more threads, the start takes %d", max(got, 0), lcores+baseThreads),
			"raise `ulimit -u` or the limit of its cgroup (TasksMax= in its unit, --pids-limit of a container)")
	}
	if o.noHuge() {
		return nil
	}
	if why := hugeObstacle("/proc", sysHugepages); why != "" {
		return missing(syscall.ENOENT, why, "mend that, or run with --no-huge")
	}
	return nil
}

func missing(err error, cause, remedy string) *Error {
	return &Error{Call: "before rte_eal_init", Kind: Limit, Cause: cause, Remedy: remedy, Err: err}
}

// hugeObstacle is why EAL cannot even look for hugepages, empty when it can: it
// panics without these files, and reserves address space for all it could get.
func hugeObstacle(proc, root string) string {
	info, err := os.ReadFile(filepath.Join(proc, "meminfo"))
	if err != nil {
		return fmt.Sprintf("hugepages cannot be asked for: %v", err)
	}
	if !strings.Contains(string(info), "Hugepagesize:") {
		return fmt.Sprintf("hugepages cannot be asked for: %s has no Hugepagesize", filepath.Join(proc, "meminfo"))
	}
	mounts, err := os.Open(filepath.Join(proc, "mounts"))
	if err != nil {
		return fmt.Sprintf("hugepages cannot be asked for: %v", err)
	}
	mounts.Close()
	nodes, _ := filepath.Glob("/sys/devices/system/node/node[0-9]*")
	space := min(int64(len(pageSizes(root))*max(len(nodes), 1))*pageSpace, allSpace) + baseSpace
	if rc := C.mire_spare_space(C.size_t(space)); rc < 0 {
		return fmt.Sprintf("hugepages take %d GiB of address space, and this process may not have that (`ulimit -v`, LimitAS=): %v", space>>30, unix.Errno(-rc))
	}
	return ""
}

// tryPages takes need bytes in hugepages of one size and gives them back.
func tryPages(size, need int64) error {
	shift := 0
	for 1<<shift < size {
		shift++
	}
	if rc := C.mire_spare_pages(C.size_t((need+size-1)/size*size), C.int(shift)); rc < 0 {
		return unix.Errno(-rc)
	}
	return nil
}
