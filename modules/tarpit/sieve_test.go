package tarpit

import (
	"math/bits"
	"math/rand/v2"
	"testing"

	"mire/dpdk/burst"
	"mire/engine/own"
	"mire/modules/tarpit/stateless"
)

// TestSieveEqualsLoops compares the vector code with isMAC, isUsual4 and
// isUsual6 for sources at every edge, and MACs that differ by one bit.
func TestSieveEqualsLoops(t *testing.T) {
	if !stateless.ByColumns() {
		t.Skip("this CPU has no AVX-512 VBMI, or the race detector is on: there are only the loops")
	}
	l := newLab(t)
	n := &l.stage().nets[0]
	real4, virt4 := own.Map4(n.never[0]), own.Map4(n.never[1])
	edges4 := []uint64{0, 0x00ffffff, 0x01000000, 0x7effffff, 0x7f000000, 0x7fffffff, 0x80000000, 0xdfffffff, 0xe0000000, 0xffffffff,
		real4, virt4, real4 + 1, virt4 - 1, uint64(n.never[2]), 0xc6336407}
	a := &n.addrs
	edges6 := [][2]uint64{{0, 0}, {0, 1}, {0, 0xffff_0102_0304}, {0, 1 << 63}, {1, 0}, {0xff02 << 48, 1}, {0xfe80 << 48, 1}, {0xfeff << 48, 1},
		{a.Real6.Hi, a.Real6.Lo}, {a.Virt6.Hi, a.Virt6.Lo}, {a.Real6.Hi, a.Real6.Lo ^ 1}, {a.Real6.Hi ^ 1, a.Real6.Lo}, {a.Virt6.Hi ^ 1<<63, a.Virt6.Lo}}
	r := rand.New(rand.NewPCG(51, 52))
	for range 3000 {
		var four, six burst.Columns
		var to, usual4, usual6 burst.Mask
		for i := range burst.Size {
			dst := n.macs[r.IntN(3)]
			if r.IntN(3) == 0 {
				dst ^= 1 << r.IntN(48)
			}
			head := dst | r.Uint64()<<48
			four.Head[i], six.Head[i] = head, head
			if n.isMAC(dst) {
				to |= burst.Bit(i)
			}
			src := edges4[r.IntN(len(edges4))]
			four.Addr[0][i] = uint64(bits.ReverseBytes32(uint32(src))) | r.Uint64()<<32
			if head>>48&1 == 0 && n.isUsual4(uint32(src)) {
				usual4 |= burst.Bit(i)
			}
			w := edges6[r.IntN(len(edges6))]
			six.Addr[0][i], six.Addr[1][i] = bits.ReverseBytes64(w[0]), bits.ReverseBytes64(w[1])
			if head>>48&1 == 0 && n.isUsual6(w[0], w[1]) {
				usual6 |= burst.Bit(i)
			}
		}
		if gotTo, got := sieve4(&four, &n.sieve); gotTo != to || got != usual4 {
			t.Fatalf("IPv4: to %#x, usual %#x; want %#x, %#x", gotTo, got, to, usual4)
		}
		if gotTo, got := sieve6(&six, &n.sieve); gotTo != to || got != usual6 {
			t.Fatalf("IPv6: to %#x, usual %#x; want %#x, %#x", gotTo, got, to, usual6)
		}
	}
}
