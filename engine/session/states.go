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
		index [burst.Size]uint8  // which key
		open  [burst.Size]uint8  // which of the above the home's slots do not decide
		found [burst.Size]uint8  // the slot whose entry must, or elsewhere
		entry [burst.Size]uint32 // that entry
	)
	buckets := t.buckets
	n := uint64(len(buckets))
	m := t.place(mask, keys, &index, &home, &word)
	base := unsafe.Pointer(unsafe.SliceData(buckets))
	prefetch(base, &home, m)
	t.match(&home, &word, &hits, m)
	undecided := 0
	for j := range m {
		w, i := word[j&63], index[j&63]&63
		b := &buckets[home[j&63]]
		var slot uint32
		var s uint64
		if h := hits[j&63]; h != 0 {
			slot = uint32(bits.TrailingZeros8(h)-1) % slotsPerBucket
			s = b.slot[slot].Load()
		}
		if s == 0 || (s^w)&slotID != 0 {
			out[i] = Unknown
			if d := b.displaced(); d != 0 {
				level, _ := nextLevel(d)
				buckets[probe{home[j&63], w}.bucketAt(level, uint32(n))].own.Load()
				open[undecided&63], found[undecided&63] = uint8(j), elsewhere // entry 0 is fetched in vain
				undecided++
			}
			continue
		}
		l := left(s, now)
		if s&slotExact == 0 || l == 0 {
			open[undecided&63], found[undecided&63] = uint8(j), uint8(slot)
			entry[undecided&63] = home[j&63]*slotsPerBucket + slot
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
		j := open[o&63] & 63
		p, k := probe{home[j], word[j]}, &keys[index[j]&63]
		st := Unknown
		if at := found[o&63]; at == elsewhere {
			st = t.state(p, k, now)
		} else {
			st = t.ask(p, place{bucket: p.home, slot: uint32(at)}, k, now)
		}
		out[index[j]&63] = st
	}
}

// place finds where the keys of mask may lie: for the j-th of them the index in
// keys, the home and the ID bits. It returns how many there are.
func (t *Table) place(mask burst.Mask, keys *[burst.Size]Key, index *[burst.Size]uint8, home *[burst.Size]uint32, word *[burst.Size]uint64) (m int) {
	n := uint64(len(t.buckets))
	if !vector {
		for ; mask != 0; mask = mask.Rest() {
			i := mask.First()
			p := t.hash.probe(&keys[i], n)
			home[m&63], word[m&63], index[m&63] = p.home, p.word, uint8(i)
			m++
		}
		return m
	}
	var exact [burst.Size]uint64
	var wide burst.Mask // of the order in mask
	for ; mask != 0; mask = mask.Rest() {
		i := mask.First()
		k := &keys[i]
		index[m&63], exact[m&63] = uint8(i), k.v4()
		if !k.isExact() {
			wide |= burst.Bit(m)
		}
		m++
	}
	if m > 0 && wide != burst.Lowest(m) {
		placeVector(&t.hash, &exact, n, home, word, m)
	}
	for ; wide != 0; wide = wide.Rest() {
		j := wide.First()
		p := wideProbe(t.hash.wide(&keys[index[j]&63]), n)
		home[j], word[j] = p.home, p.word
	}
	return m
}

// match fills hits for the first m homes. The vector compares all slots of a
// bucket by one load that is not atomic as a whole; so a hit says where to look
// and no more: the caller loads the slot and compares again.
func (t *Table) match(home *[burst.Size]uint32, word *[burst.Size]uint64, hits *[burst.Size]uint8, m int) {
	if vector {
		matchVector(unsafe.Pointer(unsafe.SliceData(t.buckets)), home, word, slotID, hits, m)
		return
	}
	for j := range m {
		b, w := &t.buckets[home[j&63]], word[j&63]
		hits[j&63] = 0
		if b.match(w) != 0 {
			hits[j&63] = 2 << b.number(w)
		}
	}
}

// elsewhere stands for a slot number: the key may lie on another level.
const elsewhere = 0xff
