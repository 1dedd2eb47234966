package dpdk

/*
#cgo LDFLAGS: -lrte_bus_vdev
#include <stdlib.h>
#include "release.h"
*/
import "C"

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"unsafe"
)

// tried are the releases whose tests have passed, and where they come from.
var tried = []struct {
	release int
	debian  string
}{{2211, "Debian 12"}, {2411, "Debian 13"}}

// release is that of the DPDK this process runs with: 2211 for 22.11.
func release() int { return int(C.mire_release()) }

// Version is the version of DPDK that this binary runs with, such as
// "DPDK 22.11.11".
func Version() string { return C.GoString(C.mire_version()) }

// Untried is empty when this binary runs with a release of DPDK that it was
// tried with, or else one line that says which those are.
func Untried() string {
	return untried(release(), Version())
}

func untried(release int, version string) string {
	var names []string
	for _, t := range tried {
		if t.release == release {
			return ""
		}
		names = append(names, fmt.Sprintf("%d.%02d (%s)", t.release/100, t.release%100, t.debian))
	}
	return fmt.Sprintf("%s was never tried with Mire: %s were; run scripts/test.sh before you rely on it", version, strings.Join(names, " and "))
}

// Testpmd is what the dpdk-testpmd of this release prints otherwise than that of 22.11.
type Testpmd struct {
	// Cycles is the word for the cycles of record-core-cycles.
	Cycles string
	// PrivateInfo: `show port info` ends with what the driver prints of itself.
	PrivateInfo bool
}

// TestpmdText is that of this release. Seen in 22.11 and in 24.11.
func TestpmdText() Testpmd {
	if release() >= 2303 {
		return Testpmd{Cycles: "busy", PrivateInfo: true}
	}
	return Testpmd{Cycles: "total"}
}

// PrivateInfo is what the driver prints of itself, empty when it prints nothing.
func (p *Port) PrivateInfo() (string, error) {
	var text *C.char
	var size C.size_t
	f := C.open_memstream(&text, &size)
	if f == nil {
		return "", syscall.ENOMEM
	}
	rc := C.mire_private_info(C.uint16_t(p.id), f)
	C.fclose(f)
	defer C.free(unsafe.Pointer(text))
	if rc < 0 && syscall.Errno(-rc) != syscall.ENOTSUP {
		return "", p.failure("rte_eth_dev_priv_dump", rc)
	}
	return C.GoStringN(text, C.int(size)), nil
}

// workerThread is the name of an lcore's thread: rte-worker-1 in 22.11,
// dpdk-worker1 in 24.11. The kernel keeps 15 bytes of it.
var workerThread = regexp.MustCompile(`^(?:rte-worker-|dpdk-worker)(\d+)\n?$`)

// WorkerThread tells of the name of a thread, as /proc/PID/task/TID/comm has it,
// whether it is that of an lcore, but the main one, of a DPDK process, and of which.
func WorkerThread(comm string) (lcore int, ok bool) {
	m := workerThread.FindStringSubmatch(comm)
	if m == nil {
		return 0, false
	}
	lcore, err := strconv.Atoi(m[1])
	return lcore, err == nil
}

// logType is the name of a log type with which 24.11 begins most lines of a
// driver, as in "MEMIF: ", and 22.11 only some.
var logType = regexp.MustCompile(`^[A-Z][A-Z0-9_]*: `)

// withoutType is a line without the name of its log type. EAL's own lines keep
// theirs in all releases.
func withoutType(line string) string {
	if strings.HasPrefix(line, "EAL: ") {
		return line
	}
	return line[len(logType.FindString(line)):]
}
