//go:build !amd64

package session

import (
	"sync/atomic"
	"unsafe"

	"mire/dpdk/burst"
)

// prefetch touches the first n cache lines of line, counted from base: loads
// that do not depend on each other overlap.
func prefetch(base unsafe.Pointer, line *[burst.Size]uint32, n int) {
	for _, l := range line[:n] {
		(*atomic.Uint64)(unsafe.Add(base, uintptr(l)*64)).Load()
	}
}
