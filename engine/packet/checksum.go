package packet

import (
	"encoding/binary"
	"math/bits"
	"unsafe"
)

// The Internet checksum (RFC 1071). Partial sums are uint64 in the byte order
// of the wire as this machine loads it, so they are only good for the functions
// of this file; Fold makes the 16 bits of the checksum field of one.
//
// A partial sum is an one's complement number: adding is end-around, so partial
// sums of pieces of even length may be added with Add.

// Add adds two partial sums.
func Add(a, b uint64) uint64 {
	s, c := bits.Add64(a, b, 0)
	return s + c
}

// Sum adds the bytes of p to a partial sum (0 to start). An odd length counts
// as padded with a zero byte.
func Sum(s uint64, p []byte) uint64 {
	return sumAt(s, unsafe.Pointer(unsafe.SliceData(p)), uintptr(len(p)))
}

// Pseudo4 is the partial sum of the IPv4 pseudo header (RFC 9293 section 3.1):
// src and dst, protocol, and length of transport header and payload in bytes.
func Pseudo4(src, dst [4]byte, proto uint8, length uint16) uint64 {
	return uint64(binary.NativeEndian.Uint32(src[:])) + uint64(binary.NativeEndian.Uint32(dst[:])) +
		wire16(uint64(proto)+uint64(length))
}

// Pseudo6 is the partial sum of the IPv6 pseudo header (RFC 8200 section 8.1).
func Pseudo6(src, dst [16]byte, proto uint8, length uint32) uint64 {
	s := sumAt(0, unsafe.Pointer(&src), 16)
	s = sumAt(s, unsafe.Pointer(&dst), 16)
	return Add(s, wire16(uint64(proto)+uint64(length)))
}

// Fold is the checksum of a partial sum: folded to 16 bits and complemented,
// ready for a Set...Checksum method. Over data that includes a right checksum
// it is 0.
func Fold(s uint64) uint16 { return bits.ReverseBytes16(^fold(s)) }

// UpdateChecksum16 is the checksum after a 16-bit field changed from old to
// new (RFC 1624 equation 3), all in host order.
func UpdateChecksum16(sum, old, new uint16) uint16 {
	s := uint32(^sum) + uint32(^old) + uint32(new)
	s = s&0xffff + s>>16
	s = s&0xffff + s>>16
	return ^uint16(s)
}

// UpdateChecksum32 is the checksum after a 32-bit field at an even offset
// changed from old to new (RFC 1624), all in host order.
func UpdateChecksum32(sum uint16, old, new uint32) uint16 {
	s := uint64(^sum) + uint64(^old) + uint64(new)
	s = s&0xffff + s>>16&0xffff + s>>32
	s = s&0xffff + s>>16
	s = s&0xffff + s>>16
	return ^uint16(s)
}

// fold brings a partial sum to 16 bits, in wire order as loaded. A number added
// to itself turned by half has in its upper half the end-around sum of both
// halves: the lower halves make the carry.
func fold(s uint64) uint16 {
	w := uint32((s + bits.RotateLeft64(s, 32)) >> 32)
	return uint16((w + bits.RotateLeft32(w, 16)) >> 16)
}

// valid tells whether a partial sum over data with its checksum is right: all
// ones, since a sum of data that is not all zero never folds to zero.
func valid(s uint64) bool { return fold(s) == 0xffff }

// wire16 brings a host-order number of at most 56 bits into the byte order of
// partial sums: a swap of a 16-bit word is a rotation by 8, and a rotation is
// a multiplication by 256 in one's complement arithmetic.
func wire16(v uint64) uint64 { return v << 8 }

// sumLong is sumAt for n >= 8: the last bytes are taken from one load that
// ends where the data does, with what was counted already shifted out.
func sumLong(s uint64, p unsafe.Pointer, n uintptr) uint64 {
	var c uint64
	var o uintptr
	for ; o+32 <= n; o += 32 {
		s, c = bits.Add64(s, load64(p, o), 0)
		s, c = bits.Add64(s, load64(p, o+8), c)
		s, c = bits.Add64(s, load64(p, o+16), c)
		s, c = bits.Add64(s, load64(p, o+24), c)
		s, _ = bits.Add64(s, 0, c)
	}
	for ; o+8 <= n; o += 8 {
		s, c = bits.Add64(s, load64(p, o), 0)
		s, _ = bits.Add64(s, 0, c)
	}
	s, c = bits.Add64(s, load64(p, n-8)>>(64-8*(n&7)), 0)
	return s + c
}

// vectorSum is the number of bytes from which on sumVector is cheaper.
const vectorSum = 128

// sumWide is sumLong for n >= vectorSum.
func sumWide(s uint64, p unsafe.Pointer, n uintptr) uint64 {
	if vector && n <= 1<<16 {
		return Add(s, sumVector(p, n))
	}
	return sumLong(s, p, n)
}

// sumAt adds n bytes at p to a partial sum.
func sumAt(s uint64, p unsafe.Pointer, n uintptr) uint64 {
	if n >= 8 {
		if n < vectorSum {
			return sumLong(s, p, n)
		}
		return sumWide(s, p, n)
	}
	var w uint64
	if n&4 != 0 {
		w = uint64(load32(p, 0))
		p = unsafe.Add(p, 4)
	}
	if n&2 != 0 {
		w += uint64(load16(p, 0))
		p = unsafe.Add(p, 2)
	}
	if n&1 != 0 {
		w += uint64(*(*uint8)(p))
	}
	return Add(s, w)
}
