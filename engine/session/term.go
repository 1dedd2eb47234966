package session

import "sync/atomic"

// authorship says under which mastership this node writes, if under any.
type authorship struct {
	author atomic.Uint32 // Term, and notAuthor
	grace  atomic.Int64
	// floor is the latest version of a removal under this Term: a key that
	// comes back to another place must not look older than its removal.
	// 0 = there was none, else removed | version.
	floor atomic.Uint64
}

const (
	notAuthor = 1 << 16
	removed   = 1 << 32
)

// stamp orders the versions of one key.
type stamp struct {
	term    uint16
	version uint32
}

// SetAuthor says who writes from now on. An author's Put and Delete stamp their
// entry with the term and a Version that is one more than that of the key (or,
// if it is new, of its place), or now in units of 2^20 ns if that is later. On a
// node that is not the author, a key that keeps its state keeps Term and Version
// too; one that is new or changes its state gets 0 and 0: the author has not
// taken that over yet. A new table is an author's, of term 0. Any goroutine.
func (t *Table) SetAuthor(term uint16, author bool) {
	a := uint32(term)
	if !author {
		a |= notAuthor
	}
	if t.author.Swap(a) != a {
		t.floor.Store(0)
	}
}

// SetGrace has Scan remove an expired entry only that many nanoseconds after its
// Expires, so that a node that adopts what another removes leaves that to it.
// All other methods take the entry for Unknown from Expires on, and an insert
// may take its place. Any goroutine.
func (t *Table) SetGrace(ns int64) { t.grace.Store(max(ns, 0)) }

// Newer orders the versions of one key: by Term, of which 0 is below every
// other, then by Version, both in serial arithmetic (RFC 1982), then by State.
// Two that are neither newer are the same version.
func (r *Record) Newer(o *Record) bool {
	return newer(stamp{r.Term, r.Version}, r.State, stamp{o.Term, o.Version}, o.State)
}

func newer(a stamp, as State, b stamp, bs State) bool {
	switch {
	case a.term != b.term:
		return b.term == 0 || a.term != 0 && int16(a.term-b.term) > 0
	case a.version != b.version:
		return int32(a.version-b.version) > 0
	}
	return as > bs
}

// later is the later of two versions.
func later(a, b uint32) uint32 {
	if int32(a-b) > 0 {
		return a
	}
	return b
}

// stamp is the version of a taken entry.
func (e *entry) stamp(seq uint64) stamp {
	return stamp{uint16(e[wordProven].Load() >> 48), uint32(seq >> 32)}
}

// next is the version of a local change to what has version v.
func (t *Table) next(v stamp, now int64) (_ stamp, author bool) {
	a := t.author.Load()
	if a&notAuthor != 0 {
		return v, false
	}
	return stamp{uint16(a), later(v.version+1, uint32(now>>20))}, true
}

// first is the version of a local insert into a place of version v; old says
// that an expired entry lies there, which is thereby removed.
func (t *Table) first(v stamp, old bool, now int64) stamp {
	v, author := t.next(v, now)
	if !author {
		return stamp{}
	}
	if f := t.floor.Load(); f != 0 {
		v.version = later(v.version, uint32(f))
	}
	if old && t.track != nil {
		t.lift(v.version)
	}
	return v
}

// lift raises the floor to a version.
func (t *Table) lift(version uint32) {
	for {
		f := t.floor.Load()
		if f != 0 && int32(version-uint32(f)) <= 0 || t.floor.CompareAndSwap(f, removed|uint64(version)) {
			return
		}
	}
}

// withdraw removes a taken entry as a local change.
func (t *Table) withdraw(at place, seq uint64, now int64) (author bool) {
	v, author := t.next(t.entryAt(at).stamp(seq), now)
	if author && t.track != nil {
		t.lift(v.version)
	}
	t.remove(at, seq, v)
	return author
}
