package session

import (
	"fmt"
	"sync/atomic"
	"syscall"
	"testing"

	"mire/dpdk/burst"
)

const second = int64(1e9)

// hugeArena is memory as the hugepages of production: anonymous pages for
// which the kernel is asked to use its large size.
type hugeArena struct{ mem []byte }

func (a *hugeArena) Reserve(_ string, size uintptr) ([]byte, error) {
	mem, err := syscall.Mmap(-1, 0, int(size)+4<<20, syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_ANON|syscall.MAP_PRIVATE)
	if err != nil {
		return nil, err
	}
	a.mem = mem
	if err := syscall.Madvise(mem, 14); err != nil { // MADV_HUGEPAGE
		return nil, err
	}
	return mem[:size:size], nil
}

func (a *hugeArena) Release(string) error { return syscall.Munmap(a.mem) }

// key4 and key6 are different addresses for different i; neighbours in i are
// neighbours in the network.
func key4(i uint64) Key { return Key{Lo: 0xffff<<32 | (0x0a000000 + i), Net: 7, Kind: KindAddress} }
func key6(i uint64) Key { return Key{Hi: 0x20010db8_00000001, Lo: i, Net: 7, Kind: KindAddress} }

// walk is a cheap sequence of numbers below n that no cache can foresee.
type walk uint64

func (w *walk) below(n uint64) uint64 {
	*w = *w*6364136223846793005 + 1442695040888963407
	return (uint64(*w) >> 32) * n >> 32
}

func filled(tb testing.TB, a Arena, n uint64, key func(uint64) Key) *Table {
	tb.Helper()
	t, err := New(a, Config{Name: "bench", Capacity: int(n), Key: [16]byte{1, 2, 3}})
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if err := t.Close(); err != nil {
			tb.Error(err)
		}
	})
	for i := range n {
		r := Record{Key: key(i), State: Trapped, Expires: 3600 * second}
		if o := t.Put(&r, 1<<Unknown, second); o != Done {
			tb.Fatalf("entry %d of %d: outcome %d", i, n, o)
		}
	}
	return t
}

var families = []struct {
	name string
	key  func(uint64) Key
}{{"v4", key4}, {"v6", key6}}

var sizes = []struct {
	name string
	n    uint64
}{{"1k", 1000}, {"1M", 1000000}, {"10M", 10000000}}

