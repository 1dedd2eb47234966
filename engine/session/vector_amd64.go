package session

import (
	"unsafe"

	"golang.org/x/sys/cpu"

	"mire/dpdk/burst"
)

// vector tells whether the CPU and its kernel have what placeVector and
// matchVector use. The race detector sees only loads that Go makes.
var vector = cpu.X86.HasAVX512F && cpu.X86.HasAVX512DQ && !raceDetector

// placeVector is exactProbe(h.permute(x), buckets) of n values, eight at a
// time: it may write up to the next multiple of 8. n is 1..64.
//
//go:noescape
func placeVector(h *hasher, x *[burst.Size]uint64, buckets uint64, home *[burst.Size]uint32, word *[burst.Size]uint64, n int)

// matchVector compares each of n buckets with the ID bits of its word, all
// slots at once: bit s+1 of hits is set when slot s has them.
//
//go:noescape
func matchVector(buckets unsafe.Pointer, home *[burst.Size]uint32, word *[burst.Size]uint64, id uint64, hits *[burst.Size]uint8, n int)
