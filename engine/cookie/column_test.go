package cookie

import (
	"math/rand/v2"
	"testing"

	"mire/dpdk/burst"
)

// TestColumnsEqualBatches compares the columns of a burst with the tuples that
// are gathered from it, for masks of every density; slots outside stay as they were.
func TestColumnsEqualBatches(t *testing.T) {
	r := rand.New(rand.NewPCG(17, 18))
	for n := range 3000 {
		k := Key{r.Uint64(), r.Uint64(), r.Uint64(), r.Uint64()}
		net := uint16(r.Uint32())
		tu4, tu6 := random(r, Tail4(net)), random(r, Tail6(net))
		c4, c6 := columnsOf(tu4), columnsOf(tu6)
		m := burst.Mask(r.Uint64())
		for range n % 6 {
			m &= burst.Mask(r.Uint64())
		}
		switch n % 7 {
		case 0:
			m = ^burst.Mask(0)
		case 1:
			m <<= 32
		case 2:
			m >>= 32
		}
		var got4, got6, want4, want6 [burst.Size]uint32
		for i := range got4 {
			got4[i], got6[i] = uint32(i), ^uint32(i)
		}
		want4, want6 = got4, got6
		for s := m; s != 0; s = s.Rest() {
			i := s.First()
			want4[i] = uint32(k.Words2(tu4.Addr[0][i], tu4.Tail[i]))
			want6[i] = uint32(k.Words5(tu6.Addr[0][i], tu6.Addr[1][i], tu6.Addr[2][i], tu6.Addr[3][i], tu6.Tail[i]))
		}
		k.Column4(m, c4, Tail4(net), &got4)
		k.Column6(m, c6, Tail6(net), &got6)
		if got4 != want4 {
			t.Fatalf("IPv4, mask %#x: %#x, want %#x", m, got4, want4)
		}
		if got6 != want6 {
			t.Fatalf("IPv6, mask %#x: %#x, want %#x", m, got6, want6)
		}
	}
}

// columnsOf has the words of the tuples where a parsed burst has them.
func columnsOf(t *Tuples) *burst.Columns {
	c := &burst.Columns{Addr: t.Addr}
	for i, w := range t.Tail {
		c.Ports[i] = uint32(w)
	}
	return c
}

func TestColumnsDoNotAllocate(t *testing.T) {
	k := NewKey(sequence())
	c, out := &burst.Columns{}, &[burst.Size]uint32{}
	if n := testing.AllocsPerRun(50, func() {
		k.Column4(^burst.Mask(0), c, Tail4(1), out)
		k.Column6(^burst.Mask(0), c, Tail6(1), out)
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func benchmarkColumn(b *testing.B, column func(*Key, burst.Mask, *burst.Columns, uint64, *[burst.Size]uint32)) {
	k := NewKey(sequence())
	c := columnsOf(random(rand.New(rand.NewPCG(5, 6)), Tail4(1)))
	out := &[burst.Size]uint32{}
	for b.Loop() {
		column(&k, ^burst.Mask(0), c, Tail4(1), out)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/burst.Size, "ns/tuple")
}

func BenchmarkColumn4(b *testing.B) { benchmarkColumn(b, (*Key).Column4) }
func BenchmarkColumn6(b *testing.B) { benchmarkColumn(b, (*Key).Column6) }
