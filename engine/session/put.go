package session

// Put writes r if the live state of its key is in from (1<<Unknown allows an
// insert). Term and Version are the table's to set (SetAuthor), and Used is cleared. An Expires
// beyond now + MaxLifetime is cut to that; one at or before now writes an entry
// that is Unknown at once. Nothing is ever evicted to make room: a place is
// free when it is empty or its entry expired.
func (t *Table) Put(r *Record, from States, now int64) Outcome {
	if r.State == Unknown || r.State >= NumStates {
		return Refused
	}
	return t.put(r, from, false, now)
}

// put is Put, or Merge if r is foreign: then the versions decide, and stay.
func (t *Table) put(r *Record, from States, foreign bool, now int64) Outcome {
	p := t.hash.probe(&r.Key, uint64(len(t.buckets)))
	for range tries {
		at, f := t.find(p, &r.Key)
		o, again := Contended, false
		switch {
		case f == hit:
			o, again = t.update(p, at, r, from, foreign, now)
		case f == none && !foreign && from&(1<<Unknown) == 0:
			return Refused
		case f == none:
			o, again = t.insert(p, r, foreign, now)
		}
		if again {
			continue
		}
		if o == Contended {
			break
		}
		return o
	}
	t.contended.Add(1)
	return Contended
}

// takeAt makes the caller the writer of the entry of k at a place that find
// returned. again says that the place holds k no more.
func (t *Table) takeAt(p probe, at place, k *Key) (seq uint64, ok, again bool) {
	e := t.entryAt(at)
	if seq, ok = e.take(); !ok {
		return 0, false, false
	}
	s := t.slotAt(at).Load()
	if s&slotState == 0 || (s^p.at(at.level))&slotID != 0 || !e.holds(k) {
		e.restore(seq)
		return 0, false, true
	}
	return seq, true, false
}

// state is what a taken entry says, expired or not.
func (e *entry) state() State { return State(e[wordKind].Load() >> 24) }

// live is the state of a taken entry as seen at now.
func (e *entry) live(now int64) State {
	if int64(e[wordExpires].Load()) <= now {
		return Unknown
	}
	return e.state()
}

// update overwrites the entry of r.Key. The slot goes first: whoever reads
// only slots learns the new state as early as can be.
func (t *Table) update(p probe, at place, r *Record, from States, foreign bool, now int64) (o Outcome, again bool) {
	seq, ok, again := t.takeAt(p, at, &r.Key)
	if !ok {
		return Contended, again
	}
	e := t.entryAt(at)
	has, given := e.stamp(seq), stamp{r.Term, r.Version}
	if foreign && !newer(given, r.State, has, e.state()) || !foreign && from&(1<<e.live(now)) == 0 {
		e.restore(seq)
		return Refused, false
	}
	if !foreign {
		var author bool
		if given, author = t.next(has, now); !author && e.live(now) != r.State {
			given = stamp{}
		}
	}
	if old := State(t.slotAt(at).Load() & slotState); old != r.State {
		if !t.charge(r.share(), r.State) {
			e.restore(seq)
			return Quota, false
		}
		t.refund(r.share(), old)
	}
	t.fill(p, at, seq, r, given, foreign, now)
	return Done, false
}

// fill writes slot and entry of a taken place and gives it free.
func (t *Table) fill(p probe, at place, seq uint64, r *Record, v stamp, foreign bool, now int64) {
	e := t.entryAt(at)
	was := t.weigh(at, seq)
	expires := min(max(r.Expires, now), now+MaxLifetime)
	t.slotAt(at).Store(p.at(at.level) | epochOf(expires) | uint64(r.State))
	e.write(r, v.term, expires)
	e.release(seq, v.version)
	if t.track != nil {
		t.track.move(was, t.weightOf(&r.Key, v, r.State))
		if !foreign {
			t.track.marks.raise(at.number())
		}
	}
}

