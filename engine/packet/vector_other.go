//go:build !amd64

package packet

import (
	"unsafe"

	"mire/dpdk/burst"
)

const vector, vectorReach = false, 0

func parseVector(*burst.Burst, burst.Mask) (all, syn, v6, alone burst.Mask) { return }

func cameBy(*[burst.Size]uint16, uint16) (m burst.Mask) { return }

func sumVector(unsafe.Pointer, uintptr) (s uint64) { return }
