package session

import (
	"math/bits"
	"unsafe"

	"mire/dpdk/burst"
)

// States looks up the keys of mask and stores the state of each; Unknown when
// there is no live entry. A Trapped hit marks the entry as used.
//
// It runs over the whole mask in passes, so that the cache misses of one pass
// overlap: place every key, prefetch every bucket, compare, and only for keys
// whose slot cannot decide alone (IPv6, or in its last 2.1 s) read the entry.
// States and Get agree at every now.
func (t *Table) States(mask burst.Mask, keys *[burst.Size]Key, out *[burst.Size]State, now int64) {
	var (
		home  [burst.Size]uint32
		word  [burst.Size]uint64
		hits  [burst.Size]uint8  // which slots of the home look like the key: bit s+1 for slot s
		open  [burst.Size]uint8  // which keys the home's slots do not decide
		found [burst.Size]uint8  // the slot whose entry must, or elsewhere
		entry [burst.Size]uint32 // that entry
	)
	buckets := t.buckets
	t.match(mask, keys, &home, &word, &hits)
	undecided := 0
	for ; mask != 0; mask = mask.Rest() {
		i := mask.First()
		w, b := word[i], &buckets[home[i]]
		var slot uint32
		var s uint64
		if h := hits[i]; h != 0 {
			slot = uint32(bits.TrailingZeros8(h)-1) % slotsPerBucket
			s = b.slot[slot].Load()
		}
		if s == 0 || (s^w)&slotID != 0 {
			out[i] = Unknown
			if d := b.displaced(); d != 0 {
				level, _ := nextLevel(d)
				buckets[probe{home[i], w}.bucketAt(level, uint32(len(buckets)))].own.Load()
				open[undecided&63], found[undecided&63] = uint8(i), elsewhere // entry 0 is fetched in vain
				undecided++
			}
			continue
		}
		l := left(s, now)
		if s&slotExact == 0 || l == 0 {
			open[undecided&63], found[undecided&63] = uint8(i), uint8(slot)
			entry[undecided&63] = home[i]*slotsPerBucket + slot
			undecided++
			continue
		}
		st := State(s & slotState)
		if !alive(l) {
			st = Unknown
		}
		out[i] = st
		if st == Trapped && s&slotUsed == 0 {
			markUsed(&b.slot[slot], s)
		}
	}
	prefetch(unsafe.Pointer(unsafe.SliceData(t.entries)), &entry, undecided)
	for o := range undecided {
		i, at := open[o&63]&63, found[o&63]
		k, st := &keys[i], Unknown
		switch {
		case at == elsewhere:
			st = t.state(probe{home[i], word[i]}, k, now)
		case t.entries[entry[o&63]].holdsNow(k, now, &st):
			if slot := &buckets[home[i]].slot[at%slotsPerBucket]; st == Trapped {
				if s := slot.Load(); (s^word[i])&slotID == 0 {
					markUsed(slot, s)
				}
			}
		default:
			st = t.ask(probe{home[i], word[i]}, place{bucket: home[i], slot: uint32(at)}, k, now)
		}
		out[i] = st
	}
}

// match finds for each key of mask its home, its ID bits, and which slots of
// the home have them. The vector compares all slots of a bucket by one load
// that is not atomic as a whole; so a hit says where to look and no more: the
// caller loads the slot and compares again.
func (t *Table) match(mask burst.Mask, keys *[burst.Size]Key, home *[burst.Size]uint32, word *[burst.Size]uint64, hits *[burst.Size]uint8) {
	base := unsafe.Pointer(unsafe.SliceData(t.buckets))
	if vector {
		placeVector(&t.hash, keys, mask, uint64(len(t.buckets)), home, word)
		matchVector(base, home, word, mask, slotID, hits)
		return
	}
	var line [burst.Size]uint32
	n := 0
	for m := mask; m != 0; m = m.Rest() {
		i := m.First()
		p := t.hash.probe(&keys[i], uint64(len(t.buckets)))
		home[i], word[i] = p.home, p.word
		line[n&63] = p.home
		n++
	}
	prefetch(base, &line, n)
	for m := mask; m != 0; m = m.Rest() {
		i := m.First()
		b := &t.buckets[home[i]]
		hits[i] = 0
		if b.match(word[i]) != 0 {
			hits[i] = 2 << b.number(word[i])
		}
	}
}

// elsewhere stands for a slot number: the key may lie on another level.
const elsewhere = 0xff
