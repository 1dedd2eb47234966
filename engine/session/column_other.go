//go:build !amd64

package session

import (
	"unsafe"

	"mire/dpdk/burst"
)

func place4(*hasher, *[burst.Size]uint64, uint64, uint64, burst.Mask, unsafe.Pointer, uint64, *Finder) {
}

func place6(*hasher, *[burst.Size]uint64, *[burst.Size]uint64, uint64, burst.Mask, unsafe.Pointer, uint64, *Finder) {
}

func matchAll(unsafe.Pointer, burst.Mask, uint64, uint64, uint64, *Finder) {}

func readAll(unsafe.Pointer, burst.Mask, uint64, uint64, *Finder) {}
