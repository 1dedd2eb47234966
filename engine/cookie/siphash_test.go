package cookie

import (
	"encoding/binary"
	"math/rand/v2"
	"testing"

	"github.com/dchest/siphash"

	"mire/dpdk/burst"
)

// sequence is the key 00 01 .. 0f of the published test vectors.
func sequence() (k [KeySize]byte) {
	for i := range k {
		k[i] = byte(i)
	}
	return k
}

// TestPublishedVector is appendix A of the SipHash paper: message 00 01 .. 0e.
func TestPublishedVector(t *testing.T) {
	k := NewKey(sequence())
	const a, b = 0x0706050403020100, 0x0f0e0d0c0b0a0908 // 15 bytes and their count
	if got := k.Words2(a, b); got != 0xa129ca6149be45e5 {
		t.Errorf("got %#x", got)
	}
}

// random fills a burst of tuples whose tails carry the given constant part.
func random(r *rand.Rand, tail uint64) *Tuples {
	t := &Tuples{}
	for i := range burst.Size {
		for w := range t.Addr {
			t.Addr[w][i] = r.Uint64()
		}
		t.Tail[i] = uint64(r.Uint32()) | tail
	}
	return t
}

// message writes the bytes of a tuple, as a reference implementation reads them.
func message(t *Tuples, i, addrWords, size int) []byte {
	var p []byte
	for w := range addrWords {
		p = binary.LittleEndian.AppendUint64(p, t.Addr[w][i])
	}
	return binary.LittleEndian.AppendUint64(p, t.Tail[i])[:size]
}

func TestBatchEqualsReference(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 200 {
		var key [KeySize]byte
		binary.LittleEndian.PutUint64(key[:8], r.Uint64())
		binary.LittleEndian.PutUint64(key[8:], r.Uint64())
		k := NewKey(key)
		net := uint16(r.Uint32())
		four, six := random(r, Tail4(net)), random(r, Tail6(net))
		m := burst.Mask(r.Uint64())
		var got4, got6 [burst.Size]uint32
		k.Batch4(m, four, &got4)
		k.Batch6(m, six, &got6)
		for ; m != 0; m = m.Rest() {
			i := m.First()
			k0, k1 := binary.LittleEndian.Uint64(key[:]), binary.LittleEndian.Uint64(key[8:])
			if want := uint32(siphash.Hash(k0, k1, message(four, i, 1, 15))); got4[i] != want {
				t.Fatalf("IPv4 slot %d: got %#x, want %#x", i, got4[i], want)
			}
			if want := uint32(siphash.Hash(k0, k1, message(six, i, 4, 39))); got6[i] != want {
				t.Fatalf("IPv6 slot %d: got %#x, want %#x", i, got6[i], want)
			}
		}
	}
}

func TestBatchTakesEachSlotByItsFamily(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	k := NewKey(sequence())
	tu := random(r, Tail4(7))
	const v6 = burst.Mask(0xff00ff00ff00ff00)
	for m := v6; m != 0; m = m.Rest() {
		tu.Tail[m.First()] = uint64(r.Uint32()) | Tail6(7)
	}
	var got, four, six [burst.Size]uint32
	k.Batch(^burst.Mask(0), v6, tu, &got)
	k.Batch4(^burst.Mask(0), tu, &four)
	k.Batch6(^burst.Mask(0), tu, &six)
	for i := range got {
		want := four[i]
		if v6.Has(i) {
			want = six[i]
		}
		if got[i] != want {
			t.Errorf("slot %d: got %#x, want %#x", i, got[i], want)
		}
	}
}

// TestTailLayout pins the message format: nodes of one cluster must agree on it.
func TestTailLayout(t *testing.T) {
	if got, want := Tail4(0x1234), uint64(0x0f04_1234_0000_0000); got != want {
		t.Errorf("Tail4: got %#x, want %#x", got, want)
	}
	if got, want := Tail6(0x1234), uint64(0x2706_1234_0000_0000); got != want {
		t.Errorf("Tail6: got %#x, want %#x", got, want)
	}
}

func TestBatchDoesNotAllocate(t *testing.T) {
	k := NewKey(sequence())
	tu := &Tuples{}
	out := &[burst.Size]uint32{}
	if n := testing.AllocsPerRun(50, func() { k.Batch(^burst.Mask(0), 0xf0, tu, out) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

// The benchmarks report nanoseconds per tuple.
func benchmark(b *testing.B, batch func(*Key, burst.Mask, *Tuples, *[burst.Size]uint32)) {
	k := NewKey(sequence())
	tu := random(rand.New(rand.NewPCG(5, 6)), Tail4(1))
	out := &[burst.Size]uint32{}
	for b.Loop() {
		batch(&k, ^burst.Mask(0), tu, out)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/burst.Size, "ns/tuple")
}

func BenchmarkBatch4(b *testing.B) { benchmark(b, (*Key).Batch4) }
func BenchmarkBatch6(b *testing.B) { benchmark(b, (*Key).Batch6) }
