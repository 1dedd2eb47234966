//go:build !amd64

package session

import (
	"unsafe"

	"mire/dpdk/burst"
)

const vector = false

func placeVector(*hasher, *[burst.Size]Key, burst.Mask, uint64, *[burst.Size]uint32, *[burst.Size]uint64) {
}

func matchVector(unsafe.Pointer, *[burst.Size]uint32, *[burst.Size]uint64, burst.Mask, uint64, *[burst.Size]uint8) {
}
