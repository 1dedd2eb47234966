package session

import (
	"fmt"
	"testing"
)

// pair is a filled table of an author.
func pair(b *testing.B, n uint64, key func(uint64) Key, sync bool) *Table {
	t, err := New(&hugeArena{}, Config{Name: "bench", Capacity: int(n), Key: [16]byte{1, 2, 3}, Sync: sync})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		if err := t.Close(); err != nil {
			b.Error(err)
		}
	})
	t.SetAuthor(1, true)
	for i := range n {
		r := Record{Key: key(i), State: Trapped, Expires: 3600 * second}
		if o := t.Put(&r, 1<<Unknown, second); o != Done {
			b.Fatalf("entry %d: outcome %d", i, o)
		}
	}
	t.ClearMarks()
	return t
}

// BenchmarkPutSync is a refresh without and with marks and digests; nobody
// takes the marks, so most are set already, as under load.
func BenchmarkPutSync(b *testing.B) {
	for _, f := range families {
		for _, n := range []uint64{1000, 1000000} {
			for _, sync := range []bool{false, true} {
				b.Run(fmt.Sprintf("%s/%d/sync=%v", f.name, n, sync), func(b *testing.B) {
					t := pair(b, n, f.key, sync)
					var w walk
					for b.Loop() {
						r := Record{Key: f.key(w.below(n)), State: Trapped, Expires: 3600 * second}
						t.Put(&r, 1<<Trapped, 2*second)
					}
				})
			}
		}
	}
}

// BenchmarkChanges takes 64 marks at a time of entries written at random; the
// writing is not timed.
func BenchmarkChanges(b *testing.B) {
	const n = 1000000
	for _, f := range families {
		b.Run(f.name, func(b *testing.B) {
			t := pair(b, n, f.key, true)
			var w walk
			out := make([]Record, 64)
			got := 0
			b.ResetTimer()
			for range b.N {
				if !t.Marked() {
					b.StopTimer()
					for range 20000 {
						k := f.key(w.below(n))
						r := Record{Key: k, State: Trapped, Expires: 3600 * second}
						t.Put(&r, 1<<Trapped, 2*second)
					}
					b.StartTimer()
				}
				got += t.Changes(out)
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(max(got, 1)), "ns/change")
		})
		b.Run(f.name+"/none", func(b *testing.B) {
			t := pair(b, n, f.key, true)
			out := make([]Record, 64)
			for b.Loop() {
				t.Changes(out)
			}
		})
	}
}

// BenchmarkGroup is a walk through a whole table by its groups.
func BenchmarkGroup(b *testing.B) {
	for _, f := range families {
		for _, n := range []uint64{100000, 1000000} {
			b.Run(fmt.Sprintf("%s/%d", f.name, n), func(b *testing.B) {
				t := pair(b, n, f.key, true)
				out := make([]Record, 64)
				var c GroupCursor
				got := 0
				for b.Loop() {
					for g := range Groups {
						for done := false; !done; {
							var k int
							k, done = t.Group(g, &c, out)
							got += k
						}
					}
				}
				if got != b.N*int(n) {
					b.Fatalf("%d entries, want %d", got/b.N, n)
				}
				b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(got), "ns/entry")
			})
		}
	}
}

// BenchmarkMerge takes over newer versions of entries that are there.
func BenchmarkMerge(b *testing.B) {
	const n = 1000000
	for _, f := range families {
		b.Run(f.name, func(b *testing.B) {
			t := pair(b, n, f.key, true)
			var w walk
			version := uint32(10000)
			for b.Loop() {
				version++
				r := Record{Key: f.key(w.below(n)), State: Trapped, Term: 1, Version: version, Expires: 3600 * second}
				if o := t.Merge(&r, 2*second); o != Done {
					b.Fatalf("outcome %d", o)
				}
			}
		})
	}
}
