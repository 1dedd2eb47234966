package session

import (
	"math/rand/v2"
	"testing"
)

// What CountLives counts ScanLives finds, each entry once, whatever the steps and
// the shares, and both agree with the entries.
func TestLivesAreThoseOfTheEntries(t *testing.T) {
	table, err := New(new(HeapArena), Config{Name: "lives", Capacity: 20_000, Key: [16]byte{1}})
	if err != nil {
		t.Fatal(err)
	}
	const at = int64(5e12)
	r := rand.New(rand.NewPCG(1, 2))
	want := map[Key]int{}
	for i := range 15_000 {
		k := Key{Lo: 0xffff<<32 | uint64(r.Uint32()), Net: 1, Kind: KindAddress}
		if i%3 == 0 {
			k = Key{Hi: 0x20010db8 << 32, Lo: r.Uint64(), Net: 2, Kind: KindAddress}
		}
		rec := Record{Key: k, State: State(1 + i%3), Expires: at + r.Int64N(int64(600e9)) + 1<<EpochShift}
		if table.Put(&rec, 1<<Unknown, at) == Done && rec.State == Trapped {
			want[k] = int(rec.Expires>>EpochShift - at>>EpochShift)
		}
	}
	const first, n = 20, 200
	for parts := 1; parts <= 3; parts++ {
		counts, got := make([]uint32, n), map[Key]bool{}
		for part := range parts {
			c := Cursor{Part: part, Parts: parts}
			for !table.CountLives(&c, 7, Trapped, at, first, counts) {
			}
			out := make([]Record, 5)
			for lives := first; lives < 400; lives += 100 {
				for wrapped := false; !wrapped; {
					var m int
					m, wrapped = table.ScanLives(&c, 11, Trapped, at, lives, lives+100, at, out)
					for _, rec := range out[:m] {
						if l := want[rec.Key]; got[rec.Key] || l < lives || l >= lives+100 {
							t.Fatalf("%v with life %d, seen %v, in %d..", rec.Key, l, got[rec.Key], lives)
						}
						got[rec.Key] = true
					}
				}
			}
		}
		for k, l := range want {
			if got[k] != (l >= first) {
				t.Fatalf("%v with life %d: found %v", k, l, got[k])
			}
			if l >= first {
				counts[min(l-first, n-1)]--
			}
		}
		for i, c := range counts {
			if c != 0 {
				t.Fatalf("%d parts: life %d is counted %d too often", parts, first+i, int32(c))
			}
		}
	}
}

func BenchmarkCountLives(b *testing.B) {
	table, err := New(new(HeapArena), Config{Name: "lives", Capacity: 1 << 20, Key: [16]byte{1}})
	if err != nil {
		b.Fatal(err)
	}
	counts := make([]uint32, 300)
	c := Cursor{}
	for b.Loop() {
		for !table.CountLives(&c, 8192, Trapped, 1e12, 0, counts) {
		}
	}
}