// insert places r, whose key find did not see, on the lowest level that has
// room. Inserts of keys of one home exclude each other by a bit of that
// bucket, so that a key never gets two places; who finds it set gives up.
func (t *Table) insert(p probe, r *Record, foreign bool, now int64) (o Outcome, again bool) {
	home := &t.buckets[p.home]
	if home.own.Or(insertLock)&insertLock != 0 {
		return Contended, false
	}
	switch _, f := t.find(p, &r.Key); f {
	case hit:
		o, again = Contended, true
	case busy:
		o = Contended
	default:
		o = t.admit(r.share(), r.State)
		if o == Done && !t.settle(p, r, foreign, now) {
			t.dismiss(r.share(), r.State)
			t.full.Add(1)
			o = Full
		}
	}
	home.own.And(^uint64(insertLock))
	return o, again
}

// settle takes a free place for r. The caller holds the insert lock of its home.
func (t *Table) settle(p probe, r *Record, foreign bool, now int64) bool {
	n := uint32(len(t.buckets))
	for level := range uint32(levels) {
		at := place{bucket: p.bucketAt(level, n), level: level}
		for at.slot = range uint32(slotsPerBucket) {
			seq, old, ok := t.takeFree(at, now)
			if !ok {
				continue
			}
			if level > 0 {
				t.buckets[p.home].raise(level) // before the slot can be looked for
			}
			e := t.entryAt(at)
			of, v := e.share(), stamp{r.Term, r.Version}
			if !foreign {
				v = t.first(e.stamp(seq), old&slotState != 0, now)
			}
			t.fill(p, at, seq, r, v, foreign, now)
			if old&slotState != 0 {
				t.forget(at.bucket, old, of)
				t.expired.Add(1)
			}
			t.inserts.Add(1)
			return true
		}
	}
	return false
}

// takeFree takes the entry at a place if its slot is empty or expired, and
// returns the slot word it had.
func (t *Table) takeFree(at place, now int64) (seq, s uint64, ok bool) {
	slot, e := t.slotAt(at), t.entryAt(at)
	if s = slot.Load(); s&slotState != 0 && alive(left(s, now)) {
		return 0, 0, false
	}
	if seq, ok = e.take(); !ok {
		return 0, 0, false
	}
	if s = slot.Load(); s&slotState != 0 && e.live(now) != Unknown {
		e.restore(seq)
		return 0, 0, false
	}
	return seq, s, true
}

// share is that of a taken entry.
func (e *entry) share() share {
	return newShare(uint16(e[wordKind].Load()), e[wordHi].Load(), e[wordLo].Load())
}

// forget takes what slot word s in a bucket held out of all counts.
func (t *Table) forget(bucket uint32, s uint64, of share) {
	if level := uint32(s & slotLevel >> levelShift); level > 0 {
		t.buckets[homeOf(s, bucket, uint32(len(t.buckets)))].lower(level)
	}
	t.dismiss(of, State(s&slotState))
}

// remove empties a taken place and gives it free. The key stays behind with
// the version of its removal, for Changes.
func (t *Table) remove(at place, seq uint64, v stamp) {
	e := t.entryAt(at)
	was := t.weigh(at, seq)
	s, of := t.slotAt(at).Swap(0), e.share()
	e[wordProven].Store(provenWord(v.term, 0))
	e.release(seq, v.version)
	t.forget(at.bucket, s, of)
	if t.track != nil {
		t.track.move(was, weight{})
	}
}

// Delete removes the entry of k if its live state is in from; 1<<Unknown
// allows to remove one that expired. Refused also when there is none.
func (t *Table) Delete(k Key, from States, now int64) Outcome {
	at, seq, o := t.seize(&k)
	if o != Done {
		return o
	}
	e := t.entryAt(at)
	if from&(1<<e.live(now)) == 0 {
		e.restore(seq)
		return Refused
	}
	t.withdraw(at, seq, now)
	if t.track != nil {
		t.track.marks.raise(at.number())
	}
	t.deleted.Add(1)
	return Done
}

// seize takes the entry of k: Done, Refused when there is none, or Contended.
func (t *Table) seize(k *Key) (at place, seq uint64, o Outcome) {
	p := t.hash.probe(k, uint64(len(t.buckets)))
	for range tries {
		at, f := t.find(p, k)
		if f == none {
			return at, 0, Refused
		}
		if f == busy {
			break
		}
		seq, ok, again := t.takeAt(p, at, k)
		if ok {
			return at, seq, Done
		}
		if !again {
			break
		}
	}
	t.contended.Add(1)
	return place{}, 0, Contended
}
