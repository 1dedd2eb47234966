package packet

import (
	"math/rand/v2"
	"testing"

	"mire/dpdk/burst"
)

func TestCameBy(t *testing.T) {
	r := rand.New(rand.NewPCG(9, 9))
	var b burst.Burst
	for range 100 {
		var want burst.Mask
		for i := range b.In {
			if b.In[i] = uint16(r.IntN(3)) << 8; b.In[i] == 0x100 {
				want |= burst.Bit(i)
			}
		}
		if got := CameBy(&b, 0x100); got != want {
			t.Fatalf("%#x, want %#x", got, want)
		}
	}
}
