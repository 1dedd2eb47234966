package session

import (
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
)

// twins are an author's table and that of its backup, of another size.
func twins(t *testing.T, deaf bool) (a, b *Table) {
	t.Helper()
	h := newHasher([16]byte{5})
	if deaf {
		collide(&h)
	}
	for i, tab := range []**Table{&a, &b} {
		var err error
		if *tab, err = build(&HeapArena{}, Config{Name: "twin", Capacity: []int{200, 30000}[i], Sync: true}, h); err != nil {
			t.Fatal(err)
		}
	}
	a.SetAuthor(1, true)
	b.SetAuthor(1, false)
	b.SetGrace(10 * second)
	return a, b
}

// ship brings the changes of a to b until there are none.
func ship(t *testing.T, a, b *Table, now int64, out []Record) {
	t.Helper()
	for a.Marked() {
		n := a.Changes(out)
		for i := range out[:n] {
			if o := b.Merge(&out[i], now); o != Done && o != Refused {
				t.Fatalf("Merge %+v: outcome %d", out[i], o)
			}
		}
	}
}

// content is what lies in a table, expired or not, but for Used.
func content(t *testing.T, tab *Table) map[Key]Record {
	t.Helper()
	m := map[Key]Record{}
	for i := range tab.entries {
		var r Record
		if s, ok := tab.readAt(placeOf(uint64(i)), &r); !ok {
			t.Fatalf("entry %d is taken", i)
		} else if s&slotState != 0 {
			r.Used = false
			m[r.Key] = r
		}
	}
	return m
}

func sameContent(t *testing.T, a, b *Table) {
	t.Helper()
	x, y := content(t, a), content(t, b)
	for k, r := range x {
		if y[k] != r {
			t.Fatalf("one table has %+v, the other %+v", r, y[k])
		}
	}
	if len(x) != len(y) {
		t.Fatalf("%d and %d entries", len(x), len(y))
	}
	for g := range Groups {
		if a.Digest(g) != b.Digest(g) {
			t.Fatalf("group %d: digests %#x and %#x", g, a.Digest(g), b.Digest(g))
		}
	}
}

// A backup that merges all changes of an author has its table: every entry,
// version and digest, whatever the sizes; also after they have changed roles.
// Keys are written faster than the clock of the versions ticks, removed and put
// elsewhere, expire, and lose their places to others.
func TestBackupFollowsItsAuthor(t *testing.T) {
	for _, deaf := range []bool{false, true} {
		for seed := range uint64(3) {
			rng := rand.New(rand.NewPCG(seed, 9))
			a, b := twins(t, deaf)
			now, out := 100*second, make([]Record, 7)
			for term := uint16(1); term < 4; term++ {
				for i := range 4000 {
					k := key6(rng.Uint64N(90))
					if i&1 == 0 {
						k = key4(rng.Uint64N(90))
					}
					switch rng.IntN(12) {
					case 0, 1, 2, 3, 4:
						r := sealed(k, Probing+State(rng.IntN(3)), rng.Uint64(), now+rng.Int64N(20*second))
						if o := a.Put(&r, anyState, now); o != Done {
							t.Fatal(o)
						}
					case 5, 6, 7, 8:
						a.Delete(k, anyState, now)
					case 9:
						now += rng.Int64N(second / 50)
					case 10:
						a.Scan(&Cursor{Part: rng.IntN(4), Parts: 4}, 1<<20, now, nil)
					case 11:
						if rng.IntN(20) == 0 {
							ship(t, a, b, now, out)
						}
					}
				}
				ship(t, a, b, now, out)
				// What lost its place to another key is expired: the backup
				// has it until its grace is over.
				now += 40 * second
				for _, tab := range []*Table{a, b} {
					tab.Scan(&Cursor{}, 1<<20, now, nil)
				}
				for i := range uint64(60) {
					mustPut(t, a, sealed(key6(i), Trapped, i, now+300*second), now)
					mustPut(t, a, sealed(key4(i), Real, i, now+300*second), now)
				}
				ship(t, a, b, now, out)
				sameContent(t, a, b)
				checkCounts(t, a)
				checkCounts(t, b)
				b.SetGrace(0)
				a.SetAuthor(term+1, false)
				b.SetAuthor(term+1, true)
				a.SetGrace(10 * second)
				b.ClearMarks()
				a, b = b, a
			}
		}
	}
}

