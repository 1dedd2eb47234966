package session

import (
	"fmt"
	"math/rand/v2"
	"testing"
)

// checkGroups compares Group of every group with the entries of the table,
// expired or not.
func checkGroups(t *testing.T, tab *Table) (displaced int) {
	t.Helper()
	want := map[Key]Record{}
	tab.Walk(0, func(r *Record) bool {
		if r.State >= Trapped {
			want[r.Key] = *r
		}
		return true
	})
	for g := range Groups {
		for _, r := range members(t, tab, g) {
			if w, ok := want[r.Key]; !ok || w != r || tab.GroupOf(&r.Key) != g {
				t.Fatalf("group %d (of %d): %+v, want %+v", g, tab.GroupOf(&r.Key), r, w)
			}
			delete(want, r.Key) // a second copy fails above
		}
	}
	for _, r := range want {
		t.Fatalf("in no group, but in %d: %+v (%d missing)", tab.GroupOf(&r.Key), r, len(want))
	}
	for b := range tab.buckets {
		if tab.buckets[b].displaced() != 0 {
			displaced++
		}
	}
	return displaced
}

// Every group of full tables has just its entries, each once, of both
// families, whatever part of them is displaced.
func TestGroupsPartitionTheTable(t *testing.T) {
	sizes := []int{1000, 7000, 30000, 100000}
	if testing.Short() {
		sizes = sizes[:3]
	}
	for _, n := range sizes {
		t.Run(fmt.Sprint(n), func(t *testing.T) {
			tab := newTable(t, Config{Capacity: n, Key: [16]byte{byte(n)}, Sync: true})
			rng := rand.New(rand.NewPCG(uint64(n), 3))
			for i := range uint64(n) * 95 / 100 {
				r := Record{Key: patterns[7].key(i, rng), State: Probing + State(rng.IntN(3)), Expires: 9*second + rng.Int64N(second)}
				mustPut(t, tab, r, second)
			}
			if d := checkGroups(t, tab); d == 0 && n > 1000 { // in the least of tables there is room
				t.Error("no key is displaced: the test misses its case")
			}
			for i := range uint64(n) / 2 {
				tab.Delete(patterns[7].key(i, rng), anyState, second)
			}
			checkGroups(t, tab)
			checkCounts(t, tab)
		})
	}
}

// All keys of a network have one home and fill 16 levels of it.
func TestGroupOfKeysThatCollide(t *testing.T) {
	h := newHasher([16]byte{3})
	collide(&h)
	for _, n := range []int{300, 100000} {
		tab, err := build(&HeapArena{}, Config{Name: "deaf", Capacity: n, Sync: true}, h)
		if err != nil {
			t.Fatal(err)
		}
		for net := range uint16(200) { // homes all over the table, also near its end
			k := key6(uint64(net))
			for i := range uint64(levels * slotsPerBucket) {
				k.Net, k.Lo = net, i
				r := Record{Key: k, State: Trapped, Expires: 9 * second}
				if o := tab.Put(&r, anyState, second); o != Done && o != Full {
					t.Fatal(o)
				}
			}
		}
		if l := highest(tab); l != levels-1 {
			t.Errorf("keys reach level %d, want all", l)
		}
		checkGroups(t, tab)
		checkCounts(t, tab)
	}
}

// A place that a writer holds does not end the walk.
func TestGroupBesideAStoppedWriter(t *testing.T) {
	tab := newTable(t, Config{Capacity: 1000, Sync: true})
	for i := range uint64(500) {
		mustPut(t, tab, Record{Key: key6(i), State: Real, Expires: 9 * second}, second)
	}
	k := key6(77)
	stop(t, tab, k)
	seen := 0
	for g := range Groups {
		seen += len(members(t, tab, g))
	}
	if seen != 499 {
		t.Errorf("%d entries, want all but the one", seen)
	}
}
