//go:build !amd64

package session

import (
	"unsafe"

	"mire/dpdk/burst"
)

const vector = false

func placeVector(*hasher, *[burst.Size]uint64, uint64, *[burst.Size]uint32, *[burst.Size]uint64, int) {
}

func matchVector(unsafe.Pointer, *[burst.Size]uint32, *[burst.Size]uint64, uint64, *[burst.Size]uint8, int) {
}
