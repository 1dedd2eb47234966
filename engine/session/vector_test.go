package session

import (
	"math/rand/v2"
	"testing"
	"unsafe"

	"mire/dpdk/burst"
)

// collide makes all IPv6 keys of one /64 hash alike.
func collide(h *hasher) {
	for i := range h.wide {
		h.wide[i].mul[2], h.wide[i].mul[3] = 0, 0
	}
}

// TestVectorPlacesAsProbeDoes compares homes and ID bits for bursts of one
// family and of all kinds of keys mixed, by any mask.
func TestVectorPlacesAsProbeDoes(t *testing.T) {
	if !vector {
		t.Skip("this CPU has no AVX-512, or the race detector is on: there is only the scalar way")
	}
	r := rand.New(rand.NewPCG(9, 9))
	for round := range 3000 {
		h := newHasher([16]byte{byte(round), byte(round >> 8)})
		n := minBuckets + r.Uint64N(1<<28)
		mask := burst.Mask(r.Uint64())
		mask |= burst.Mask(r.Uint64()) // mostly full
		var keys [burst.Size]Key
		for i := range keys {
			k := Key{Lo: 0xffff<<32 | uint64(r.Uint32()), Net: uint16(r.Uint32()), Kind: KindAddress}
			switch draw := r.Uint32() % 27; {
			case round%3 == 0:
			case round%3 == 1 || r.Uint32()%2 == 0:
				k.Hi, k.Lo = r.Uint64(), r.Uint64()
			case draw < 9:
				k.Kind++ // neither half of the address tells it from an exact one
			case draw < 15:
				k.Lo ^= 1 << 32
			case draw < 19:
				k.Hi = 1
			}
			keys[i] = k
			// What lies in the unused bytes of a key must not matter.
			*(*uint8)(unsafe.Add(unsafe.Pointer(&keys[i]), 19+r.Uint32()%5)) = uint8(r.Uint32())
		}
		var home [burst.Size]uint32
		var word [burst.Size]uint64
		placeVector(&h, &keys, mask, n, &home, &word)
		for m := mask; m != 0; m = m.Rest() {
			i := m.First()
			if want := h.probe(&keys[i], n); (probe{home[i], word[i]}) != want {
				t.Fatalf("round %d slot %d of mask %#x, key %+v, %d buckets: home %d word %#x, want %d %#x",
					round, i, mask, keys[i], n, home[i], word[i], want.home, want.word)
			}
		}
	}
}

// TestVectorMatchesAsBucketsDo compares the hits in random buckets, where a
// word may be in any slot, in none, or only nearly.
func TestVectorMatchesAsBucketsDo(t *testing.T) {
	if !vector {
		t.Skip("this CPU has no AVX-512, or the race detector is on: there is only the scalar way")
	}
	r := rand.New(rand.NewPCG(10, 10))
	buckets := make([]bucket, 128)
	for range 1000 {
		for b := range buckets {
			buckets[b].own.Store(r.Uint64())
			for s := range buckets[b].slot {
				buckets[b].slot[s].Store(r.Uint64() | 1<<63)
			}
		}
		mask := burst.Mask(r.Uint64())
		var home [burst.Size]uint32
		var word [burst.Size]uint64
		var hits, want [burst.Size]uint8
		for i := range home {
			home[i] = r.Uint32N(uint32(len(buckets)))
			word[i] = (r.Uint64() | 1<<63) & slotID
			b := &buckets[home[i]]
			switch slot := r.Uint32N(9); {
			case slot < slotsPerBucket:
				b.slot[slot].Store(word[i] | r.Uint64()&^slotID)
			case slot == 7:
				b.own.Store(word[i])
			default:
				b.slot[0].Store(word[i] ^ 1<<tagAt)
			}
			hits[i], want[i] = 0xaa, 0xaa
		}
		for m := mask; m != 0; m = m.Rest() {
			i := m.First()
			if b := &buckets[home[i]]; b.match(word[i]) != 0 {
				want[i] = 2 << b.number(word[i])
			} else {
				want[i] = 0
			}
		}
		matchVector(unsafe.Pointer(&buckets[0]), &home, &word, mask, slotID, &hits)
		if hits != want {
			t.Fatalf("mask %#x: hits %v, want %v", mask, hits, want)
		}
	}
}
