package session

import (
	"math/bits"
	"sync/atomic"
	"unsafe"
)

// The shape of the index. A bucket is one cache line: a word of its own and
// seven slots; slot s of bucket b belongs to entry 7*b+s, so no index is kept.
const (
	slotsPerBucket = 7
	levels         = 16      // buckets a key may lie in: home + level*step
	maxStep        = 64      // steps are 1..maxStep buckets
	minBuckets     = 1 << 10 // >= levels*maxStep and >= 1<<(48-tagBits)
	tagBits        = 38
	epochBits      = 18
	epochShift     = 31 // one epoch is 2^31 ns = 2.1 s
)

// A slot word: state 2 bits (0 = empty), used, exact, level 4, epoch of the
// expiry 18, tag 38.
const (
	slotState  = uint64(NumStates - 1)
	slotUsed   = uint64(1) << 2
	slotExact  = uint64(1) << 3
	levelShift = 4
	slotLevel  = uint64(levels-1) << levelShift
	epochAt    = 8
	slotEpoch  = uint64(1<<epochBits-1) << epochAt
	tagAt      = epochAt + epochBits
	slotTag    = uint64(1<<tagBits-1) << tagAt
	slotID     = slotExact | slotLevel | slotTag // what names a key
)

// MaxLifetime is the longest that an entry can live after a Put, nanoseconds
// (48 h). It keeps the 18-bit epoch of a slot unambiguous: an entry that no
// Scan has visited could be taken for a live one only 4.5 days after it expired.
const MaxLifetime = int64(48 * 3600e9)

// bucket is one cache line of the index. The word own holds in bit 0 the lock
// of inserts whose home is here, and in its nibbles 1..15 how many keys of this
// home lie at that level (saturating at 15, then sticky).
type bucket struct {
	own  atomic.Uint64
	slot [slotsPerBucket]atomic.Uint64
}

const insertLock = 1

// entry is one cache line: everything of a Record but Used. All words are
// read and written atomically; see entry.go for what lies where.
type entry [8]atomic.Uint64

// Compile-time checks of the layout; each array length is negative otherwise.
var (
	_ [64]byte = [unsafe.Sizeof(bucket{})]byte{}
	_ [64]byte = [unsafe.Sizeof(entry{})]byte{}
	_ [4]byte  = [NumStates]byte{}
	_ [64]byte = [tagAt + tagBits]byte{}
	_ [minBuckets - (levels-1)*maxStep]byte
	_ [minBuckets - 1<<(48-tagBits)]byte
	_ [1<<(epochBits-1) - 1 - maxLeft]byte
)

// epochOf is the epoch field of a slot that expires at t.
func epochOf(t int64) uint64 { return uint64(t) >> epochShift << epochAt & slotEpoch }

// maxLeft is the largest left of a live slot: two clocks that read the same
// second may be an epoch apart, and so may the ends of a lifetime.
const maxLeft = MaxLifetime>>epochShift + 2

// left is the number of epochs until slot word s expires as seen at now: at
// zero the entry must say, 1..maxLeft it is live, else it is not.
func left(s uint64, now int64) int32 {
	return int32(uint32(s>>epochAt-uint64(now)>>epochShift)<<(32-epochBits)) >> (32 - epochBits)
}

// alive is the verdict of a left that is not zero.
func alive(left int32) bool { return uint32(left-1) < uint32(maxLeft) }

// probe is where a key may lie.
type probe struct {
	home uint32
	word uint64 // the ID bits of its slot at level 0
}

// at is the ID bits of the slot at a level.
func (p probe) at(level uint32) uint64 { return p.word | uint64(level)<<levelShift }

// step is the distance between levels. It depends on the tag alone, so that
// the home of a slot follows from what is stored.
func step(word uint64) uint32 { return 1 + uint32(word>>tagAt)&(maxStep-1) }

// bucketAt is the number of the bucket of p at a level, of n buckets.
func (p probe) bucketAt(level, n uint32) uint32 {
	b := uint64(p.home) + uint64(level*step(p.word))
	if b >= uint64(n) {
		b -= uint64(n)
	}
	return uint32(b)
}

// homeOf is the home of what slot word s in bucket b holds.
func homeOf(s uint64, b, n uint32) uint32 {
	d := uint32(s&slotLevel>>levelShift) * step(s)
	if b < d {
		b += n
	}
	return b - d
}

// displaced is the set of levels above 0 where keys of this home may lie, as
// nibbles that are not zero.
func (b *bucket) displaced() uint64 { return b.own.Load() &^ 0xf }

// nextLevel takes the lowest level out of a set from displaced.
func nextLevel(set uint64) (level uint32, rest uint64) {
	level = uint32(bits.TrailingZeros64(set)) / 4
	return level, set &^ (0xf << (4 * level))
}

// raise counts one more key of this home at a level. The caller holds the
// insert lock, so that nobody else raises.
func (b *bucket) raise(level uint32) {
	if b.own.Load()>>(4*level)&0xf != 0xf {
		b.own.Add(1 << (4 * level))
	}
}

// lower counts one key less, unless the count once ran over.
func (b *bucket) lower(level uint32) {
	for {
		w := b.own.Load()
		if n := w >> (4 * level) & 0xf; n == 0xf || n == 0 || b.own.CompareAndSwap(w, w-1<<(4*level)) {
			return
		}
	}
}

// place is a slot and its entry.
type place struct {
	bucket uint32
	slot   uint32
	level  uint32
}

// number is the number of the entry of a place.
func (p place) number() uint64 { return uint64(p.bucket)*slotsPerBucket + uint64(p.slot) }

// placeOf is the place of an entry, but not its level.
func placeOf(number uint64) place {
	return place{bucket: uint32(number / slotsPerBucket), slot: uint32(number % slotsPerBucket)}
}

func (t *Table) slotAt(p place) *atomic.Uint64 { return &t.buckets[p.bucket].slot[p.slot] }
func (t *Table) entryAt(p place) *entry {
	return &t.entries[p.number()]
}
