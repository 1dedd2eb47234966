package session

import (
	"math/rand/v2"
	"testing"

	"mire/dpdk/burst"
)

// model is what the table promises, on a plain map. It holds what is occupied:
// live entries and expired ones that the table has not removed yet.
type model struct {
	t      *testing.T
	tab    *Table
	conf   Config
	now    int64
	m      map[Key]*Record
	keys   []Key
	pick   func(n int) int // 0..n-1
	cur    Cursor
	term   uint16
	author bool
	wrote  map[Key]bool // written since Changes was drained
	// did counts what happened, so that a run that tested nothing fails.
	did map[string]int
}

func newModel(t *testing.T, pick func(int) int) *model {
	c := Config{Name: "model", Capacity: 20, Quota: [NumStates]int{Probing: 6, Trapped: 9}, NetQuota: [NumStates]int{Trapped: 5, Real: 4}, Key: [16]byte{9}, Sync: true}
	h := newHasher(c.Key)
	collide(&h) // IPv6 addresses of one /64 all collide
	tab, err := build(&HeapArena{}, c, h)
	if err != nil {
		t.Fatal(err)
	}
	m := &model{t: t, tab: tab, conf: c, now: 100 * second, m: map[Key]*Record{}, pick: pick, author: true, wrote: map[Key]bool{}, did: map[string]int{}}
	for i := range uint64(12) {
		for net := range uint16(2) {
			m.keys = append(m.keys, Key{Lo: 0xffff<<32 | i, Net: net, Kind: KindAddress}, Key{Hi: 0x20010db8 << 32, Lo: i, Net: net, Kind: KindAddress})
		}
	}
	return m
}

func (m *model) live(k Key) State {
	if r := m.m[k]; r != nil && r.Expires > m.now {
		return r.State
	}
	return Unknown
}

func (m *model) count(st State, net int) (all, one int) {
	for k, r := range m.m {
		if r.State == st {
			all++
			if int(k.Net) == net {
				one++
			}
		}
	}
	return all, one
}

// room is what a charge for one more entry must say.
func (m *model) room(st State, net uint16) Outcome {
	all, one := m.count(st, int(net))
	q, nq := m.conf.Quota[st], m.conf.NetQuota[st]
	if q == 0 {
		q = m.conf.Capacity
	}
	if nq == 0 {
		nq = q
	}
	if all >= q || one >= nq {
		return Quota
	}
	return Done
}

func (m *model) put() {
	k := m.keys[m.pick(len(m.keys))]
	r := Record{Key: k, State: Probing + State(m.pick(int(NumStates)-1)), Owner: uint8(m.pick(256)), Proven: int64(m.pick(1 << 20))}
	for i := range r.MAC {
		r.MAC[i], r.Askers[0][i], r.Askers[1][i] = byte(m.pick(256)), byte(m.pick(256)), byte(m.pick(256))
	}
	r.Used = true // not the caller's to set
	r.Expires = m.now + []int64{-second, 0, 1, second / 2, 3 * second, 300 * second, MaxLifetime, 9 * MaxLifetime}[m.pick(8)]
	from := States(m.pick(1 << NumStates))
	if m.pick(2) == 0 {
		from = 1<<NumStates - 1
	}
	want, was := Done, m.live(k)
	old := m.m[k]
	switch {
	case from&(1<<m.live(k)) == 0:
		want = Refused
	case old != nil && old.State != r.State:
		want = m.room(r.State, k.Net)
	case old == nil && len(m.m) >= m.conf.Capacity:
		want = Full
	case old == nil:
		want = m.room(r.State, k.Net)
	}
	before := m.tab.Stats().Expired
	if got := m.tab.Put(&r, from, m.now); got != want {
		m.t.Fatalf("Put %+v from %04b: outcome %d, want %d", r, from, got, want)
	}
	m.did["put"+string('0'+rune(want))]++
	if want != Done {
		return
	}
	r.Used = false
	r.Expires = min(max(r.Expires, m.now), m.now+MaxLifetime)
	r.Proven = Cut(r.Proven)
	m.wrote[k] = true
	if old != nil {
		r.Term, r.Version = m.next(old, was != r.State)
	} else if got, ok := m.tab.Get(k, min(m.now, r.Expires-1)); ok {
		r.Term, r.Version = got.Term, got.Version // may continue the count of the place
		m.checkFirst(&r)
	} else {
		m.t.Fatalf("Get finds nothing of %+v, which was just written", r)
	}
	m.m[k] = &r
	m.reused(m.tab.Stats().Expired - before)
}

