package session

import (
	"math/rand/v2"
	"testing"
)

// unpermute undoes permute: that it exists is what makes slots exact.
func unpermute(h *hasher, x uint64) uint64 {
	r, l := x>>24, x&0xffffff
	r ^= (l*h.mul[3] + h.add[3]) >> 40
	l ^= (r*h.mul[2] + h.add[2]) >> 40
	r ^= (l*h.mul[1] + h.add[1]) >> 40
	l ^= (r*h.mul[0] + h.add[0]) >> 40
	return l<<24 | r
}

func TestPermuteIsOneToOne(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	for range 100000 {
		h := newHasher([16]byte{byte(rng.Uint32())})
		x := rng.Uint64N(1 << 48)
		if y := h.permute(x); y>>48 != 0 || unpermute(&h, y) != x {
			t.Fatalf("%#x -> %#x -> %#x", x, y, unpermute(&h, y))
		}
	}
}

// Home and tag together name one permuted key: wherever homes change, the tag
// of the first key of a home is not yet that of its last plus one tag turn.
func TestHomeAndTagAreExact(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for _, n := range []uint64{minBuckets, minBuckets + 1, 1500, 2047, 2048, 2049, 2040817, 219130000} {
		for range 2000 {
			home := rng.Uint64N(n)
			first := (home<<48 + n - 1) / n // smallest x with floor(x*n / 2^48) = home
			if n > 1<<16 {
				first = uint64((float64(home) / float64(n)) * (1 << 48))
				for exactProbe(first, n).home < uint32(home) {
					first++
				}
				for first > 0 && exactProbe(first-1, n).home == uint32(home) {
					first--
				}
			}
			p := exactProbe(first, n)
			if p.home != uint32(home) {
				t.Fatalf("n %d: %#x has home %d, want %d", n, first, p.home, home)
			}
			twin := first + 1<<tagBits // the next key of the same tag
			if twin>>48 == 0 && exactProbe(twin, n).home == p.home {
				t.Fatalf("n %d: %#x and %#x share home and tag", n, first, twin)
			}
			if twin := exactProbe(first+1<<tagBits, n); twin.word != p.word {
				t.Fatalf("n %d: tags %#x and %#x: the test misses its case", n, p.word, twin.word)
			}
		}
	}
}

func TestHomeOfUndoesEveryLevel(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 3))
	for range 100000 {
		n := minBuckets + rng.Uint32N(5000)
		p := exactProbe(rng.Uint64N(1<<48), uint64(n))
		seen := map[uint32]bool{}
		for level := range uint32(levels) {
			b := p.bucketAt(level, n)
			if b >= n || seen[b] {
				t.Fatalf("level %d of %+v: bucket %d of %d (seen before: %v)", level, p, b, n, seen[b])
			}
			seen[b] = true
			if h := homeOf(p.at(level), b, n); h != p.home {
				t.Fatalf("level %d of %+v of %d: home %d", level, p, n, h)
			}
		}
	}
}

// Homes of the keys that a scan makes are spread as chance would: chi-square
// over 1,024 buckets stays within 6 standard deviations of its mean.
func TestHomesAreSpread(t *testing.T) {
	const n, per = 1024, 64
	for _, p := range patterns {
		for seed := range byte(4) {
			h := newHasher([16]byte{seed, 77})
			rng := rand.New(rand.NewPCG(1, uint64(seed)))
			var count [n]float64
			for i := range uint64(n * per) {
				k := p.key(i, rng)
				count[h.probe(&k, n).home]++
			}
			chi := 0.0
			for _, c := range count {
				chi += (c - per) * (c - per) / per
			}
			if sigma := 45.2; chi > n+6*sigma { // sqrt(2*(n-1))
				t.Errorf("%s, key %d: chi-square %.0f, want %d or so", p.name, seed, chi, n)
			}
		}
	}
}

func TestKeyDecidesThePlace(t *testing.T) {
	a, b := newHasher([16]byte{1}), newHasher([16]byte{2})
	for _, f := range families {
		same := 0
		for i := range uint64(1000) {
			k := f.key(i)
			if a.probe(&k, 1<<20).home == b.probe(&k, 1<<20).home {
				same++
			}
		}
		if same > 5 {
			t.Errorf("%s: %d of 1000 homes are the same under two keys", f.name, same)
		}
	}
}
