package session

import (
	"errors"
	"math"
	"strings"
	"testing"

	"mire/dpdk/burst"
)

const anyState = States(1<<NumStates - 1)

func newTable(t *testing.T, c Config) *Table {
	t.Helper()
	if c.Name == "" {
		c.Name = "test"
	}
	tab, err := New(&HeapArena{}, c)
	if err != nil {
		t.Fatal(err)
	}
	return tab
}

func mustPut(t *testing.T, tab *Table, r Record, now int64) {
	t.Helper()
	if o := tab.Put(&r, anyState, now); o != Done {
		t.Fatalf("Put %+v: outcome %d", r, o)
	}
}

// stateOf is States for one key.
func stateOf(tab *Table, k Key, now int64) State {
	var keys [burst.Size]Key
	var out [burst.Size]State
	keys[5] = k
	tab.States(burst.Bit(5), &keys, &out, now)
	return out[5]
}

func TestRecordSurvivesRoundTrip(t *testing.T) {
	tab := newTable(t, Config{Capacity: 100})
	for _, k := range []Key{
		{Lo: 0xffff_c0a80001, Net: 0xfffe, Kind: KindAddress},
		{Lo: 0xffff_c0a80001, Net: 0xfffe, Kind: 200}, // not an address: never by slot alone
		{Hi: 0xfe80 << 48, Lo: math.MaxUint64, Net: 1, Kind: KindAddress},
		{Hi: 0, Lo: 1, Net: 0, Kind: KindAddress}, // ::1 is not IPv4
		{},
	} {
		for st := Probing; st < NumStates; st++ {
			r := Record{
				Key: k, State: st, Owner: 0xa5,
				MAC:     [6]byte{1, 2, 3, 4, 5, 0xff},
				Askers:  [2][6]byte{{0x11, 0x12, 0x13, 0x14, 0x15, 0xf6}, {0xf1, 0x22, 0x23, 0x24, 0x25, 0x26}},
				Expires: 5 * second, Proven: -3,
			}
			mustPut(t, tab, r, second)
			got, ok := tab.Get(k, 2*second)
			r.Version, r.Proven = got.Version, -1000 // cut to microseconds
			if !ok || got != r {
				t.Errorf("wrote %+v, read %+v (%v)", r, got, ok)
			}
			if s := stateOf(tab, k, 2*second); s != st {
				t.Errorf("%+v: States says %d, want %d", k, s, st)
			}
		}
	}
	if n := tab.Stats().Inserts; n != 5 {
		t.Errorf("%d inserts, want 5: keys were taken for each other", n)
	}
}

// An entry is Unknown at Expires and not a nanosecond earlier, for States as
// for Get, wherever Expires lies in an epoch.
func TestExpiryIsExact(t *testing.T) {
	tab := newTable(t, Config{Capacity: 100})
	const epoch = int64(1) << epochShift
	for i, expires := range []int64{3 * epoch, 3*epoch - 1, 3*epoch + 1, 3*epoch + epoch/2, 262144*epoch - 1, 262144 * epoch, 262144*epoch + 7} {
		for _, k := range []Key{key4(uint64(i)), key6(uint64(i))} {
			mustPut(t, tab, Record{Key: k, State: Trapped, Expires: expires}, expires-2*epoch)
			for _, c := range []struct {
				now  int64
				want State
			}{
				{expires - 2*epoch, Trapped}, {expires - epoch, Trapped}, {expires - 1, Trapped},
				{expires, Unknown}, {expires + 1, Unknown}, {expires + epoch, Unknown},
				{expires + 24*3600*second, Unknown}, {expires + 96*3600*second, Unknown},
			} {
				if got := stateOf(tab, k, c.now); got != c.want {
					t.Errorf("%+v expires at %d: States at %+d says %d, want %d", k, expires, c.now-expires, got, c.want)
				}
				if _, ok := tab.Get(k, c.now); ok != (c.want == Trapped) {
					t.Errorf("%+v expires at %d: Get at %+d: %v", k, expires, c.now-expires, ok)
				}
			}
		}
	}
}

