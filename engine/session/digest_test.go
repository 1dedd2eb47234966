package session

import (
	"math/rand/v2"
	"testing"
)

// Tables of one key agree on groups and digests, whatever they hold room for;
// those of another key do not.
func TestDigestsDoNotDependOnTheCapacity(t *testing.T) {
	key := [16]byte{1, 2, 3}
	small := newTable(t, Config{Capacity: 700, Key: key, Sync: true})
	large := newTable(t, Config{Capacity: 40000, Key: key, Sync: true})
	other := newTable(t, Config{Capacity: 700, Key: [16]byte{9}, Sync: true})
	rng := rand.New(rand.NewPCG(1, 4))
	groups := map[int]bool{}
	for i := range uint64(600) {
		r := Record{Key: patterns[7].key(i, rng), State: Trapped + State(i/2%2), Term: uint16(i), Version: rng.Uint32(), Expires: 9 * second}
		for _, tab := range []*Table{small, large, other} {
			if o := tab.Merge(&r, second); o != Done {
				t.Fatal(o)
			}
		}
		if small.GroupOf(&r.Key) != large.GroupOf(&r.Key) || small.DigestOf(&r) != large.DigestOf(&r) {
			t.Fatalf("%+v: groups or digests differ", r)
		}
		groups[small.GroupOf(&r.Key)] = true
	}
	sameContent(t, small, large)
	if small.DigestAll() == other.DigestAll() || small.DigestAll() == 0 {
		t.Error("the digest does not depend on the key of the table")
	}
	if len(groups) < 500 { // 600 of 16,384: about 11 meet another
		t.Errorf("600 keys lie in %d groups", len(groups))
	}
}

// A digest is of Key, Term, Version and State, and of nothing else.
func TestWhatADigestIsOf(t *testing.T) {
	tab := newTable(t, Config{Capacity: 100, Sync: true})
	r := Record{Key: key6(1), State: Trapped, Term: 3, Version: 77}
	seen := map[uint64]bool{tab.DigestOf(&r): true}
	for i, change := range []func(r *Record){
		func(r *Record) { r.Hi++ }, func(r *Record) { r.Lo++ }, func(r *Record) { r.Net++ }, func(r *Record) { r.Kind++ },
		func(r *Record) { r.Key = key4(1) }, func(r *Record) { r.State = Real },
		func(r *Record) { r.Term++ }, func(r *Record) { r.Version++ }, func(r *Record) { r.Term, r.Version = 77, 3 },
	} {
		c := r
		change(&c)
		if d := tab.DigestOf(&c); seen[d] || d == 0 {
			t.Errorf("change %d: digest %#x is not new", i, d)
		} else {
			seen[d] = true
		}
	}
	c := r
	c.MAC, c.Askers, c.Owner, c.Expires, c.Proven, c.Used = [6]byte{1}, [2][6]byte{{2}}, 3, 4, 5, true
	if tab.DigestOf(&c) != tab.DigestOf(&r) {
		t.Error("other fields change the digest")
	}
	for _, st := range []State{Unknown, Probing} {
		if c.State = st; tab.DigestOf(&c) != 0 {
			t.Errorf("state %d has a digest", st)
		}
	}
}

func TestTakeChangedTellsEachGroupOnce(t *testing.T) {
	tab := newTable(t, Config{Capacity: 5000, Sync: true})
	want := map[uint16]bool{}
	put := func(i uint64, st State) {
		k := key6(i)
		mustPut(t, tab, Record{Key: k, State: st, Expires: 9 * second}, second)
		if st >= Trapped {
			want[uint16(tab.GroupOf(&k))] = true
		}
	}
	for i := range uint64(2000) {
		put(i, Probing+State(i%3))
	}
	take := func() {
		t.Helper()
		var out [37]uint16
		for {
			n := tab.TakeChanged(out[:])
			for _, g := range out[:n] {
				if !want[g] {
					t.Fatalf("group %d did not change, or was told already", g)
				}
				delete(want, g)
			}
			if n < len(out) {
				break
			}
		}
		if len(want) != 0 {
			t.Fatalf("%d groups were not told", len(want))
		}
	}
	take()
	put(1, Trapped)
	k := key6(2)
	tab.Delete(k, anyState, second)
	want[uint16(tab.GroupOf(&k))] = true
	take()
	if n := tab.TakeChanged(make([]uint16, 3)); n != 0 {
		t.Errorf("%d groups of a table at rest", n)
	}
}

// Without Config.Sync all of it is there, and silent.
func TestTableWithoutSync(t *testing.T) {
	tab := newTable(t, Config{Capacity: 100})
	mustPut(t, tab, Record{Key: key4(1), State: Trapped, Expires: 9 * second}, second)
	var out [4]Record
	var groups [4]uint16
	tab.ClearMarks()
	if tab.Marked() || tab.Changes(out[:]) != 0 || tab.TakeChanged(groups[:]) != 0 || tab.DigestAll() != 0 || tab.Digest(5) != 0 {
		t.Error("a table without a peer keeps marks or digests")
	}
	r := Record{Key: key4(1), Term: 1, State: Real, Expires: 9 * second}
	if o := tab.Merge(&r, second); o != Done || stateOf(tab, r.Key, second) != Real {
		t.Errorf("Merge: outcome %d", o)
	}
	k := key4(1)
	var c GroupCursor
	if n, done := tab.Group(tab.GroupOf(&k), &c, out[:]); n != 1 || !done || out[0].Term != 1 {
		t.Errorf("Group: %d %v %+v", n, done, out[0])
	}
}
