package daemon

import (
	"errors"
	"fmt"
	"os"
	"syscall"

	"mire/dpdk"
)

// ordinaryEnv says, to this program started again in its place, why it starts
// with ordinary memory.
const ordinaryEnv = "MIRE_ORDINARY_MEMORY"

// noPages is the failure of a start on hugepages that `auto` may answer by one
// without: they were there when they were asked for.
type noPages struct{ error }

func (e noPages) Unwrap() error { return e.error }

// onPages marks a failure to get memory, when it was to be hugepages by choice
// of this program and not of the user.
func (d *Daemon) onPages(noHuge bool, err error) error {
	if err == nil || noHuge || d.Hugepages != "auto" {
		return err
	}
	if e, ok := errors.AsType[*dpdk.Error](err); ok {
		switch e.Kind {
		case dpdk.NoHugepages, dpdk.NoMemory, dpdk.Leftovers, dpdk.Permission, dpdk.Unclassified:
		default:
			return err // ordinary memory is no help
		}
	}
	return noPages{err}
}

// startOrdinary starts this program again with ordinary memory: EAL can be
// opened once in a process. It returns only when that fails.
func startOrdinary(why error) error {
	env := append(os.Environ(), ordinaryEnv+"="+why.Error())
	err := syscall.Exec("/proc/self/exe", os.Args, env)
	return fmt.Errorf("%w; starting again with ordinary memory: %w", why, err)
}
