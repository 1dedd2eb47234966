package session

import (
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
		index [burst.Size]uint8  // which key
		open  [burst.Size]uint8  // which of the above the home's slots do not decide
		found [burst.Size]uint8  // the slot whose entry must, or elsewhere
		entry [burst.Size]uint32 // that entry
	)
	buckets := t.buckets
	n := uint64(len(buckets))
	m := 0
	for ; mask != 0; mask = mask.Rest() {
		i := mask.First()
		k := &keys[i]
		var p probe
		if k.isExact() {
			p = exactProbe(t.hash.permute(k.v4()), n)
		} else {
			p = wideProbe(t.hash.wide(k), n)
		}
		home[m&63], word[m&63], index[m&63] = p.home, p.word, uint8(i)
		m++
	}
	prefetch(unsafe.Pointer(unsafe.SliceData(buckets)), &home, m)
	undecided := 0
	for j := range m {
		w, i := word[j&63], index[j&63]&63
		b := &buckets[home[j&63]]
		s := b.match(w)
		if s == 0 {
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
			slot := b.number(w)
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
			markUsed(&b.slot[b.number(w)], s)
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

// elsewhere stands for a slot number: the key may lie on another level.
const elsewhere = 0xff
