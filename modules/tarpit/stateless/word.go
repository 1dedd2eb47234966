package stateless

import (
	"encoding/binary"
	"math/bits"
	"unsafe"
)

// Loads and stores at a byte offset, without bounds checks: usable checks a
// slot once against everything that is read and written after it. Little-endian
// like the cookie's messages; the compiler makes one instruction of each.

func get8(p unsafe.Pointer, o uintptr) uint8 { return *(*uint8)(unsafe.Add(p, o)) }

func get16(p unsafe.Pointer, o uintptr) uint16 {
	return binary.LittleEndian.Uint16((*[2]byte)(unsafe.Add(p, o))[:])
}

func get32(p unsafe.Pointer, o uintptr) uint32 {
	return binary.LittleEndian.Uint32((*[4]byte)(unsafe.Add(p, o))[:])
}

func get64(p unsafe.Pointer, o uintptr) uint64 {
	return binary.LittleEndian.Uint64((*[8]byte)(unsafe.Add(p, o))[:])
}

func put16(p unsafe.Pointer, o uintptr, v uint16) {
	binary.LittleEndian.PutUint16((*[2]byte)(unsafe.Add(p, o))[:], v)
}

func put32(p unsafe.Pointer, o uintptr, v uint32) {
	binary.LittleEndian.PutUint32((*[4]byte)(unsafe.Add(p, o))[:], v)
}

func put64(p unsafe.Pointer, o uintptr, v uint64) {
	binary.LittleEndian.PutUint64((*[8]byte)(unsafe.Add(p, o))[:], v)
}

// get32be is the number of four bytes in network order.
func get32be(p unsafe.Pointer, o uintptr) uint32 { return be32(get32(p, o)) }

// half adds the two halves of a word: a one's complement sum of its 16-bit
// words that still has to be folded (RFC 1071). Byte order does not matter as
// long as it is the same for all words of a sum.
func half(v uint64) uint64 { return v&0xffffffff + v>>32 }

// checksum folds a sum of less than 2^37 and complements it.
func checksum(s uint64) uint16 {
	s = s&0xffff + s>>16 // < 2^16 + 2^21
	s = s&0xffff + s>>16 // < 2^16 + 2^6
	return ^uint16(s + s>>16)
}

// be32 is the number whose big-endian bytes are the little-endian word v, and
// back.
func be32(v uint32) uint32 { return bits.ReverseBytes32(v) }