// reused forgets the expired entries whose places an insert has taken.
func (m *model) reused(n uint64) {
	for k, r := range m.m {
		if r.Expires <= m.now {
			if _, f := m.tab.find(m.tab.hash.probe(&k, uint64(len(m.tab.buckets))), &k); f == none {
				delete(m.m, k)
				m.did["reuse"]++
				n--
			}
		}
	}
	if n != 0 {
		m.t.Fatalf("the table counted %d more expired entries than are gone", int64(n))
	}
}

func (m *model) get() {
	k := m.keys[m.pick(len(m.keys))]
	r, ok := m.tab.Get(k, m.now)
	if ok != (m.live(k) != Unknown) || (ok && r != *m.m[k]) {
		m.t.Fatalf("Get %+v at %d: %+v %v, want %+v", k, m.now, r, ok, m.m[k])
	}
}

func (m *model) states() {
	var keys [burst.Size]Key
	var out [burst.Size]State
	mask := burst.Mask(uint64(m.pick(1<<30))<<34 | uint64(m.pick(1<<30)))
	for i := range keys {
		keys[i], out[i] = m.keys[m.pick(len(m.keys))], 77
	}
	m.tab.States(mask, &keys, &out, m.now)
	for i, st := range out {
		want := State(77)
		if mask.Has(i) {
			want = m.live(keys[i])
		}
		if st != want {
			m.t.Fatalf("States of %+v at %d: %d, want %d", keys[i], m.now, st, want)
		}
		if st == Trapped {
			m.m[keys[i]].Used = true
			m.did["used"]++
		}
	}
}

func (m *model) delete() {
	k := m.keys[m.pick(len(m.keys))]
	from := States(m.pick(1 << NumStates))
	want := Refused
	if m.m[k] != nil && from&(1<<m.live(k)) != 0 {
		want = Done
		m.wrote[k] = true
		delete(m.m, k)
	}
	if got := m.tab.Delete(k, from, m.now); got != want {
		m.t.Fatalf("Delete %+v from %04b: outcome %d, want %d", k, from, got, want)
	}
	m.did["delete"+string('0'+rune(want))]++
}

// scan brings the table round once, in bits.
func (m *model) scan() {
	var out []Record
	if m.pick(3) > 0 {
		out = make([]Record, 1+m.pick(5))
	}
	seen := map[Key]bool{}
	for wrapped := false; !wrapped; {
		var n int
		n, wrapped = m.tab.Scan(&m.cur, 1+m.pick(400), m.now, out)
		for _, r := range out[:n] {
			if want := m.m[r.Key]; want == nil || *want != r || seen[r.Key] {
				m.t.Fatalf("Scan copied %+v (seen before: %v), want %+v", r, seen[r.Key], want)
			}
			seen[r.Key] = true
			m.m[r.Key].Used = false
		}
	}
	for k, r := range m.m {
		if r.Expires <= m.now && m.author {
			m.wrote[k] = true
		}
		if r.Expires <= m.now {
			// Without out a slot in its last epoch must be gone as well.
			delete(m.m, k)
			m.did["swept"]++
		} else if out != nil && !seen[k] {
			m.t.Fatalf("Scan missed %+v", *r)
		}
	}
}

