package session

import (
	"math/rand/v2"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"

	"mire/dpdk/burst"
)

// sealed makes a record whose every field follows from n.
func sealed(k Key, st State, n uint64, expires int64) Record {
	n &= 1<<46 - 1 // what Proven can hold, in microseconds
	r := Record{Key: k, State: st, Owner: uint8(n), Proven: int64(n) * microsecond, Expires: expires}
	for i := range r.MAC {
		r.MAC[i] = byte(n >> i)
		r.Askers[0][i] = byte(n>>i) + 1
		r.Askers[1][i] = byte(n>>i) + 2
	}
	return r
}

// torn tells whether r mixes two records.
func torn(r *Record) bool {
	want := sealed(r.Key, r.State, uint64(r.Proven/microsecond), r.Expires)
	want.Used, want.Term, want.Version = r.Used, r.Term, r.Version
	return *r != want
}

// Four workers do everything at once on few keys, of which half cannot be told
// apart by their slots. Nobody ever sees half a record, a key that is not in
// use, or another worker's key; afterwards every count is right.
func TestHammer(t *testing.T) {
	h := newHasher([16]byte{3})
	collide(&h)
	tab, err := build(&HeapArena{}, Config{Name: "hammer", Sync: true, Capacity: 300, Quota: [NumStates]int{Real: 25}, NetQuota: [NumStates]int{Trapped: 20}}, h)
	if err != nil {
		t.Fatal(err)
	}
	const workers = 4
	rounds := 30000
	if testing.Short() {
		rounds = 6000
	}
	key := func(i uint64) Key {
		if i&1 == 0 {
			return key4(i)
		}
		return key6(i)
	}
	var clock atomic.Int64
	clock.Store(second)
	var wg sync.WaitGroup
	for w := range workers {
		wg.Go(func() {
			rng := rand.New(rand.NewPCG(uint64(w), 5))
			c := Cursor{Part: w, Parts: workers}
			var keys [burst.Size]Key
			var out [burst.Size]State
			recs := make([]Record, 8)
			own := key4(1000 + uint64(w)) // nobody else writes it
			var cols columns
			var f Finder
			for i := range rounds {
				now := clock.Add(1000)
				k := key(rng.Uint64N(64))
				switch rng.IntN(10) {
				case 0, 1, 2:
					r := sealed(k, Probing+State(rng.IntN(3)), uint64(i)<<2|uint64(w), now+rng.Int64N(400000))
					tab.Put(&r, anyState, now)
				case 3:
					tab.Delete(k, anyState, now)
				case 4:
					for j := range keys {
						keys[j] = key(rng.Uint64N(64))
					}
					keys[9], keys[10] = key6(99999), own
					tab.States(^burst.Mask(0), &keys, &out, now)
					if out[9] != Unknown {
						t.Errorf("an address nobody wrote is %d", out[9])
					}
					for j := range keys {
						cols.set4(j, key4(rng.Uint64N(64)), Destinations, 1)
						cols.set6(j, key6(rng.Uint64N(64)))
					}
					cols.set4(10, own, Destinations, 1)
					cols.set6(9, key6(99999))
					four := tab.States4(^burst.Mask(0), &cols.pairs, Destinations, 7, now, &f)
					six := tab.States6(^burst.Mask(0), &cols.hi, &cols.lo, 7, now, &f)
					if four.State(10) != Unknown || six.State(9) != Unknown {
						t.Errorf("by column, an address that is not in the table is %d, another %d", four.State(10), six.State(9))
					}
				case 5:
					if r, ok := tab.Get(k, now); ok && (torn(&r) || r.Key != k || r.Expires <= now) {
						t.Errorf("Get %+v at %d: %+v", k, now, r)
					}
				case 6:
					n, _ := tab.Scan(&c, 50, now, recs)
					for j := range recs[:n] {
						if torn(&recs[j]) {
							t.Errorf("Scan: %+v", recs[j])
						}
					}
				case 8:
					r := sealed(k, State(rng.IntN(4)), uint64(i)<<2|uint64(w), now+rng.Int64N(400000))
					r.Term, r.Version = uint16(rng.IntN(3)), uint32(rng.IntN(1<<12))
					tab.Merge(&r, now)
				case 9:
					if r, ok := tab.Get(k, now); ok {
						tab.Drop(k, r.Term, r.Version, now)
					}
				case 7:
					r := sealed(own, Trapped, uint64(i), now+MaxLifetime)
					if o := tab.Put(&r, anyState, now); o == Done {
						if got := stateOf(tab, own, now); got != Trapped {
							t.Errorf("own address is %d right after it was trapped", got)
						}
						cols.set4(0, own, Sources, 1)
						if found := tab.States4(1, &cols.pairs, Sources, 7, now, &f); found[Trapped] != 1 {
							t.Errorf("by column, own address is %d right after it was trapped", found.State(0))
						}
						if o := tab.Delete(own, 1<<Trapped, now); o != Done {
							t.Errorf("own address cannot be deleted: outcome %d", o)
						}
					}
				}
			}
		})
	}
	stopWalk := make(chan struct{})
	var walker sync.WaitGroup
	walker.Go(func() {
		var group GroupCursor
		recs, groups := make([]Record, 5), make([]uint16, 5)
		for {
			select {
			case <-stopWalk:
				return
			default:
			}
			tab.Walk(clock.Load(), func(r *Record) bool {
				if torn(r) {
					t.Errorf("Walk: %+v", *r)
				}
				return true
			})
			tab.Stats()
			for i := range tab.TakeChanged(groups) {
				n, _ := tab.Group(int(groups[i]), &group, recs)
				group = GroupCursor{}
				for j := range recs[:n] {
					if torn(&recs[j]) || tab.GroupOf(&recs[j].Key) != int(groups[i]) {
						t.Errorf("Group %d: %+v", groups[i], recs[j])
					}
				}
			}
			n := tab.Changes(recs)
			for j := range recs[:n] {
				if recs[j].State != Unknown && torn(&recs[j]) {
					t.Errorf("Changes: %+v", recs[j])
				}
			}
			tab.SetAuthor(uint16(n), n%2 == 0)
		}
	})
	wg.Wait()
	close(stopWalk)
	walker.Wait()
	checkCounts(t, tab)
	if s := tab.Stats(); s.Inserts == 0 || s.Expired == 0 || s.Deleted == 0 || s.Quota == 0 {
		t.Errorf("too little happened: %+v", s)
	}
}

