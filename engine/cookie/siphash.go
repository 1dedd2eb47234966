// Package cookie makes the keyed numbers that let a TCP connection be answered
// without remembering it: SipHash-2-4 over the addresses and ports of a
// segment, for a whole burst at once, under keys that change every day.
package cookie

import (
	"encoding/binary"
	"math/bits"
)

// KeySize is the length of a key in bytes.
const KeySize = 16

// Key is a SipHash key as the four words its state starts from.
type Key struct{ v0, v1, v2, v3 uint64 }

// NewKey prepares a 16-byte key: two little-endian words, as in the SipHash
// paper (Aumasson and Bernstein, 2012, section 2.1).
func NewKey(k [KeySize]byte) Key {
	k0, k1 := binary.LittleEndian.Uint64(k[:8]), binary.LittleEndian.Uint64(k[8:])
	return Key{
		k0 ^ 0x736f6d6570736575, k1 ^ 0x646f72616e646f6d,
		k0 ^ 0x6c7967656e657261, k1 ^ 0x7465646279746573,
	}
}

// round is one SipRound.
func round(v0, v1, v2, v3 uint64) (uint64, uint64, uint64, uint64) {
	v0 += v1
	v2 += v3
	v1 = bits.RotateLeft64(v1, 13) ^ v0
	v3 = bits.RotateLeft64(v3, 16) ^ v2
	v0 = bits.RotateLeft64(v0, 32)
	v2 += v1
	v0 += v3
	v1 = bits.RotateLeft64(v1, 17) ^ v2
	v3 = bits.RotateLeft64(v3, 21) ^ v0
	v2 = bits.RotateLeft64(v2, 32)
	return v0, v1, v2, v3
}

// Words2 is SipHash-2-4 of two words, the second of which already carries the
// length of the message in its top byte.
func (k *Key) Words2(a, b uint64) uint64 {
	v0, v1, v2, v3 := k.v0, k.v1, k.v2, k.v3^a
	v0, v1, v2, v3 = round(v0, v1, v2, v3)
	v0, v1, v2, v3 = round(v0, v1, v2, v3)
	v0, v3 = v0^a, v3^b
	v0, v1, v2, v3 = round(v0, v1, v2, v3)
	v0, v1, v2, v3 = round(v0, v1, v2, v3)
	return finish(v0^b, v1, v2, v3)
}

// Words5 is SipHash-2-4 of five words, the last with the length in its top byte.
func (k *Key) Words5(a, b, c, d, e uint64) uint64 {
	v0, v1, v2, v3 := k.v0, k.v1, k.v2, k.v3^a
	v0, v1, v2, v3 = round(v0, v1, v2, v3)
	v0, v1, v2, v3 = round(v0, v1, v2, v3)
	v0, v3 = v0^a, v3^b
	v0, v1, v2, v3 = round(v0, v1, v2, v3)
	v0, v1, v2, v3 = round(v0, v1, v2, v3)
	v0, v3 = v0^b, v3^c
	v0, v1, v2, v3 = round(v0, v1, v2, v3)
	v0, v1, v2, v3 = round(v0, v1, v2, v3)
	v0, v3 = v0^c, v3^d
	v0, v1, v2, v3 = round(v0, v1, v2, v3)
	v0, v1, v2, v3 = round(v0, v1, v2, v3)
	v0, v3 = v0^d, v3^e
	v0, v1, v2, v3 = round(v0, v1, v2, v3)
	v0, v1, v2, v3 = round(v0, v1, v2, v3)
	return finish(v0^e, v1, v2, v3)
}

func finish(v0, v1, v2, v3 uint64) uint64 {
	v2 ^= 0xff
	v0, v1, v2, v3 = round(v0, v1, v2, v3)
	v0, v1, v2, v3 = round(v0, v1, v2, v3)
	v0, v1, v2, v3 = round(v0, v1, v2, v3)
	v0, v1, v2, v3 = round(v0, v1, v2, v3)
	return v0 ^ v1 ^ v2 ^ v3
}
