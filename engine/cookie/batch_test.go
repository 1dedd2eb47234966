package cookie

import (
	"math/rand/v2"
	"testing"

	"mire/dpdk/burst"
)

// TestVectorEqualsScalar compares both ways for masks of every density, and
// sees that slots outside the mask stay as they were.
func TestVectorEqualsScalar(t *testing.T) {
	if !vector {
		t.Skip("this CPU has no AVX-512: there is only the scalar way")
	}
	r := rand.New(rand.NewPCG(7, 8))
	for n := range 2000 {
		k := Key{r.Uint64(), r.Uint64(), r.Uint64(), r.Uint64()}
		tu := random(r, r.Uint64()&^0xffffffff)
		m := burst.Mask(r.Uint64())
		for range n % 5 {
			m &= burst.Mask(r.Uint64())
		}
		if n%7 == 0 {
			m = ^burst.Mask(0)
		}
		var four, six [burst.Size]uint32
		for i := range four {
			four[i], six[i] = uint32(i), ^uint32(i)
		}
		batch4(&k, tu, &four, m)
		batch6(&k, tu, &six, m)
		for i := range four {
			want4, want6 := uint32(i), ^uint32(i)
			if m.Has(i) {
				want4 = uint32(k.Words2(tu.Addr[0][i], tu.Tail[i]))
				want6 = uint32(k.Words5(tu.Addr[0][i], tu.Addr[1][i], tu.Addr[2][i], tu.Addr[3][i], tu.Tail[i]))
			}
			if four[i] != want4 || six[i] != want6 {
				t.Fatalf("mask %#x slot %d: %#x %#x, want %#x %#x", m, i, four[i], six[i], want4, want6)
			}
		}
	}
}
