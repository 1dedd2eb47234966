package session

import (
	"unsafe"

	"golang.org/x/sys/cpu"

	"mire/dpdk/burst"
)

// vector tells whether the CPU and its kernel have what vector_amd64.s and
// column_amd64.s use. The race detector sees only loads that Go makes.
var vector = cpu.X86.HasAVX512F && cpu.X86.HasAVX512DQ && cpu.X86.HasAVX512BW && !raceDetector

// placeVector is hasher.probe of the keys of mask among n buckets, eight keys at
// a time. Homes and words of other keys may be overwritten.
//
//go:noescape
func placeVector(h *hasher, keys *[burst.Size]Key, mask burst.Mask, n uint64, home *[burst.Size]uint32, word *[burst.Size]uint64)

// matchVector fetches the homes of mask and then compares each with its ID bits,
// all slots at once: bit s+1 of hits is set when slot s has them. Hits of
// other keys stay as they are.
//
//go:noescape
func matchVector(buckets unsafe.Pointer, home *[burst.Size]uint32, word *[burst.Size]uint64, mask burst.Mask, id uint64, hits *[burst.Size]uint8)

// Compile-time checks of what vector_amd64.s knows; a length is negative otherwise.
var (
	_ [24]byte                               = [unsafe.Sizeof(Key{})]byte{}
	_ [64]byte                               = [unsafe.Offsetof(hasher{}.wide)]byte{}
	_ [160]byte                              = [unsafe.Offsetof(hasher{}.finish)]byte{}
	_ [26]byte                               = [tagAt]byte{}
	_ [8]byte                                = [slotExact]byte{}
	_ [1]byte                                = [KindAddress]byte{}
	_ [unsafe.Offsetof(Key{}.Lo) - 8]byte    = [0]byte{}
	_ [unsafe.Offsetof(Key{}.Net) - 16]byte  = [0]byte{}
	_ [unsafe.Offsetof(Key{}.Kind) - 18]byte = [0]byte{}
)
