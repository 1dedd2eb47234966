package session

// What the model of model_test.go says of a node with a peer.

// next is the version of a local write to an entry; other says that its state
// is not the live one that was there.
func (m *model) next(old *Record, other bool) (term uint16, version uint32) {
	switch {
	case !m.author && other:
		return 0, 0
	case !m.author:
		return old.Term, old.Version
	}
	return m.term, later(old.Version+1, uint32(m.now>>20))
}

func (m *model) checkFirst(r *Record) {
	switch clock := uint32(m.now >> 20); {
	case !m.author && (r.Term != 0 || r.Version != 0):
		m.t.Fatalf("a backup's own entry has a version: %+v", *r)
	case m.author && r.Term != m.term,
		// Half a turn of the versions is 26 days; this clock runs for years.
		m.author && m.now < 1<<50 && later(r.Version, clock) != r.Version:
		m.t.Fatalf("inserted under term %d at %d: %+v", m.term, clock, *r)
	}
}

// foreign is a version near that of an entry, or any.
func (m *model) foreign(k Key) (term uint16, version uint32) {
	if old := m.m[k]; old != nil && m.pick(4) > 0 {
		return old.Term + uint16(m.pick(3)) - 1, old.Version + uint32(m.pick(3)) - 1
	}
	return uint16(m.pick(4)), uint32(m.now>>20) + uint32(m.pick(9))
}

// merge takes over a record, or a removal.
func (m *model) merge() {
	k := m.keys[m.pick(len(m.keys))]
	r := Record{Key: k, State: State(m.pick(int(NumStates))), Owner: 7, Proven: int64(m.pick(9))*microsecond - 4000}
	r.Term, r.Version = m.foreign(k)
	r.Expires = m.now + []int64{-second, 1, 3 * second, 300 * second, 9 * MaxLifetime}[m.pick(5)]
	r.MAC[0], r.Askers[1][5] = byte(m.pick(256)), byte(m.pick(256))
	old, want := m.m[k], Done
	switch {
	case old != nil && !r.Newer(old), old == nil && r.State == Unknown:
		want = Refused
	case r.State == Unknown:
	case old != nil && old.State != r.State:
		want = m.room(r.State, k.Net)
	case old == nil && len(m.m) >= m.conf.Capacity:
		want = Full
	case old == nil:
		want = m.room(r.State, k.Net)
	}
	before := m.tab.Stats().Expired
	if got := m.tab.Merge(&r, m.now); got != want {
		m.t.Fatalf("Merge %+v into %+v: outcome %d, want %d", r, old, got, want)
	}
	if r.State == Unknown {
		m.did["gone"+string('0'+rune(want))]++
	} else {
		m.did["merge"+string('0'+rune(want))]++
	}
	if want != Done {
		return
	}
	if old == nil {
		delete(m.wrote, k) // the mark is of another place
	}
	if delete(m.m, k); r.State != Unknown {
		r.Expires = min(max(r.Expires, m.now), m.now+MaxLifetime)
		m.m[k] = &r
	}
	m.reused(m.tab.Stats().Expired - before)
}

// discard drops an entry if the version is the one that is there.
func (m *model) discard() {
	k := m.keys[m.pick(len(m.keys))]
	term, version := m.foreign(k)
	want := Refused
	if r := m.m[k]; r != nil && m.pick(2) == 0 {
		term, version = r.Term, r.Version
	}
	if r := m.m[k]; r != nil && r.Term == term && r.Version == version {
		want = Done
		delete(m.m, k)
	}
	if got := m.tab.Drop(k, term, version, m.now); got != want {
		m.t.Fatalf("Drop %+v %d/%d: outcome %d, want %d", k, term, version, got, want)
	}
	m.did["drop"+string('0'+rune(want))]++
}

// changes drains the marks, in bits. All that was written and is there is
// told as it is; what is gone is told as gone or not at all (its place may have
// another key).
func (m *model) changes() {
	out := make([]Record, 1+m.pick(5))
	told := map[Key]State{}
	for m.tab.Marked() {
		n := m.tab.Changes(out)
		for _, r := range out[:n] {
			want := m.m[r.Key]
			switch {
			case r.State == Unknown && want != nil, r.State != Unknown && (want == nil || *want != r):
				m.t.Fatalf("Changes told %+v, there is %+v", r, want)
			case r.State == Unknown:
				m.did["toldGone"]++
			}
			told[r.Key] = r.State
			m.did["told"]++
		}
	}
	for k := range m.wrote {
		if m.m[k] != nil && told[k] != m.m[k].State {
			m.t.Fatalf("Changes kept silent about %+v", *m.m[k])
		}
	}
	clear(m.wrote)
}

func (m *model) role() {
	m.term += uint16(m.pick(2))
	m.author = m.pick(3) > 0
	m.tab.SetAuthor(m.term, m.author)
	m.did["role"]++
}
