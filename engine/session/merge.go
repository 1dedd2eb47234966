package session

// Merge takes over the record of another node: with its Term, Version, State,
// MAC, Askers, Owner and Proven, and with its Expires as far as Put allows one.
// An entry of that key that is as new or newer (Newer) stays, expired or not, so
// that records may come in any order and more than once. State Unknown removes
// an older entry. No mark is left. Done; Refused when nothing older is there to
// change, or the state is none that this node knows; Contended, Full, Quota as Put.
func (t *Table) Merge(r *Record, now int64) Outcome {
	if r.State >= NumStates {
		return Refused
	}
	if r.State != Unknown {
		return t.put(r, 0, true, now)
	}
	at, seq, o := t.seize(&r.Key)
	if o != Done {
		return o
	}
	e := t.entryAt(at)
	if v := (stamp{r.Term, r.Version}); newer(v, Unknown, e.stamp(seq), e.state()) {
		t.remove(at, seq, v)
		t.deleted.Add(1)
		return Done
	}
	e.restore(seq)
	return Refused
}

// Drop removes the entry of k, expired or not, if it has exactly this Term and
// Version; otherwise it is Refused, or Contended. No mark is left.
func (t *Table) Drop(k Key, term uint16, version uint32, now int64) Outcome {
	at, seq, o := t.seize(&k)
	if o != Done {
		return o
	}
	e, v := t.entryAt(at), stamp{term, version}
	if e.stamp(seq) != v {
		e.restore(seq)
		return Refused
	}
	t.remove(at, seq, v)
	t.deleted.Add(1)
	return Done
}
