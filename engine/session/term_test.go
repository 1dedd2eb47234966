package session

import (
	"math"
	"testing"
)

func TestNewer(t *testing.T) {
	// In ascending order; each but the first is newer than those before it.
	for _, order := range [][]Record{
		{{Term: 0, Version: 9, State: Real}, {Term: 1}, {Term: 1, State: Probing}, {Term: 1, State: Trapped}, {Term: 1, State: Real}, {Term: 1, Version: 1}, {Term: 2}, {Term: 0x7fff}},
		{{Term: 0xfffe}, {Term: 0xffff, Version: 7}, {Term: 1}, {Term: 2}},
		{{Term: 0, Version: 0xffffffff}, {Term: 0, Version: 0}, {Term: 0, Version: 1 << 30}, {Term: 0, Version: 1<<31 - 2}, {Term: 0xffff}},
	} {
		for i := range order {
			for j := range order {
				if got := order[i].Newer(&order[j]); got != (i > j) {
					t.Errorf("%+v newer than %+v: %v", order[i], order[j], got)
				}
			}
		}
	}
}

func TestVersionsOfAuthorAndBackup(t *testing.T) {
	tab := newTable(t, Config{Capacity: 100, Sync: true})
	now := int64(5) << 20
	check := func(what string, k Key, term uint16, version uint32) {
		t.Helper()
		if r, ok := tab.Get(k, now); !ok || r.Term != term || r.Version != version {
			t.Errorf("%s: %d/%d, want %d/%d", what, r.Term, r.Version, term, version)
		}
	}
	put := func(k Key) { t.Helper(); mustPut(t, tab, Record{Key: k, State: Trapped, Expires: now + 9*second}, now) }
	put(key6(1))
	check("insert at the clock", key6(1), 0, 5)
	put(key6(1))
	check("in the same tick", key6(1), 0, 6)
	now = 1000 << 20
	tab.SetAuthor(3, true)
	put(key6(1))
	check("a later tick, a new term", key6(1), 3, 1000)
	tab.SetAuthor(4, false)
	now += 1 << 30
	put(key6(1))
	put(key6(2))
	check("a backup's change", key6(1), 3, 1000)
	check("a backup's insert", key6(2), 0, 0)
	mustPut(t, tab, Record{Key: key6(1), State: Real, Expires: now + 9*second}, now)
	check("another state by a backup", key6(1), 0, 0)
	tab.Merge(&Record{Key: key6(1), Term: 4, Version: math.MaxUint32, State: Real, Expires: now + 9*second}, now)
	check("merged", key6(1), 4, math.MaxUint32)
	tab.SetAuthor(5, true)
	now = 1 << 20
	put(key6(1))
	check("over the wrap", key6(1), 5, 1)
	// A key that comes back, wherever, does not look older than its removal.
	for range 20 {
		put(key6(1))
	}
	check("many times in a tick", key6(1), 5, 21)
	tab.Delete(key6(1), anyState, now)
	out := make([]Record, 9)
	n := tab.Changes(out)
	var gone *Record
	for i := range out[:n] {
		if out[i].Key == key6(1) {
			gone = &out[i]
		}
	}
	if gone == nil || *gone != (Record{Key: key6(1), Term: 5, Version: 22}) {
		t.Fatalf("the removal is told as %+v", gone)
	}
	put(key6(3)) // any other place
	check("after a removal", key6(3), 5, 22)
}

// An expired entry goes a grace later, unless an insert needs its place; for
// all others it is Unknown from Expires on. The author tells, a backup does not.
func TestGrace(t *testing.T) {
	for _, author := range []bool{true, false} {
		tab := newTable(t, Config{Capacity: 100, Sync: true})
		tab.SetAuthor(2, author)
		tab.SetGrace(5 * second)
		mustPut(t, tab, Record{Key: key4(1), State: Trapped, Expires: 10 * second}, second)
		tab.ClearMarks()
		sweep := func(now int64, out []Record) bool {
			if n, wrapped := tab.Scan(&Cursor{}, 1<<20, now, out); n != 0 || !wrapped {
				t.Errorf("Scan copies %d expired entries", n)
			}
			return tab.total.Load() == 0
		}
		if sweep(15*second-1, nil) || sweep(15*second-1, make([]Record, 2)) {
			t.Error("removed before its grace was over")
		}
		if stateOf(tab, key4(1), 10*second) != Unknown || tab.Marked() {
			t.Error("alive in its grace, or marked without a change")
		}
		if !sweep(15*second, make([]Record, 2)) {
			t.Error("still there after its grace")
		}
		var out [2]Record
		n := tab.Changes(out[:])
		if author != (n == 1) || author && out[0] != (Record{Key: key4(1), Term: 2, Version: uint32(15 * second >> 20)}) {
			t.Errorf("author %v: %d changes, %+v", author, n, out[0])
		}
		checkCounts(t, tab)
	}
}

func TestProvenIsCut(t *testing.T) {
	const most = (1<<47 - 1) * microsecond
	for in, want := range map[int64]int64{
		0: 0, 999: 0, 1000: 1000, 123456789: 123456000, -1: -1000, -1000: -1000, -1001: -2000, -77 * second: -77 * second,
		most: most, most + 1e6: most, -most: -most, math.MaxInt64: most, math.MinInt64: -most,
	} {
		for _, term := range []uint16{0, 1, 0x8000, 0xffff} {
			w := provenWord(term, in)
			if got := provenOf(w); got != want || Cut(in) != want || uint16(w>>48) != term {
				t.Errorf("%d under term %d: %d (Cut %d) under %d, want %d", in, term, got, Cut(in), w>>48, want)
			}
		}
	}
}
