package dpdk

import (
	"runtime"
	"syscall"
)

// onThread runs a go-dpdk constructor that answers nil on failure. go-dpdk asks
// for rte_errno in a second call into C, and rte_errno belongs to a thread: on
// another one it may be zero, and then go-dpdk returns nil and no error.
func onThread[T any](create func() (*T, error)) (*T, error) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	v, err := create()
	if v == nil && err == nil {
		err = syscall.ENOMEM
	}
	return v, err
}