func TestLifetimeIsCut(t *testing.T) {
	tab := newTable(t, Config{Capacity: 100})
	now := 7 * second
	mustPut(t, tab, Record{Key: key4(1), State: Real, Expires: math.MaxInt64}, now)
	if r, ok := tab.Get(key4(1), now); !ok || r.Expires != now+MaxLifetime {
		t.Errorf("expires %d (%v), want %d", r.Expires, ok, now+MaxLifetime)
	}
	for d, want := range map[int64]State{0: Real, MaxLifetime / 2: Real, MaxLifetime - 1: Real, MaxLifetime: Unknown} {
		if got := stateOf(tab, key4(1), now+d); got != want {
			t.Errorf("after %d ns: state %d, want %d", d, got, want)
		}
	}
}

// A sweep removes even what a slot alone would take for a live entry again,
// because nobody swept for a whole turn of the epochs.
func TestScanWithOutRemovesWhatOutlivedTheEpochs(t *testing.T) {
	tab := newTable(t, Config{Capacity: 100})
	mustPut(t, tab, Record{Key: key4(1), State: Real, Expires: 10 * second}, second)
	later := int64(1) << (epochShift + epochBits)
	if got := stateOf(tab, key4(1), later-MaxLifetime-10*second); got != Unknown {
		t.Errorf("4.5 days after it expired: state %d", got)
	}
	if got := stateOf(tab, key4(1), later); got != Real {
		t.Fatalf("state %d: the test no longer meets the case", got)
	}
	var out [10]Record
	if n, wrapped := tab.Scan(&Cursor{}, len(tab.buckets), later, out[:]); n != 0 || !wrapped {
		t.Errorf("Scan copied %d, wrapped %v", n, wrapped)
	}
	checkCounts(t, tab)
	if tab.total.Load() != 0 {
		t.Error("it is still there")
	}
}

func TestVersionCountsChanges(t *testing.T) {
	tab := newTable(t, Config{Capacity: 100})
	mustPut(t, tab, Record{Key: key6(1), State: Real, Expires: 10 * second}, second)
	first, _ := tab.Get(key6(1), second)
	if o := tab.Put(&first, 1<<Trapped, second); o != Refused {
		t.Fatalf("outcome %d, want refused", o)
	}
	if stateOf(tab, key6(1), second); tab.Delete(key6(1), 1<<Trapped, second) != Refused {
		t.Fatal("deleted")
	}
	if r, _ := tab.Get(key6(1), second); r != first {
		t.Errorf("refused writes changed %+v into %+v", first, r)
	}
	mustPut(t, tab, first, second)
	if r, _ := tab.Get(key6(1), second); r.Version != first.Version+1 {
		t.Errorf("version %d after %d", r.Version, first.Version)
	}
}

func TestPutRefusesRecordsWithoutState(t *testing.T) {
	tab := newTable(t, Config{Capacity: 100})
	for _, st := range []State{Unknown, NumStates, 255} {
		if o := tab.Put(&Record{Key: key4(1), State: st, Expires: 9 * second}, anyState, second); o != Refused {
			t.Errorf("state %d: outcome %d, want refused", st, o)
		}
	}
	checkCounts(t, tab)
}

