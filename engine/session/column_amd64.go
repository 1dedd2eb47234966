package session

import (
	"unsafe"

	"mire/dpdk/burst"
)

// place4 is hasher.probe of the IPv4 addresses of mask in a column of address
// pairs as on the wire, sources (half 0) or destinations (half 1), on network
// net among n buckets; it fetches the homes. What f has for other slots of the
// same eight is overwritten by homes that exist.
//
//go:noescape
func place4(h *hasher, addrs *[burst.Size]uint64, half, net uint64, mask burst.Mask, buckets unsafe.Pointer, n uint64, f *Finder)

// place6 is place4 for IPv6 addresses, two columns of words as on the wire, of
// keys with the given kindWord.
//
//go:noescape
func place6(h *hasher, hi, lo *[burst.Size]uint64, kind uint64, mask burst.Mask, buckets unsafe.Pointer, n uint64, f *Finder)

// matchAll looks into the homes of mask: Finder tells what for. The comparison of
// a bucket by one load is not atomic as a whole, so it says only where to look;
// the word is loaded by itself and compared again. epoch is one more than that of
// now, life is maxLeft.
//
//go:noescape
func matchAll(buckets unsafe.Pointer, mask burst.Mask, id, epoch, life uint64, f *Finder)

// readAll reads the entries behind those slots of mask that matchAll found,
// of keys with the given kindWord: what entry.holdsNow does.
//
//go:noescape
func readAll(entries unsafe.Pointer, mask burst.Mask, kind, now uint64, f *Finder)

// Compile-time checks of what column_amd64.s knows; a length is negative otherwise.
var (
	_ [512]byte  = [unsafe.Offsetof(Finder{}.word)]byte{}
	_ [1024]byte = [unsafe.Offsetof(Finder{}.slot)]byte{}
	_ [1536]byte = [unsafe.Offsetof(Finder{}.at)]byte{}
	_ [1600]byte = [unsafe.Offsetof(Finder{}.same)]byte{}
	_ [1656]byte = [unsafe.Offsetof(Finder{}.mapped)]byte{}
	_ [1664]byte = [unsafe.Offsetof(Finder{}.hi)]byte{}
	_ [2176]byte = [unsafe.Offsetof(Finder{}.lo)]byte{}
	_ [2688]byte = [unsafe.Offsetof(Finder{}.entry)]byte{}
	_ [3200]byte = [unsafe.Offsetof(Finder{}.unlike)]byte{}
	_ [3712]byte = [unsafe.Offsetof(Finder{}.kind)]byte{}
	_ [4224]byte = [unsafe.Offsetof(Finder{}.expires)]byte{}
	_ [4736]byte = [unsafe.Offsetof(Finder{}.near)]byte{}
	_ [4760]byte = [unsafe.Offsetof(Finder{}.entryHigh)]byte{}
	_ [7]byte    = [slotsPerBucket]byte{}
	_ [5]byte    = [wordKind]byte{}
	_ [3]byte    = [wordExpires]byte{}
	_ [18]byte   = [epochBits]byte{}
	_ [8]byte    = [epochAt]byte{}
	_ [4]byte    = [slotUsed]byte{}
)
