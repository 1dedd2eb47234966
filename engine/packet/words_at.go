package packet

import (
	"math/bits"

	"mire/dpdk/burst"
)

// The functions below read words of received slot i of a parsed burst without
// bounds checks: Parse has checked that what they read lies inside the frame of
// every slot of the classes they name. For other slots they must not be called.

// MACsAt is destination and source of any slot that Parse accepted, each as the
// low 48 bits of a little-endian word: byte 0 of the address is the lowest.
func MACsAt(b *burst.Burst, i int) (dst, src uint64) {
	p := b.Data[i&63]
	return load64(p, 0) & (1<<48 - 1), load64(p, 4) >> 16
}

// Addrs4At is source and destination of a slot that is neither ARP nor in
// b.V6, as numbers: 10.0.0.1 = 0x0a000001.
func Addrs4At(b *burst.Burst, i int) (src, dst uint32) {
	w := load64(b.Data[i&63], uintptr(b.Meta[i&63].L3)+12)
	return bits.ReverseBytes32(uint32(w)), bits.ReverseBytes32(uint32(w >> 32))
}

// Addrs6At is source and destination of a slot in b.V6, as big-endian words.
func Addrs6At(b *burst.Burst, i int) (srcHi, srcLo, dstHi, dstLo uint64) {
	p, o := b.Data[i&63], uintptr(b.Meta[i&63].L3)
	return bits.ReverseBytes64(load64(p, o+8)), bits.ReverseBytes64(load64(p, o+16)),
		bits.ReverseBytes64(load64(p, o+24)), bits.ReverseBytes64(load64(p, o+32))
}
