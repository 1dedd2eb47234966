package session

import (
	"math/bits"
	"unsafe"

	"mire/dpdk/burst"
)

// Found are slots by the state that a lookup saw, each slot in one mask at most:
// a slot in none is Unknown. Found[Unknown] is not used.
type Found [NumStates]burst.Mask

// State is what was found of slot i.
func (f *Found) State(i int) State {
	for st := Probing; st < NumStates; st++ {
		if f[st].Has(i) {
			return st
		}
	}
	return Unknown
}

// Join adds what was found of other slots.
func (f *Found) Join(o Found) {
	for st := range f {
		f[st] |= o[st]
	}
}

// Half tells the two addresses of a pair apart.
type Half uint8

const (
	Sources Half = iota
	Destinations
)

// Finder is what one worker needs to look up columns of addresses; the zero
// value is ready. Its order is known to column_amd64.s.
type Finder struct {
	home [burst.Size]uint64 // offset of the home in the index, bytes
	word [burst.Size]uint64 // ID bits
	slot [burst.Size]uint64 // word `at` of the home, read once
	at   [burst.Size]uint8  // 1 + the number of the slot that looked like the key; 0: none, so slot is the own word

	// Answers about slot, bit i for slot i.
	same  burst.Mask // it has the ID bits
	live  burst.Mask // its epoch is later than now
	edge  burst.Mask // its epoch is the present one: the entry must say
	low   burst.Mask // bits 0 and 1, the state
	high  burst.Mask
	used  burst.Mask
	other burst.Mask // as an own word: keys of this home lie on other levels

	// Over IPv6 the entry decides.
	mapped  burst.Mask         // IPv4-mapped addresses
	hi, lo  [burst.Size]uint64 // the address
	entry   [burst.Size]uint64 // offset of the entry, bytes
	unlike  [burst.Size]uint64 // not 0 when it is of another address or being written
	kind    [burst.Size]uint64 // its wordKind
	expires [burst.Size]uint64
	near    burst.Mask // there is such an entry
	sure    burst.Mask // it is the address's, and alive
	// Bits 0 and 1 of its state.
	entryLow, entryHigh burst.Mask

	keys  [burst.Size]Key
	state [burst.Size]State
	line  [burst.Size]uint32 // entries to fetch
}

// States4 is States for a column of IPv4 address pairs, source and destination
// as on the wire (burst.Columns.Addr[0]), all on one network (Key.Net).
func (t *Table) States4(m burst.Mask, addrs *[burst.Size]uint64, half Half, net uint16, now int64, f *Finder) Found {
	t.Seek4(m, addrs, half, net, f)
	return t.Sought4(m, addrs, half, net, now, f)
}

// Seek4 is the first half of States4: it has the table's lines fetched for whoever
// has something else to do meanwhile.
func (t *Table) Seek4(m burst.Mask, addrs *[burst.Size]uint64, half Half, net uint16, f *Finder) {
	if vector && m != 0 {
		place4(&t.hash, addrs, uint64(half&1), uint64(net), m, unsafe.Pointer(unsafe.SliceData(t.buckets)), uint64(len(t.buckets)), f)
	}
}

// Sought4 is the second half of States4, with the same arguments as Seek4 and the
// Finder as that left it.
func (t *Table) Sought4(m burst.Mask, addrs *[burst.Size]uint64, half Half, net uint16, now int64, f *Finder) (found Found) {
	if m == 0 {
		return found
	}
	if !vector {
		for n := m; n != 0; n = n.Rest() {
			i := n.First()
			f.keys[i] = PairKey(addrs[i], half, net)
		}
		return t.StatesOf(m, &f.keys, now, f)
	}
	matchAll(unsafe.Pointer(unsafe.SliceData(t.buckets)), m, slotID, uint64(now)>>epochShift+1, uint64(maxLeft), f)
	same := m & f.same
	sure := same & f.live
	found[Trapped] = sure & f.high &^ f.low
	found[Probing] = sure & f.low &^ f.high
	found[Real] = sure & f.low & f.high
	fresh := found[Trapped] &^ f.used
	open := same&f.edge | m&f.other&^f.same
	if fresh|open != 0 {
		t.finish4(open, fresh, addrs, half, net, now, f, &found)
	}
	return found
}

