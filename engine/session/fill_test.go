package session

import (
	"fmt"
	"math/rand/v2"
	"testing"
)

// patterns are keys as scans, hosts and plain chance make them.
var patterns = []struct {
	name string
	key  func(i uint64, r *rand.Rand) Key
}{
	{"v4 sequential", func(i uint64, _ *rand.Rand) Key { return key4(i) }},
	{"v4 every 256th", func(i uint64, _ *rand.Rand) Key {
		return Key{Lo: 0xffff<<32 | i<<8&0xffffffff | i>>24, Net: 7, Kind: KindAddress}
	}},
	{"v4 every network", func(i uint64, _ *rand.Rand) Key {
		return Key{Lo: 0xffff<<32 | 0x0a000000 | i>>12, Net: uint16(i & 0xfff), Kind: KindAddress}
	}},
	{"v4 random", func(i uint64, r *rand.Rand) Key {
		return Key{Lo: 0xffff<<32 | uint64(r.Uint32()), Net: uint16(i), Kind: KindAddress}
	}},
	{"v6 sequential", func(i uint64, _ *rand.Rand) Key { return key6(i) }},
	{"v6 high bits", func(i uint64, _ *rand.Rand) Key { return Key{Hi: i << 40, Lo: i << 44, Net: 7, Kind: KindAddress} }},
	{"v6 random", func(_ uint64, r *rand.Rand) Key {
		return Key{Hi: r.Uint64(), Lo: r.Uint64(), Net: 7, Kind: KindAddress}
	}},
	{"mixed", func(i uint64, _ *rand.Rand) Key {
		if i&1 == 0 {
			return key4(i)
		}
		return key6(i)
	}},
}

func TestInsertsSucceedToNinetyPercent(t *testing.T) {
	sizes := []int{1000, 10000, 100000, 1000000}
	if testing.Short() {
		sizes = sizes[:2]
	}
	for _, n := range sizes {
		for i, p := range patterns {
			if n == 1000000 && i%4 != 0 { // the largest: one pattern of each family
				continue
			}
			t.Run(fmt.Sprintf("%d/%s", n, p.name), func(t *testing.T) {
				tab := newTable(t, Config{Capacity: n, Key: [16]byte{byte(n >> 8)}})
				r := rand.New(rand.NewPCG(1, 2))
				for i := 0; tab.total.Load() < int64(n)*9/10; i++ {
					rec := Record{Key: p.key(uint64(i), r), State: Trapped, Expires: 10 * second}
					if o := tab.Put(&rec, anyState, second); o != Done {
						t.Fatalf("insert %d of %d: outcome %d", i, n, o)
					}
				}
				if l := highest(tab); l > 8 {
					t.Errorf("a key went to level %d of %d", l, levels-1)
				}
			})
		}
	}
}

// A table that is kept at 90 % while its entries come and go does not decay.
func TestInsertsSucceedUnderChurn(t *testing.T) {
	const n = 20000
	tab := newTable(t, Config{Capacity: n})
	r := rand.New(rand.NewPCG(3, 4))
	var keys []Key
	turns := uint64(20 * n)
	if testing.Short() {
		turns = 4 * n
	}
	for i := range turns {
		if len(keys) == n*9/10 {
			j := r.IntN(len(keys))
			if o := tab.Delete(keys[j], anyState, second); o != Done {
				t.Fatal(o)
			}
			keys[j] = keys[len(keys)-1]
			keys = keys[:len(keys)-1]
		}
		k := patterns[7].key(i, r)
		mustPut(t, tab, Record{Key: k, State: Trapped, Expires: 10 * second}, second)
		keys = append(keys, k)
	}
	if l := highest(tab); l > 8 {
		t.Errorf("a key went to level %d of %d", l, levels-1)
	}
	checkCounts(t, tab)
	for _, k := range keys {
		if stateOf(tab, k, second) != Trapped {
			t.Fatalf("%+v was lost", k)
		}
	}
}

// highest is the highest level that any key lies on.
func highest(tab *Table) (l uint64) {
	for b := range tab.buckets {
		for i := range tab.buckets[b].slot {
			l = max(l, tab.buckets[b].slot[i].Load()&slotLevel>>levelShift)
		}
	}
	return l
}
