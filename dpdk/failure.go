package dpdk

import (
	"errors"
	"fmt"
)

// Kind is the class of an EAL or driver failure, by what helps against it.
type Kind uint8

const (
	// Unclassified: the last line EAL logged is all that is known.
	Unclassified Kind = iota
	// NoHugepages: none are reserved, or none are free.
	NoHugepages
	// NoMemory: less memory than asked for.
	NoMemory
	// Leftovers: another process, or what a dead one left behind, is in the way.
	Leftovers
	// Permission: a file, a device or a socket was refused.
	Permission
	// BusyPort: something else holds the port.
	BusyPort
	// UnknownVdev: no driver of that name, or no such interface or file behind it.
	UnknownVdev
	// IOMMU: the IOMMU or VFIO does not let the device be used.
	IOMMU
	// BadArgument: EAL does not understand an option or its value.
	BadArgument
	// NoCPU: an lcore names a CPU that this process cannot use.
	NoCPU
	// Spent: EAL was opened before in this process.
	Spent
	// Limit: a limit of this process is too low for the start.
	Limit
)

var kindNames = [...]string{
	"unclassified", "no hugepages", "no memory", "leftovers", "permission", "busy port",
	"unknown vdev", "iommu", "bad argument", "no cpu", "spent", "limit",
}

func (k Kind) String() string {
	if int(k) < len(kindNames) {
		return kindNames[k]
	}
	return "invalid"
}

// Error is a failure of an EAL call, explained from what EAL logged meanwhile.
type Error struct {
	// Call is the DPDK function that failed, Subject what it was given.
	Call, Subject string
	Kind          Kind
	// Cause is one line on what went wrong, Remedy one on what to do.
	Cause, Remedy string
	// Lines is all that was logged during the call, oldest first.
	Lines []string
	// Err is the errno that the call returned.
	Err error
}

// errNoErrno stands for the -1 of drivers that know no errno.
var errNoErrno = errors.New("the driver gave no error number")

// Error is one line: call, cause, errno and remedy.
func (e *Error) Error() string {
	if e.Err == errNoErrno {
		return fmt.Sprintf("%s: %s; %s", e.Call, e.Cause, e.Remedy)
	}
	return fmt.Sprintf("%s: %s (%v); %s", e.Call, e.Cause, e.Err, e.Remedy)
}

// Unwrap returns the errno.
func (e *Error) Unwrap() error { return e.Err }
