package session

import "sync/atomic"

// finding is how a search for a key ended.
type finding uint8

const (
	none finding = iota
	hit
	busy // a slot looks like the key, but a writer has its entry
)

// match returns the slot word of b with the ID bits of word, or 0. An empty
// slot matches no key: every word has a bit that it lacks. The seven
// comparisons become conditional moves: where a key lies is random, so a loop
// that leaves early would mispredict for each. (Inlined by hand into the loop
// of States it gets slower: the compiler spills all of it.)
func (b *bucket) match(word uint64) (s uint64) {
	s0, s1, s2, s3 := b.slot[0].Load(), b.slot[1].Load(), b.slot[2].Load(), b.slot[3].Load()
	s4, s5, s6 := b.slot[4].Load(), b.slot[5].Load(), b.slot[6].Load()
	if (s0^word)&slotID == 0 {
		s = s0
	}
	if (s1^word)&slotID == 0 {
		s = s1
	}
	if (s2^word)&slotID == 0 {
		s = s2
	}
	if (s3^word)&slotID == 0 {
		s = s3
	}
	if (s4^word)&slotID == 0 {
		s = s4
	}
	if (s5^word)&slotID == 0 {
		s = s5
	}
	if (s6^word)&slotID == 0 {
		s = s6
	}
	return s
}

// number is the slot that match found for word, or slot 0 when it is gone.
func (b *bucket) number(word uint64) (slot uint32) {
	s1, s2, s3 := b.slot[1].Load(), b.slot[2].Load(), b.slot[3].Load()
	s4, s5, s6 := b.slot[4].Load(), b.slot[5].Load(), b.slot[6].Load()
	if (s1^word)&slotID == 0 {
		slot = 1
	}
	if (s2^word)&slotID == 0 {
		slot = 2
	}
	if (s3^word)&slotID == 0 {
		slot = 3
	}
	if (s4^word)&slotID == 0 {
		slot = 4
	}
	if (s5^word)&slotID == 0 {
		slot = 5
	}
	if (s6^word)&slotID == 0 {
		slot = 6
	}
	return slot
}

// markUsed sets the used bit of a slot that was read as s. It gives up when
// the slot has changed since, and writes nothing when the bit is set.
func markUsed(slot *atomic.Uint64, s uint64) {
	if s&slotUsed == 0 {
		slot.CompareAndSwap(s, s|slotUsed)
	}
}

// find searches all levels for the slot of k, expired or not. It reads entries
// only behind slots that cannot tell keys apart.
func (t *Table) find(p probe, k *Key) (place, finding) {
	at, f := t.findAt(p, k, 0)
	if f != none {
		return at, f
	}
	for set := t.buckets[p.home].displaced(); set != 0; {
		var level uint32
		level, set = nextLevel(set)
		if at, f = t.findAt(p, k, level); f != none {
			return at, f
		}
	}
	return place{}, none
}

func (t *Table) findAt(p probe, k *Key, level uint32) (place, finding) {
	at := place{bucket: p.bucketAt(level, uint32(len(t.buckets))), level: level}
	b, word := &t.buckets[at.bucket], p.at(level)
	for at.slot = range uint32(slotsPerBucket) {
		if s := b.slot[at.slot].Load(); s&slotState == 0 || (s^word)&slotID != 0 {
			continue
		}
		if word&slotExact != 0 {
			return at, hit
		}
		if _, f := t.entryAt(at).look(k, 0); f != none {
			return at, f
		}
	}
	return place{}, none
}

// state is States for one key, by all levels.
func (t *Table) state(p probe, k *Key, now int64) State {
	at, f := t.find(p, k)
	if f != hit {
		return Unknown
	}
	s := t.slotAt(at).Load()
	if (s^p.at(at.level))&slotID != 0 {
		return Unknown
	}
	st := State(s & slotState)
	if l := left(s, now); s&slotExact == 0 || l == 0 {
		st, _ = t.entryAt(at).look(k, now)
	} else if !alive(l) {
		st = Unknown
	}
	if st == Trapped {
		markUsed(t.slotAt(at), s)
	}
	return st
}

// ask lets the entry of a slot that looks like k decide. When it turns out to
// be of another key, the search goes on.
func (t *Table) ask(p probe, at place, k *Key, now int64) State {
	st, f := t.entryAt(at).look(k, now)
	if f == none {
		return t.state(p, k, now)
	}
	if st == Trapped {
		if s := t.slotAt(at).Load(); (s^p.at(at.level))&slotID == 0 {
			markUsed(t.slotAt(at), s)
		}
	}
	return st
}

// Get copies the live entry of k. ok is false when there is none (or it could
// not be read consistently in three tries).
func (t *Table) Get(k Key, now int64) (r Record, ok bool) {
	if r, ok = t.Look(k); !ok || r.Expires <= now {
		return Record{}, false
	}
	return r, true
}

// Look copies the entry of k, expired or not; of one that is not live Digest
// still tells. ok is false as with Get.
func (t *Table) Look(k Key) (r Record, ok bool) {
	at, f := t.find(t.hash.probe(&k, uint64(len(t.buckets))), &k)
	if f != hit {
		return Record{}, false
	}
	if s, ok := t.readAt(at, &r); !ok || s&slotState == 0 || r.Key != k {
		return Record{}, false
	}
	return r, true
}

// readAt copies what lies at a place, and returns the slot word of that same
// version: a slot changes only under its entry's count, but for the used bit.
// An empty slot's record has the key that was there last, and the version of
// its removal.
func (t *Table) readAt(at place, r *Record) (s uint64, ok bool) {
	e := t.entryAt(at)
	for range tries {
		seq := e[wordSeq].Load()
		s = t.slotAt(at).Load()
		if !e.read(r) {
			return 0, false
		}
		if e[wordSeq].Load() == seq {
			r.Used = s&slotUsed != 0
			return s, true
		}
	}
	return 0, false
}