// Workers that insert the same new keys at the same moment end up with one
// place for each.
func TestInsertRace(t *testing.T) {
	tab := newTable(t, Config{Capacity: 5000})
	const workers, n = 4, 4000
	var wg sync.WaitGroup
	var done atomic.Int64
	for range workers {
		wg.Go(func() {
			for i := range uint64(n) {
				r := Record{Key: key6(i), State: Probing, Expires: 10 * second}
				if tab.Put(&r, 1<<Unknown, second) == Done {
					done.Add(1)
				}
			}
		})
	}
	wg.Wait()
	checkCounts(t, tab)
	if d, c := done.Load(), tab.total.Load(); d != c {
		t.Errorf("%d inserts said done, %d entries are there", d, c)
	}
}

// One worker does nothing but rewrite one record, the others nothing but read it.
func TestReadersNeverSeeHalfARecord(t *testing.T) {
	tab := newTable(t, Config{Capacity: 10})
	k := key6(1)
	mustPut(t, tab, sealed(k, Real, 0, 10*second), second)
	var stop atomic.Bool
	var writer, readers sync.WaitGroup
	writer.Go(func() {
		for n := uint64(1); !stop.Load(); n += 0x0101010101 {
			r := sealed(k, Real, n, 10*second)
			if o := tab.Put(&r, 1<<Real, second); o != Done {
				t.Errorf("the only writer: outcome %d", o)
				return
			}
		}
	})
	for range 2 {
		readers.Go(func() {
			for read := 0; read < 100000; {
				r, ok := tab.Get(k, second)
				if !ok {
					runtime.Gosched()
					continue
				}
				read++
				if torn(&r) {
					t.Errorf("half a record: %+v", r)
					return
				}
			}
		})
	}
	readers.Wait()
	stop.Store(true)
	writer.Wait()
}
