package session

import (
	"math/bits"
	"testing"

	"mire/dpdk/burst"
)

// BenchmarkColumns is States4 and States6 over random trapped addresses, the
// making of the columns included (1.2 ns a packet).
func BenchmarkColumns(b *testing.B) {
	for fam, f := range families {
		for _, s := range sizes {
			b.Run(f.name+"/"+s.name, func(b *testing.B) {
				t := filled(b, &hugeArena{}, s.n, f.key)
				var c columns
				var find Finder
				var w walk
				base := f.key(0)
				var hi [burst.Size]uint64
				for i := range hi {
					hi[i] = wireWord(base.Hi)
				}
				look := func() Found {
					if fam == 0 {
						return t.States4(^burst.Mask(0), &c.pairs, Destinations, 7, 2*second, &find)
					}
					return t.States6(^burst.Mask(0), &hi, &c.pairs, 7, 2*second, &find)
				}
				fill := func(i int, n uint64) {
					if fam == 0 {
						c.pairs[i] = uint64(bits.ReverseBytes32(uint32(base.Lo+n))) << 32
					} else {
						c.pairs[i] = bits.ReverseBytes64(base.Lo + n)
					}
				}
				for i := uint64(0); i < s.n; i += burst.Size {
					for j := range burst.Size {
						fill(j, min(i+uint64(j), s.n-1))
					}
					look()
				}
				miss := 0
				for b.Loop() {
					for i := range burst.Size {
						fill(i, w.below(s.n))
					}
					if found := look(); found[Trapped] != ^burst.Mask(0) {
						miss++
					}
				}
				b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/burst.Size, "ns/packet")
				if miss != 0 {
					b.Fatalf("%d bursts held addresses that were not found", miss)
				}
			})
		}
	}
}
