package session

import (
	"testing"

	"mire/dpdk/burst"
)

// A writer that stops in the middle of an update leaves its entry odd for as
// long as it likes. Readers of that key go without a decision or with the slot
// alone, writers of it give up, and all others do not notice.
func TestStoppedWriterHoldsNobodyUp(t *testing.T) {
	tab := newTable(t, Config{Capacity: 1000})
	var keys [burst.Size]Key
	for i := range keys {
		keys[i] = key4(uint64(i))
		if i%2 == 1 {
			keys[i] = key6(uint64(i))
		}
		mustPut(t, tab, Record{Key: keys[i], State: Trapped, Expires: 100 * second}, second)
	}
	stop(t, tab, keys[8])
	stop(t, tab, keys[9])

	var out [burst.Size]State
	tab.States(^burst.Mask(0), &keys, &out, second)
	for i, st := range out {
		want := Trapped // also of key 8: its slot is one word and decides
		if i == 9 {
			want = Unknown
		}
		if st != want {
			t.Errorf("key %d is %d, want %d", i, st, want)
		}
	}
	for _, i := range []int{8, 9} {
		if r, ok := tab.Get(keys[i], second); ok {
			t.Errorf("Get of a key that is being written: %+v", r)
		}
		if o := tab.Put(&Record{Key: keys[i], State: Real, Expires: 9 * second}, anyState, second); o != Contended {
			t.Errorf("Put: outcome %d, want contended", o)
		}
		if o := tab.Delete(keys[i], anyState, second); o != Contended {
			t.Errorf("Delete: outcome %d, want contended", o)
		}
	}
	if n := tab.Stats().Contended; n != 4 {
		t.Errorf("contended counted %d times, want 4", n)
	}
	for i, k := range keys {
		if i == 8 || i == 9 {
			continue
		}
		mustPut(t, tab, Record{Key: k, State: Real, Expires: 100 * second}, second)
	}
	seen := 0
	tab.Walk(second, func(*Record) bool { seen++; return true })
	if seen != burst.Size-2 {
		t.Errorf("Walk saw %d, want all but the two", seen)
	}
	out2 := make([]Record, burst.Size)
	if n, wrapped := tab.Scan(&Cursor{}, len(tab.buckets), 200*second, out2); n != 0 || !wrapped {
		t.Errorf("Scan copied %d, wrapped %v", n, wrapped)
	}
	if n := tab.Stats().Expired; n != burst.Size-2 {
		t.Errorf("%d expired, want all but the two", n)
	}
}

// A writer of IPv4 that stops right after it changed the slot has already
// told the readers that an address is real.
func TestSlotIsWrittenFirst(t *testing.T) {
	tab := newTable(t, Config{Capacity: 1000})
	mustPut(t, tab, Record{Key: key4(1), State: Trapped, Expires: 100 * second}, second)
	k := key4(1)
	p := tab.hash.probe(&k, uint64(len(tab.buckets)))
	at, _ := tab.find(p, &k)
	seq, ok := tab.entryAt(at).take()
	if !ok {
		t.Fatal("taken")
	}
	tab.slotAt(at).Store(p.at(at.level) | epochOf(100*second) | uint64(Real))
	if got := stateOf(tab, k, second); got != Real {
		t.Errorf("state %d, want real", got)
	}
	tab.entryAt(at).release(seq, 0)
}

// In the last epoch the entry decides; while it is written nobody answers.
func TestBusyEntryInItsLastEpochIsUnknown(t *testing.T) {
	tab := newTable(t, Config{Capacity: 1000})
	mustPut(t, tab, Record{Key: key4(1), State: Trapped, Expires: 3 * second}, 2200*second/1000)
	if got := stateOf(tab, key4(1), 2999*second/1000); got != Trapped {
		t.Fatalf("state %d", got)
	}
	stop(t, tab, key4(1))
	if got := stateOf(tab, key4(1), 2999*second/1000); got != Unknown {
		t.Errorf("state %d, want unknown", got)
	}
}

// An insert that stops holds up only inserts of its own home.
func TestStoppedInsert(t *testing.T) {
	tab := deafTable(t)
	mustPut(t, tab, Record{Key: key6(1), State: Trapped, Expires: 100 * second}, second)
	k := key6(2)
	home := tab.hash.probe(&k, uint64(len(tab.buckets))).home
	tab.buckets[home].own.Or(insertLock)
	if o := tab.Put(&Record{Key: k, State: Real, Expires: 100 * second}, anyState, second); o != Contended {
		t.Errorf("insert: outcome %d, want contended", o)
	}
	if got := stateOf(tab, key6(1), second); got != Trapped {
		t.Errorf("its neighbour is %d", got)
	}
	mustPut(t, tab, Record{Key: key6(1), State: Real, Expires: 100 * second}, second)
	for i := range uint64(500) {
		r := Record{Key: key4(i), State: Real, Expires: 100 * second}
		want := Done
		if tab.hash.probe(&r.Key, uint64(len(tab.buckets))).home == home {
			want = Contended
		}
		if o := tab.Put(&r, anyState, second); o != want {
			t.Errorf("address %d: outcome %d, want %d", i, o, want)
		}
	}
}