// heal drops from b what a has no more, as a node does that finds digests that
// differ: a removal is not told when its place has another key by then.
func heal(t *testing.T, a, b *Table, now int64) {
	t.Helper()
	for g := range Groups {
		if a.Digest(g) == b.Digest(g) {
			continue
		}
		for _, r := range members(t, b, g) {
			if _, ok := a.Look(r.Key); ok {
				continue
			}
			if o := b.Drop(r.Key, r.Term, r.Version, now); o != Done {
				t.Fatalf("Drop %+v: outcome %d", r, o)
			}
		}
	}
	b.Walk(now, func(r *Record) bool { // proofs are in no digest: they end by themselves
		if _, ok := a.Get(r.Key, now); !ok && r.State == Probing {
			b.Drop(r.Key, r.Term, r.Version, now)
		}
		return true
	})
}

// members are the entries of a group by Group, in bits.
func members(t *testing.T, tab *Table, g int) (all []Record) {
	t.Helper()
	var c GroupCursor
	out := make([]Record, 3)
	for {
		n, done := tab.Group(g, &c, out)
		all = append(all, out[:n]...)
		if done {
			if c != (GroupCursor{}) {
				t.Fatalf("group %d: the cursor is not back at its start: %+v", g, c)
			}
			return all
		}
		if n == 0 {
			t.Fatalf("group %d: neither an entry nor the end", g)
		}
	}
}

// apart are n keys of which no two have one home in tab.
func apart(tab *Table, n int) (keys []Key) {
	homes := map[uint32]bool{}
	for i := uint64(0); len(keys) < n; i++ {
		for _, k := range []Key{key4(i), key6(i)} {
			if p := tab.hash.probe(&k, uint64(len(tab.buckets))); !homes[p.home] {
				homes[p.home] = true
				keys = append(keys, k)
			}
		}
	}
	return keys
}

// Four workers write as fast as they can while one ships their changes. At the
// end nothing was lost, and the digests are those of the contents. Keys that
// share places (deaf) lose the removals among them that another key covered.
func TestChangesLoseNothing(t *testing.T) {
	rounds := 40000
	if testing.Short() {
		rounds = 8000
	}
	for _, deaf := range []bool{false, true} {
		a, b := twins(t, deaf)
		b.SetGrace(0)
		keys := apart(a, 100)
		for i := range uint64(30) {
			if deaf {
				keys[i], keys[i+30] = key4(i), key6(i)
			}
		}
		var clock atomic.Int64
		clock.Store(second)
		var writers, taker sync.WaitGroup
		var stop atomic.Bool
		for w := range uint64(4) {
			writers.Go(func() {
				rng := rand.New(rand.NewPCG(w, 11))
				c := Cursor{Part: int(w), Parts: 4}
				for i := range rounds {
					now := clock.Add(1000)
					k := keys[rng.IntN(len(keys))]
					switch rng.IntN(8) {
					case 0, 1, 2:
						a.Delete(k, anyState, now)
					case 3:
						a.Scan(&c, 8, now, nil)
					default:
						r := sealed(k, Probing+State(rng.IntN(3)), uint64(i)<<2|w, now+3000*second)
						a.Put(&r, anyState, now)
					}
				}
			})
		}
		shipped := 0
		taker.Go(func() {
			out, groups := make([]Record, 16), make([]uint16, 5)
			for last := false; ; {
				n := a.Changes(out)
				for i := range out[:n] {
					if out[i].State != Unknown && torn(&out[i]) {
						t.Errorf("Changes: %+v", out[i])
					}
					b.Merge(&out[i], clock.Load())
				}
				shipped += n
				a.TakeChanged(groups)
				if n == 0 && last {
					return
				}
				last = stop.Load()
			}
		})
		writers.Wait()
		stop.Store(true)
		taker.Wait()
		if a.Marked() || shipped == 0 {
			t.Errorf("marks are left: %v; %d shipped", a.Marked(), shipped)
		}
		if deaf {
			heal(t, a, b, clock.Load())
		}
		sameContent(t, a, b)
		checkCounts(t, a)
		checkCounts(t, b)
	}
}
