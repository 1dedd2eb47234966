//go:build amd64 || arm64 || riscv64 || loong64 || ppc64le

package traffic

import "unsafe"

// Words of little-endian machines at any address; the caller knows that they
// are inside.

func load32(p unsafe.Pointer, o uintptr) uint32 { return *(*uint32)(unsafe.Add(p, o)) }
func load64(p unsafe.Pointer, o uintptr) uint64 { return *(*uint64)(unsafe.Add(p, o)) }

func store16(p unsafe.Pointer, o uintptr, v uint16) { *(*uint16)(unsafe.Add(p, o)) = v }
func store32(p unsafe.Pointer, o uintptr, v uint32) { *(*uint32)(unsafe.Add(p, o)) = v }
func store64(p unsafe.Pointer, o uintptr, v uint64) { *(*uint64)(unsafe.Add(p, o)) = v }

// chunk is what templates are copied by.
const chunk = 64

// copyChunks copies n bytes, rounded up to chunks: both sides have the room.
func copyChunks(to, from unsafe.Pointer, n uintptr) {
	*(*[chunk]byte)(to) = *(*[chunk]byte)(from)
	for o := uintptr(chunk); o < n; o += chunk {
		*(*[chunk]byte)(unsafe.Add(to, o)) = *(*[chunk]byte)(unsafe.Add(from, o))
	}
}

// halves adds both halves of a word: one's complement sums of words of any
// multiple of 16 bits are the same number (RFC 1071).
func halves(v uint64) uint64 { return v>>32 + v&(1<<32-1) }

// fold is the checksum of a sum of fewer than 2^16 halves, as a little-endian
// store puts it into a frame.
func fold(s uint64) uint16 {
	s = halves(s)
	w := uint32(s>>32) + uint32(s)>>16 + uint32(s)&0xffff
	w = w>>16 + w&0xffff
	return ^uint16(w + w>>16)
}
