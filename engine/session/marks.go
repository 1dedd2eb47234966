package session

// Marked tells whether any entry was written since Changes told of it. False
// without Config.Sync. Any goroutine.
func (t *Table) Marked() bool { return t.track != nil && t.track.marks.any() }

// ClearMarks forgets what was written so far. Not beside Changes.
func (t *Table) ClearMarks() {
	if t.track == nil {
		return
	}
	b := &t.track.marks
	for w, ok := b.next(0); ok; w, ok = b.next(w + 1) {
		b.take(w)
	}
}

// Changes fills out with the entries that Put, Delete and an author's Scan have
// written since it told of them, each as it is now, and returns how many. What
// is gone comes as its Key with State Unknown and the Term and Version of its
// removal, unless the key has another place by now. When a new key has the
// place of an old one, only the new one is told. It goes round robin over the
// table, and no write is lost: what a writer holds comes the next time. One
// goroutine at a time. An expired entry is told as long as it lies there.
func (t *Table) Changes(out []Record) (n int) {
	if !t.Marked() {
		return 0
	}
	b := &t.track.marks
	c := from(t.track.nextMark)
	for n < len(out) {
		i, ok := c.pop(b)
		if !ok {
			break
		}
		switch t.report(placeOf(i), &out[n]) {
		case hit:
			n++
		case busy:
			b.raise(i)
		}
	}
	t.track.nextMark = c.end(b)
	return n
}

// report copies what there is to tell of a marked place: none when nothing.
func (t *Table) report(at place, r *Record) finding {
	s, ok := t.readAt(at, r)
	if !ok {
		return busy
	}
	if s&slotState != 0 {
		return hit
	}
	*r = Record{Key: r.Key, Term: r.Term, Version: r.Version}
	switch _, f := t.find(t.hash.probe(&r.Key, uint64(len(t.buckets))), &r.Key); f {
	case hit:
		return none
	case none:
		return hit
	}
	return busy
}

// Mark has Changes tell of k again, if it has an entry. Any worker.
func (t *Table) Mark(k Key) {
	if t.track == nil {
		return
	}
	if at, f := t.find(t.hash.probe(&k, uint64(len(t.buckets))), &k); f == hit {
		t.track.marks.raise(at.number())
	}
}
