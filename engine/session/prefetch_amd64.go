package session

import (
	"unsafe"

	"mire/dpdk/burst"
)

// prefetch asks for the first n cache lines of line, counted from base. Unlike
// loads, prefetches leave the CPU's window at once: all misses of a burst are
// on their way together.
//
//go:noescape
func prefetch(base unsafe.Pointer, line *[burst.Size]uint32, n int)
