package session

import "testing"

// A scan of a /64 fills the quotas of its own states and network; hosts that
// are known stay, new hosts and other networks still find room.
func TestScanOfSubnetEvictsNobody(t *testing.T) {
	tab := newTable(t, Config{
		Capacity: 1000,
		Quota:    [NumStates]int{Probing: 100, Trapped: 300, Real: 600},
		NetQuota: [NumStates]int{Probing: 60},
	})
	real := func(i uint64, net uint16) Record {
		return Record{Key: Key{Hi: 0xfd << 56, Lo: i, Net: net, Kind: KindAddress}, State: Real, Expires: 1000 * second}
	}
	for i := range uint64(200) {
		mustPut(t, tab, real(i, 1), second)
	}
	outcomes := map[Outcome]int{}
	for i := range uint64(5000) {
		r := Record{Key: Key{Hi: 0x2001 << 48, Lo: i, Net: 1, Kind: KindAddress}, State: Probing, Expires: 1000 * second}
		o := tab.Put(&r, 1<<Unknown, second)
		outcomes[o]++
		if o == Done && i%2 == 0 {
			r.State = Trapped
			outcomes[tab.Put(&r, 1<<Probing, second)]++
		}
	}
	s := tab.Stats()
	if s.Entries[Probing] != 60 || s.Entries[Trapped] == 0 || outcomes[Quota] == 0 || s.Quota != uint64(outcomes[Quota]) {
		t.Errorf("%+v, outcomes %v", s, outcomes)
	}
	for i := range uint64(40) {
		mustPut(t, tab, Record{Key: Key{Lo: i, Net: 2, Kind: KindAddress}, State: Probing, Expires: 1000 * second}, second)
	}
	if o := tab.Put(&Record{Key: Key{Lo: 99, Net: 2, Kind: KindAddress}, State: Probing, Expires: 1000 * second}, anyState, second); o != Quota {
		t.Errorf("more probing than over all networks: outcome %d", o)
	}
	for i := range uint64(400) {
		mustPut(t, tab, real(200+i, 1), second)
	}
	for i := range uint64(600) {
		if got := stateOf(tab, real(i, 1).Key, second); got != Real {
			t.Fatalf("host %d is %d", i, got)
		}
	}
	checkCounts(t, tab)
}

func TestQuotaIsGivenBack(t *testing.T) {
	c := Config{Capacity: 1000, Quota: [NumStates]int{Trapped: 1, Real: 1}}
	trapped := Record{Key: key4(1), State: Trapped, Expires: 10 * second}
	other := Record{Key: key4(2), State: Trapped, Expires: 10 * second}
	for name, free := range map[string]func(t *testing.T, tab *Table) (now int64){
		"delete": func(t *testing.T, tab *Table) int64 {
			if o := tab.Delete(trapped.Key, 1<<Trapped, second); o != Done {
				t.Fatal(o)
			}
			return second
		},
		"another state": func(t *testing.T, tab *Table) int64 {
			r := trapped
			r.State = Real
			mustPut(t, tab, r, second)
			return second
		},
		"sweep": func(t *testing.T, tab *Table) int64 {
			if _, wrapped := tab.Scan(&Cursor{}, len(tab.buckets), 20*second, nil); !wrapped {
				t.Fatal("not wrapped")
			}
			return 20 * second
		},
	} {
		t.Run(name, func(t *testing.T) {
			tab := newTable(t, c)
			mustPut(t, tab, trapped, second)
			if o := tab.Put(&other, anyState, second); o != Quota {
				t.Fatalf("second trapped entry: outcome %d, want quota", o)
			}
			now := free(t, tab)
			r := other
			r.Expires = 100 * second
			mustPut(t, tab, r, now)
			checkCounts(t, tab)
		})
	}
}

func TestNoMoreThanCapacity(t *testing.T) {
	tab := newTable(t, Config{Capacity: 50})
	for i := range uint64(50) {
		mustPut(t, tab, Record{Key: key4(i), State: Probing + State(i%3), Expires: 10 * second}, second)
	}
	if o := tab.Put(&Record{Key: key4(50), State: Real, Expires: 10 * second}, anyState, second); o != Full {
		t.Errorf("outcome %d, want full", o)
	}
	if s := tab.Stats(); s.Full != 1 || s.Capacity != 50 {
		t.Errorf("%+v", s)
	}
}