// lookups runs States over random trapped addresses and reports ns a packet.
// Each was asked for before: only a first hit writes its used bit.
func lookups(b *testing.B, t *Table, n uint64, key func(uint64) Key) {
	var keys [burst.Size]Key
	var out [burst.Size]State
	var w walk
	miss := 0
	for i := uint64(0); i < n; i += burst.Size {
		for j := range keys {
			keys[j] = key(min(i+uint64(j), n-1))
		}
		t.States(^burst.Mask(0), &keys, &out, 2*second)
	}
	for b.Loop() {
		for i := range keys {
			keys[i] = key(w.below(n))
		}
		t.States(^burst.Mask(0), &keys, &out, 2*second)
		for i := range out {
			if out[i] != Trapped {
				miss++
			}
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/burst.Size, "ns/packet")
	if miss != 0 {
		b.Fatalf("%d of %d trapped addresses were not found", miss, b.N*burst.Size)
	}
}

// BenchmarkKeys is what the making of the keys costs in the lookups below.
func BenchmarkKeys(b *testing.B) {
	var keys [burst.Size]Key
	var w walk
	for b.Loop() {
		for i := range keys {
			keys[i] = families[0].key(w.below(1000000))
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/burst.Size, "ns/packet")
}

// BenchmarkStates64 includes the making of 64 keys (BenchmarkKeys).
func BenchmarkStates64(b *testing.B) {
	for _, f := range families {
		for _, s := range sizes {
			b.Run(f.name+"/"+s.name, func(b *testing.B) {
				lookups(b, filled(b, &hugeArena{}, s.n, f.key), s.n, f.key)
			})
		}
	}
}

// BenchmarkStates64Heap is the same on pages of 4 KiB.
func BenchmarkStates64Heap(b *testing.B) {
	for _, f := range families {
		b.Run(f.name+"/10M", func(b *testing.B) {
			lookups(b, filled(b, &HeapArena{}, 10000000, f.key), 10000000, f.key)
		})
	}
}

// BenchmarkStates64Absent looks for addresses that have no entry.
func BenchmarkStates64Absent(b *testing.B) {
	for _, f := range families {
		for _, s := range sizes {
			b.Run(f.name+"/"+s.name, func(b *testing.B) {
				t := filled(b, &hugeArena{}, s.n, f.key)
				var keys [burst.Size]Key
				var out [burst.Size]State
				var w walk
				for b.Loop() {
					for i := range keys {
						keys[i] = f.key(s.n + w.below(s.n))
					}
					t.States(^burst.Mask(0), &keys, &out, 2*second)
				}
				b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/burst.Size, "ns/packet")
			})
		}
	}
}

// BenchmarkStates64StoppedWriter has writers stopped in the middle of updates
// of 64 other addresses, and one in the middle of an insert.
func BenchmarkStates64StoppedWriter(b *testing.B) {
	for _, f := range families {
		for _, s := range sizes[:2] {
			b.Run(f.name+"/"+s.name, func(b *testing.B) {
				t := filled(b, &hugeArena{}, s.n, f.key)
				const stopped = 64
				for i := range uint64(stopped) {
					stop(b, t, f.key(s.n-1-i))
				}
				lookups(b, t, s.n-stopped, f.key)
			})
		}
	}
}

func stop(tb testing.TB, t *Table, k Key) {
	tb.Helper()
	p := t.hash.probe(&k, uint64(len(t.buckets)))
	at, f := t.find(p, &k)
	if f != hit {
		tb.Fatalf("%+v is not in the table", k)
	}
	if _, ok := t.entryAt(at).take(); !ok {
		tb.Fatalf("%+v is taken already", k)
	}
	t.buckets[p.home].own.Or(insertLock)
}

// BenchmarkPut refreshes random entries.
func BenchmarkPut(b *testing.B) {
	for _, f := range families {
		for _, s := range sizes {
			b.Run(f.name+"/refresh/"+s.name, func(b *testing.B) {
				t := filled(b, &hugeArena{}, s.n, f.key)
				var w walk
				for b.Loop() {
					r := Record{Key: f.key(w.below(s.n)), State: Trapped, Expires: 4000 * second}
					if o := t.Put(&r, 1<<Trapped, 2*second); o != Done {
						b.Fatalf("outcome %d", o)
					}
				}
			})
		}
		b.Run(f.name+"/insert+delete/1M", func(b *testing.B) {
			t := filled(b, &hugeArena{}, 1000000, f.key)
			var w walk
			for b.Loop() {
				k := f.key(w.below(1000000))
				r := Record{Key: k, State: Trapped, Expires: 4000 * second}
				if o := t.Delete(k, 1<<Trapped, 2*second); o != Done {
					b.Fatalf("delete: outcome %d", o)
				}
				if o := t.Put(&r, 1<<Unknown, 2*second); o != Done {
					b.Fatalf("put: outcome %d", o)
				}
			}
		})
	}
}

// BenchmarkPutParallel has every worker refresh entries while one of them may
// meet another: contended writes are reported.
func BenchmarkPutParallel(b *testing.B) {
	t := filled(b, &hugeArena{}, 1000000, key4)
	var seed atomic.Uint64
	b.RunParallel(func(pb *testing.PB) {
		w := walk(seed.Add(1) << 40)
		for pb.Next() {
			r := Record{Key: key4(w.below(1000000)), State: Trapped, Expires: 4000 * second}
			t.Put(&r, 1<<Trapped, 2*second)
		}
	})
	b.ReportMetric(float64(t.Stats().Contended), "contended")
}

// BenchmarkHash is the cost of placing a key.
func BenchmarkHash(b *testing.B) {
	for _, f := range families {
		b.Run(f.name, func(b *testing.B) {
			h := newHasher([16]byte{1})
			k := f.key(1)
			var sum uint32
			for b.Loop() {
				for range 64 {
					k.Lo++
					sum += h.probe(&k, 2040817).home
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/64, "ns/key")
			if sum == 1 {
				fmt.Print()
			}
		})
	}
}