func TestUsedIsSetByTrappedHitsOnly(t *testing.T) {
	tab := newTable(t, Config{Capacity: 100})
	used := func(k Key) bool {
		r, ok := tab.Get(k, second)
		if !ok {
			t.Fatalf("%+v is gone", k)
		}
		return r.Used
	}
	for i, k := range []Key{key4(1), key6(1)} {
		for st := Probing; st < NumStates; st++ {
			mustPut(t, tab, Record{Key: k, State: st, Expires: 100 * second}, second)
			if used(k) {
				t.Errorf("key %d state %d: used after Put", i, st)
			}
			stateOf(tab, k, second)
			if got := used(k); got != (st == Trapped) {
				t.Errorf("key %d state %d: used is %v after a hit", i, st, got)
			}
		}
		mustPut(t, tab, Record{Key: k, State: Trapped, Expires: 100 * second}, second)
		stateOf(tab, k, second)
		before := tab.slotOf(t, k)
		stateOf(tab, k, second)
		if tab.slotOf(t, k) != before {
			t.Error("a second hit wrote to the slot")
		}
		var out [1]Record
		c := Cursor{}
		for range 2 {
			if n, _ := tab.Scan(&c, len(tab.buckets), second, out[:]); n == 0 {
				tab.Scan(&c, len(tab.buckets), second, out[:])
			}
		}
		if o := tab.Delete(k, anyState, second); o != Done {
			t.Fatal(o)
		}
	}
}

func (t *Table) slotOf(tb testing.TB, k Key) uint64 {
	tb.Helper()
	at, f := t.find(t.hash.probe(&k, uint64(len(t.buckets))), &k)
	if f != hit {
		tb.Fatalf("%+v is not in the table", k)
	}
	return t.slotAt(at).Load()
}

func TestNewSaysWhatIsWrong(t *testing.T) {
	for _, c := range []struct {
		conf Config
		want string
	}{
		{Config{Name: "s"}, "capacity 0 is outside"},
		{Config{Name: "s", Capacity: MaxCapacity + 1}, "is outside 1..1073741824"},
		{Config{Name: "s", Capacity: 9, Quota: [NumStates]int{Real: -1}}, "quota -1"},
		{Config{Name: "s", Capacity: 9, NetQuota: [NumStates]int{Real: -2}}, "per network -2"},
	} {
		if _, err := New(&HeapArena{}, c.conf); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%+v: error %v, want %q", c.conf, err, c.want)
		}
	}
	if _, err := New(failing{}, Config{Name: "s", Capacity: 10}); !errors.Is(err, errNoRoom) {
		t.Errorf("error %v does not wrap the arena's", err)
	}
	a := &crooked{}
	if _, err := New(a, Config{Name: "s", Capacity: 10}); err == nil || !a.released {
		t.Errorf("misaligned memory: error %v, released %v", err, a.released)
	}
}

var errNoRoom = errors.New("no room")

type failing struct{}

func (failing) Reserve(string, uintptr) ([]byte, error) { return nil, errNoRoom }
func (failing) Release(string) error                    { return nil }

type crooked struct {
	HeapArena
	released bool
}

func (a *crooked) Reserve(name string, size uintptr) ([]byte, error) {
	b, err := a.HeapArena.Reserve(name, size+8)
	return b[8:], err
}

func (a *crooked) Release(name string) error {
	a.released = true
	return a.HeapArena.Release(name)
}

func TestHotMethodsDoNotAllocate(t *testing.T) {
	tab := newTable(t, Config{Capacity: 1000})
	var keys [burst.Size]Key
	var out [burst.Size]State
	var recs [16]Record
	for i := range keys {
		keys[i] = key4(uint64(i))
		if i%2 == 0 {
			keys[i] = key6(uint64(i))
		}
		mustPut(t, tab, Record{Key: keys[i], State: Trapped, Expires: 100 * second}, second)
	}
	r := Record{Key: keys[0], State: Trapped, Expires: 100 * second}
	c := Cursor{}
	for name, f := range map[string]func(){
		"States": func() { tab.States(^burst.Mask(0), &keys, &out, second) },
		"Get":    func() { tab.Get(keys[1], second) },
		"Put":    func() { tab.Put(&r, anyState, second) },
		"insert": func() { tab.Delete(keys[0], anyState, second); tab.Put(&r, anyState, second) },
		"Scan":   func() { tab.Scan(&c, 64, second, recs[:]) },
		"sweep":  func() { tab.Scan(&c, 64, second, nil) },
		"Stats":  func() { tab.Stats() },
	} {
		if n := testing.AllocsPerRun(100, f); n != 0 {
			t.Errorf("%s allocates %v times", name, n)
		}
	}
}
