package session

import (
	"crypto/sha256"
	"encoding/binary"
	"math/bits"
)

// hasher places keys. Its constants come from the secret key and stay secret.
//
// IPv4 addresses go through a permutation of their 48 bits (network, address):
// a four-round Feistel network whose round function is a multiply-shift hash,
// strongly universal from 24 bits to 24. A permutation is what lets a slot
// decide exactly (README, "Exact slots").
//
// All other keys go through two multilinear hashes of their 32-bit words, each
// strongly universal to 32 bits (Lemire and Kaser, 2014), and a keyed bijective
// finish. Both families bound, for any keys chosen without knowledge of the
// constants, how often two of them share a bucket.
//
// The order of the fields is known to vector_amd64.s.
type hasher struct {
	mul, add [4]uint64      // Feistel rounds
	wide     [2]multilinear // high and low half of the hash
	finish   [2]uint64      // odd
	sum      [4]uint64      // digests; not known to the assembler
}

// multilinear is a term to start from and the multipliers of the words.
type multilinear struct {
	add uint64
	mul [wideWords]uint64
}

// wideWords is the number of 32-bit words of a key: Hi and Lo, low halves
// first, and the word of kind and network.
const wideWords = 5

// newHasher expands the key; the constants are SHA-256 of key and a counter.
func newHasher(key [16]byte) (h hasher) {
	var in [17]byte
	copy(in[:], key[:])
	var pool [28]uint64
	for i := range len(pool) / 4 {
		in[16] = byte(i)
		sum := sha256.Sum256(in[:])
		for j := range 4 {
			pool[4*i+j] = binary.LittleEndian.Uint64(sum[8*j:])
		}
	}
	copy(h.mul[:], pool[0:4])
	copy(h.add[:], pool[4:8])
	for i := range h.wide {
		half := pool[8+6*i:]
		h.wide[i].add = half[0]
		copy(h.wide[i].mul[:], half[1:])
	}
	h.finish = [2]uint64{pool[20] | 1, pool[21] | 1}
	copy(h.sum[:], pool[22:26])
	return h
}

// isExact tells whether the slot of k decides alone.
func (k *Key) isExact() bool {
	return k.Hi == 0 && k.Lo>>32 == 0xffff && k.Kind == KindAddress
}

// v4 is the 48 bits of a key whose slot decides alone.
func (k *Key) v4() uint64 { return uint64(k.Net)<<32 | k.Lo&0xffffffff }

// permute maps 48 bits to 48 bits one to one.
func (h *hasher) permute(x uint64) uint64 {
	l, r := x>>24, x&0xffffff
	l ^= (r*h.mul[0] + h.add[0]) >> 40
	r ^= (l*h.mul[1] + h.add[1]) >> 40
	l ^= (r*h.mul[2] + h.add[2]) >> 40
	r ^= (l*h.mul[3] + h.add[3]) >> 40
	return r<<24 | l
}

// hashWide hashes any key to 64 bits.
func (h *hasher) hashWide(k *Key) uint64 {
	x := h.wide[0].of(k)&^0xffffffff | h.wide[1].of(k)>>32
	x ^= x >> 32
	x *= h.finish[0]
	x ^= x >> 29
	x *= h.finish[1]
	return x ^ x>>32
}

// of is the hash of k in its high 32 bits.
func (m *multilinear) of(k *Key) uint64 {
	return m.add + m.mul[0]*(k.Hi&0xffffffff) + m.mul[1]*(k.Hi>>32) +
		m.mul[2]*(k.Lo&0xffffffff) + m.mul[3]*(k.Lo>>32) + m.mul[4]*k.kindWord()
}

// id is the hash of k that does not depend on the size of a table; homes are
// its high bits.
func (h *hasher) id(k *Key) uint64 {
	if k.isExact() {
		return h.permute(k.v4()) << 16
	}
	return h.hashWide(k)
}

// probe is where k may lie among n buckets.
func (h *hasher) probe(k *Key, n uint64) probe {
	if k.isExact() {
		return exactProbe(h.permute(k.v4()), n)
	}
	return wideProbe(h.hashWide(k), n)
}

// exactProbe splits a permuted 48-bit key: the home is x*n / 2^48, and all keys
// of one home are at most ceil(2^48/n) consecutive values, which their low
// tagBits bits tell apart because n >= 2^(48-tagBits).
func exactProbe(x, n uint64) probe {
	home, _ := bits.Mul64(x<<16, n)
	return probe{uint32(home), x<<tagAt | slotExact}
}

// wideProbe takes the home from the high bits and the tag from the low ones.
// The top bit of the tag is always set: no key may look like an empty slot.
func wideProbe(x, n uint64) probe {
	home, _ := bits.Mul64(x, n)
	return probe{uint32(home), x<<tagAt | 1<<63}
}