func (m *model) walk() {
	n := 0
	m.tab.Walk(m.now, func(r *Record) bool {
		n++
		if want := m.m[r.Key]; want == nil || *want != *r {
			m.t.Fatalf("Walk gave %+v, want %+v", *r, want)
		}
		return true
	})
	for k := range m.m {
		if m.live(k) != Unknown {
			n--
		}
	}
	if n != 0 {
		m.t.Fatalf("Walk gave %d entries too many", n)
	}
}

func (m *model) advance() {
	m.now += []int64{1, second / 3, second, 3 * second, 200 * second, 7 * 3600 * second, MaxLifetime - 1}[m.pick(7)]
}

func (m *model) step() {
	switch m.pick(20) {
	case 0, 1, 2, 3, 4, 5:
		m.put()
	case 6, 7:
		m.get()
	case 8, 9, 10:
		m.states()
	case 11, 12:
		m.delete()
	case 13:
		m.advance()
	case 14:
		if m.pick(8) == 0 {
			m.scan()
		}
	case 15:
		if m.pick(32) == 0 {
			m.walk()
		}
	case 16, 17:
		m.merge()
	case 18:
		m.discard()
	case 19:
		switch m.pick(8) {
		case 0, 1:
			m.changes()
		case 2:
			m.role()
		}
	}
	s := m.tab.Stats()
	for st := Probing; st < NumStates; st++ {
		for net := range 2 {
			all, one := m.count(st, net)
			if s.Entries[st] != int64(all) || m.tab.NetEntries(uint16(net))[st] != int64(one) {
				m.t.Fatalf("state %d: counted %d in all and %d of network %d, want %d and %d", st, s.Entries[st], m.tab.NetEntries(uint16(net))[st], net, all, one)
			}
		}
	}
}

func TestTableAgainstModel(t *testing.T) {
	steps := 60000
	if testing.Short() {
		steps = 10000
	}
	did := map[string]int{}
	for seed := range uint64(4) {
		rng := rand.New(rand.NewPCG(seed, 1))
		m := newModel(t, rng.IntN)
		last := m.now
		for range steps {
			m.step()
			if m.now-last > 24*3600*second {
				m.scan()
				last = m.now
			}
		}
		checkCounts(t, m.tab)
		for k, n := range m.did {
			did[k] += n
		}
	}
	for _, k := range []string{"put0", "put1", "put3", "put4", "delete0", "delete1", "used", "reuse", "swept",
		"merge0", "merge1", "merge4", "gone0", "gone1", "drop0", "drop1", "told", "toldGone", "role"} {
		if did[k] == 0 {
			t.Errorf("%q never happened: %v", k, did)
		}
	}
}

// FuzzOperations lets the fuzzer choose the operations of the model.
func FuzzOperations(f *testing.F) {
	f.Add([]byte("\x00\x01\x02\x03\x04\x05\x06\x07\x08\x09"))
	f.Add([]byte{0, 0, 1, 0, 0, 1, 6, 0, 13, 5, 0, 14, 0})
	f.Fuzz(func(t *testing.T, ops []byte) {
		if len(ops) > 600 {
			return
		}
		m := newModel(t, func(n int) int {
			v := 0
			for span := n; span > 1 && len(ops) > 0; span = span>>8 + 1 {
				v = v<<8 | int(ops[0])
				ops = ops[1:]
				if span <= 256 {
					break
				}
			}
			return v % n
		})
		for len(ops) > 0 {
			m.step()
			if m.now > 24*3600*second+100*second {
				m.now = 100 * second
				m.drop()
			}
		}
		checkCounts(t, m.tab)
	})
}

// drop empties table and model.
func (m *model) drop() {
	for k := range m.m {
		if o := m.tab.Delete(k, 1<<NumStates-1, m.now); o != Done {
			m.t.Fatalf("Delete %+v: outcome %d", k, o)
		}
	}
	clear(m.m)
}
