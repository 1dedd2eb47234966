package packet

import (
	"math/rand/v2"
	"testing"

	"mire/dpdk/burst"
)

// TestParseMutations damages every known frame in many small ways, with and
// without its checksums repaired, and asserts the invariants of FuzzParse.
func TestParseMutations(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 8))
	flags := []byte{0, byte(burst.KernelBacked), byte(burst.L4ChecksumGood), 0x80 | byte(burst.KernelBacked)}
	for _, d := range allDumps {
		base := good(t, d)
		for n := range base { // every length
			checkFrame(t, flags[n%len(flags)], base[:n])
		}
		for range 300 {
			f := append([]byte(nil), base...)
			for range 1 + r.IntN(3) {
				f[12+r.IntN(len(f)-12)] ^= 1 << r.IntN(8)
			}
			if known := f[12] == 8 && f[13] == 0 || f[12] == 0x86; known && r.IntN(2) == 0 && f[14]>>4 == base[14]>>4 && f[14]&15 >= 5 {
				f = tryResum(f)
			}
			if r.IntN(4) == 0 {
				f = tagged(f, uint16(r.IntN(4096)))
			}
			checkFrame(t, flags[r.IntN(len(flags))], f)
		}
	}
}

// tryResum is resum, or the frame as it is when its headers lead outside it.
func tryResum(f []byte) (out []byte) {
	defer func() {
		if recover() != nil {
			out = f
		}
	}()
	return resum(f)
}
