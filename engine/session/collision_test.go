package session

import "testing"

// deafTable hashes all addresses of one /64 alike, so that their slots cannot
// be told apart.
func deafTable(t *testing.T) *Table {
	t.Helper()
	h := newHasher([16]byte{3})
	collide(&h)
	tab, err := build(&HeapArena{}, Config{Name: "deaf", Capacity: 1000}, h)
	if err != nil {
		t.Fatal(err)
	}
	if a, b := key6(1), key6(2); tab.hash.probe(&a, 5000) != tab.hash.probe(&b, 5000) {
		t.Fatal("keys do not collide: the test misses its case")
	}
	return tab
}

func TestCollisionNeverReportsTrapped(t *testing.T) {
	tab := deafTable(t)
	mustPut(t, tab, Record{Key: key6(1), State: Trapped, Expires: 10 * second}, second)
	if got := stateOf(tab, key6(2), second); got != Unknown {
		t.Errorf("an absent address is %d", got)
	}
	mustPut(t, tab, Record{Key: key6(2), State: Real, Expires: 10 * second}, second)
	mustPut(t, tab, Record{Key: key6(3), State: Probing, Expires: 10 * second}, second)
	for i, want := range []State{Unknown, Trapped, Real, Probing, Unknown} {
		if got := stateOf(tab, key6(uint64(i)), second); got != want {
			t.Errorf("address %d is %d, want %d", i, got, want)
		}
	}
	if o := tab.Delete(key6(2), 1<<Real, second); o != Done {
		t.Fatal(o)
	}
	if got := stateOf(tab, key6(2), second); got != Unknown {
		t.Errorf("a deleted address is %d", got)
	}
	if got := stateOf(tab, key6(3), second); got != Probing {
		t.Errorf("its neighbour is %d", got)
	}
	checkCounts(t, tab)
}

// Keys that all want one bucket fill its window of 16 buckets, then the
// table says Full and loses nothing.
func TestFullWindow(t *testing.T) {
	tab := deafTable(t)
	const window = levels * slotsPerBucket
	for i := range uint64(window) {
		mustPut(t, tab, Record{Key: key6(i), State: Trapped, Expires: 10 * second}, second)
	}
	extra := Record{Key: key6(window), State: Real, Expires: 100 * second}
	if o := tab.Put(&extra, anyState, second); o != Full {
		t.Fatalf("outcome %d, want full", o)
	}
	if got := tab.Stats().Full; got != 1 {
		t.Errorf("full counted %d times", got)
	}
	for i := range uint64(window) {
		if got := stateOf(tab, key6(i), second); got != Trapped {
			t.Errorf("address %d is %d", i, got)
		}
	}
	checkCounts(t, tab)
	// Expired entries are room, although nobody swept.
	mustPut(t, tab, extra, 20*second)
	if got := stateOf(tab, extra.Key, 20*second); got != Real || tab.Stats().Expired != 1 {
		t.Errorf("state %d, %+v", got, tab.Stats())
	}
	checkCounts(t, tab)
}
