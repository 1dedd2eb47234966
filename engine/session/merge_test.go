package session

import (
	"math/rand/v2"
	"testing"
)

// Any order of the same records, some of them more than once, gives the same
// table: 40 versions of each of 30 keys, of several terms, some of them expired.
func TestMergeInAnyOrder(t *testing.T) {
	rng := rand.New(rand.NewPCG(2, 8))
	now := 100 * second
	var recs []Record
	for i := range uint64(30) {
		for range 40 {
			k := key6(i)
			if i%2 == 0 {
				k = key4(i)
			}
			// Near the wraps, where order is not that of numbers. What a version
			// says follows from it.
			term, version, st := []uint16{0, 0xfffe, 0xffff, 1, 2}[rng.IntN(5)], uint32(rng.IntN(20))-10, Probing+State(rng.IntN(3))
			n := uint64(term) + uint64(version) + uint64(st)
			r := sealed(k, st, n, now+int64(n%7)*second-second)
			r.Term, r.Version = term, version
			recs = append(recs, r)
		}
	}
	var first *Table
	for turn := range 20 {
		tab := newTable(t, Config{Capacity: 700 + 5000*turn, Sync: true})
		tab.SetAuthor(9, turn%2 == 0)
		order := rng.Perm(len(recs))
		for range 300 {
			order = append(order, rng.IntN(len(recs)))
		}
		for _, i := range order {
			if o := tab.Merge(&recs[i], now); o != Done && o != Refused {
				t.Fatal(o)
			}
		}
		if tab.Marked() {
			t.Fatal("Merge leaves marks")
		}
		checkCounts(t, tab)
		if first == nil {
			first = tab
		}
		sameContent(t, first, tab)
	}
	if n := first.total.Load(); n != 30 {
		t.Errorf("%d entries, want 30", n)
	}
}

func TestMergeTakesARecordAsItIs(t *testing.T) {
	tab := newTable(t, Config{Capacity: 100, Quota: [NumStates]int{Real: 1}, Sync: true})
	r := sealed(key6(1), Real, 0x123456, 50*second)
	r.Term, r.Version, r.Proven = 0x8001, 0xfffffffe, -77*second
	if o := tab.Merge(&r, second); o != Done {
		t.Fatal(o)
	}
	if got, ok := tab.Get(r.Key, second); !ok || got != r {
		t.Errorf("merged %+v, got %+v", r, got)
	}
	if o := tab.Merge(&r, second); o != Refused {
		t.Errorf("the same again: outcome %d", o)
	}
	late := r
	late.Version++
	late.Expires = second * 1e6
	if o := tab.Merge(&late, second); o != Done {
		t.Fatal(o)
	}
	if got, _ := tab.Get(r.Key, second); got.Expires != second+MaxLifetime {
		t.Errorf("expires %d", got.Expires)
	}
	more := r
	more.Key = key6(2)
	if o := tab.Merge(&more, second); o != Quota {
		t.Errorf("a second real host: outcome %d, want quota", o)
	}
	for _, c := range []struct {
		version uint32
		state   State
		want    Outcome
	}{{late.Version - 1, Unknown, Refused}, {late.Version, Unknown, Refused}, {late.Version, Trapped, Refused},
		{late.Version + 1, NumStates, Refused}, {late.Version + 1, Unknown, Done}, {late.Version + 2, Unknown, Refused}} {
		gone := Record{Key: r.Key, Term: r.Term, Version: c.version, State: c.state, Expires: 9 * second}
		if o := tab.Merge(&gone, second); o != c.want {
			t.Errorf("version %#x state %d: outcome %d, want %d", c.version, c.state, o, c.want)
		}
	}
	checkCounts(t, tab)
}

func TestMergeBesideAStoppedWriter(t *testing.T) {
	tab := newTable(t, Config{Capacity: 100, Sync: true})
	mustPut(t, tab, Record{Key: key6(1), State: Trapped, Expires: 9 * second}, second)
	tab.ClearMarks()
	stop(t, tab, key6(1))
	for _, st := range []State{Real, Unknown} {
		if o := tab.Merge(&Record{Key: key6(1), Term: 1, State: st, Expires: 9 * second}, second); o != Contended {
			t.Errorf("state %d: outcome %d, want contended", st, o)
		}
	}
	if o := tab.Drop(key6(1), 0, 953, second); o != Contended {
		t.Errorf("Drop: outcome %d, want contended", o)
	}
	if n := tab.Stats().Contended; n != 3 {
		t.Errorf("counted %d times", n)
	}
}