// finish4 searches all levels, or asks the entry, for the slots of open, and
// marks those of fresh as used.
func (t *Table) finish4(open, fresh burst.Mask, addrs *[burst.Size]uint64, half Half, net uint16, now int64, f *Finder, found *Found) {
	n := 0
	for m := open & f.other &^ f.same; m != 0; m = m.Rest() {
		i := m.First()
		level, _ := nextLevel(f.slot[i] &^ 0xf)
		f.line[n&63] = f.probe(i).bucketAt(level, uint32(len(t.buckets)))
		n++
	}
	prefetch(unsafe.Pointer(unsafe.SliceData(t.buckets)), &f.line, n)
	t.mark(fresh, f)
	for ; open != 0; open = open.Rest() {
		i := open.First()
		k := PairKey(addrs[i], half, net)
		found.add(i, t.state(f.probe(i), &k, now))
	}
}

// States6 is States for the IPv6 addresses of m in two columns of words as on
// the wire (burst.Columns.Addr), all on one network.
func (t *Table) States6(m burst.Mask, hi, lo *[burst.Size]uint64, net uint16, now int64, f *Finder) Found {
	t.Seek6(m, hi, lo, net, f)
	return t.Sought6(m, hi, lo, net, now, f)
}

// Seek6 is to States6 what Seek4 is to States4.
func (t *Table) Seek6(m burst.Mask, hi, lo *[burst.Size]uint64, net uint16, f *Finder) {
	if vector && m != 0 {
		k := Key{Net: net, Kind: KindAddress}
		place6(&t.hash, hi, lo, k.kindWord(), m, unsafe.Pointer(unsafe.SliceData(t.buckets)), uint64(len(t.buckets)), f)
	}
}

// Sought6 is to Seek6 what Sought4 is to Seek4.
func (t *Table) Sought6(m burst.Mask, hi, lo *[burst.Size]uint64, net uint16, now int64, f *Finder) (found Found) {
	if m == 0 {
		return found
	}
	if !vector || m&f.mapped != 0 { // the slots of mapped addresses decide alone
		return t.states6(m, hi, lo, net, now, f)
	}
	kind := Key{Net: net, Kind: KindAddress}
	matchAll(unsafe.Pointer(unsafe.SliceData(t.buckets)), m, slotID, uint64(now)>>epochShift+1, uint64(maxLeft), f)
	open := m & f.other
	if m&f.same != 0 {
		readAll(unsafe.Pointer(unsafe.SliceData(t.entries)), m, kind.kindWord(), uint64(now), f)
		near := m & f.near
		sure := near & f.sure
		found[Trapped] = sure & f.entryHigh &^ f.entryLow
		found[Probing] = sure & f.entryLow &^ f.entryHigh
		found[Real] = sure & f.entryLow & f.entryHigh
		open = open&^near | near&^sure
		t.mark(found[Trapped]&^f.used, f)
	}
	for ; open != 0; open = open.Rest() {
		i := open.First()
		k := WordsKey(hi[i], lo[i], net)
		found.add(i, t.state(f.probe(i), &k, now))
	}
	return found
}

// states6 is States6 by keys.
func (t *Table) states6(m burst.Mask, hi, lo *[burst.Size]uint64, net uint16, now int64, f *Finder) Found {
	for n := m; n != 0; n = n.Rest() {
		i := n.First()
		f.keys[i] = WordsKey(hi[i], lo[i], net)
	}
	return t.StatesOf(m, &f.keys, now, f)
}

// mark marks the slots that were found for m as used.
func (t *Table) mark(m burst.Mask, f *Finder) {
	for ; m != 0; m = m.Rest() {
		i := m.First()
		if at := f.at[i]; at != 0 {
			markUsed(&t.buckets[f.home[i]>>6].slot[(at-1)%slotsPerBucket], f.slot[i])
		}
	}
}

// StatesOf is States into masks.
func (t *Table) StatesOf(m burst.Mask, keys *[burst.Size]Key, now int64, f *Finder) (found Found) {
	t.States(m, keys, &f.state, now)
	for ; m != 0; m = m.Rest() {
		i := m.First()
		found.add(i, f.state[i])
	}
	return found
}

func (found *Found) add(i int, st State) {
	if st != Unknown {
		found[st&(NumStates-1)] |= burst.Bit(i)
	}
}

// probe is where the key of slot i may lie.
func (f *Finder) probe(i int) probe { return probe{uint32(f.home[i] >> 6), f.word[i]} }

// PairKey is the key of one address of a pair as on the wire.
func PairKey(pair uint64, half Half, net uint16) Key {
	a := bits.ReverseBytes32(uint32(pair >> (32 * (half & 1))))
	return Key{Lo: 0xffff<<32 | uint64(a), Net: net, Kind: KindAddress}
}

// WordsKey is the key of an IPv6 address as on the wire.
func WordsKey(hi, lo uint64, net uint16) Key {
	return Key{Hi: bits.ReverseBytes64(hi), Lo: bits.ReverseBytes64(lo), Net: net, Kind: KindAddress}
}
