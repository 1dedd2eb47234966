package event

import (
	"encoding/binary"
	"hash/fnv"
	"time"
)

// key is what limits hold for: one subject, one kind, one network (link-local
// addresses of two networks are two parties).
type key struct {
	subject [16]byte
	net     uint16
	kind    Kind
	by      Subject
}

func keyOf(e *Event, by Subject) key {
	k := key{net: e.Net, kind: e.Kind, by: by}
	switch by {
	case BySource, Alone:
		k.subject = e.Remote
	case ByCause:
		k.subject = e.Remote
		h := fnv.New64a()
		h.Write(e.payload())
		binary.LittleEndian.PutUint64(k.subject[:], binary.LittleEndian.Uint64(k.subject[:])^h.Sum64())
	case ByAddress:
		k.subject = e.Ours
	case ByMAC:
		copy(k.subject[:], e.MAC[:])
	case ByPort:
		// Its state too: "back" must not be counted into "gone".
		k.subject[0], k.subject[1], k.subject[2] = byte(e.OurPort>>8), byte(e.OurPort), byte(e.Count)
	}
	return k
}

// entry is one window of one key.
type entry struct {
	key       key
	last      Event
	start     time.Time
	count     uint64 // events in this window
	reported  uint64 // of those, the ones that lines have accounted for
	next      uint64 // the count that is worth the next line
	addresses distinct
	ports     distinct
	crowd     *crowd // of a MAC or a network that stands for many sources, else nil
	link      int32  // the next younger entry, or the next free one
}

const none = -1

// table holds at most len(entries) windows. All windows are equally long, so
// that the order of their starts is the order of their ends: a queue.
type table struct {
	index   map[key]int32
	entries []entry
	unused  int32 // entries from here on were never used
	free    int32 // used ones, latest first, so that memory once touched is used again
	oldest  int32
	newest  int32
}

func newTable(size int) *table {
	return &table{index: make(map[key]int32, size), entries: make([]entry, size),
		free: none, oldest: none, newest: none}
}

// find is the open window of k, or nil.
func (t *table) find(k key) *entry {
	if i, ok := t.index[k]; ok {
		return &t.entries[i]
	}
	return nil
}

func (t *table) full() bool { return len(t.index) == len(t.entries) }

// add opens a window. The table must not be full.
func (t *table) add(k key, now time.Time) *entry {
	i := t.free
	if i != none {
		t.free = t.entries[i].link
	} else {
		i = t.unused
		t.unused++
	}
	e := &t.entries[i]
	*e = entry{key: k, start: now, next: 1, link: none}
	if t.newest == none {
		t.oldest = i
	} else {
		t.entries[t.newest].link = i
	}
	t.newest = i
	t.index[k] = i
	return e
}

// first is the oldest window, nil when there is none.
func (t *table) first() *entry {
	if t.oldest == none {
		return nil
	}
	return &t.entries[t.oldest]
}

// dropFirst closes the oldest window. The entry stays readable until the next add.
func (t *table) dropFirst() {
	i := t.oldest
	e := &t.entries[i]
	delete(t.index, e.key)
	if t.oldest = e.link; t.oldest == none {
		t.newest = none
	}
	e.link, t.free = t.free, i
}
