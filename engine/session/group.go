package session

import "math/bits"

// GroupCursor is where a walk through a group has come to. The zero value is
// its start, and what it is again at the end. It belongs to one goroutine.
type GroupCursor struct {
	level uint32
	next  uint32 // slots of the level's buckets that were visited
	above uint64 // displaced of all homes of the group seen so far
}

// Group copies the entries of group g that Digest counts into out, expired and
// not yet removed ones too, and returns how many; done says that there are no more,
// else it is to be called again with the same cursor (and an out that is not
// empty). An entry that lies there all the time is copied once, unless a writer
// holds it in the moment: then its mark will tell.
//
// The homes of a group are consecutive buckets, of which the first and the last
// are shared with others. A key on level l lies l to l*maxStep buckets after its
// home; levels of which no home of the group has keys are not read.
func (t *Table) Group(g int, c *GroupCursor, out []Record) (n int, done bool) {
	all := uint64(len(t.buckets))
	first64, _ := bits.Mul64(uint64(g)<<(64-groupBits), all)
	last64, _ := bits.Mul64(uint64(g)<<(64-groupBits)|(1<<(64-groupBits)-1), all)
	first, homes := uint32(first64), uint32(last64-first64)+1
	for {
		// The buckets of this level, counted from first.
		from, to := c.level, homes+c.level*maxStep
		for b := from + c.next/slotsPerBucket; b < to; b++ {
			bucket := uint64(first) + uint64(b)
			if bucket >= all {
				bucket -= all
			}
			at := place{bucket: uint32(bucket), slot: c.next % slotsPerBucket}
			if c.level == 0 && at.slot == 0 {
				c.above |= t.buckets[at.bucket].displaced()
			}
			for ; at.slot < slotsPerBucket; at.slot++ {
				if !t.mayBe(at, c.level, first, homes) {
					c.next++
					continue
				}
				if n == len(out) {
					return n, false
				}
				c.next++
				s, ok := t.readAt(at, &out[n])
				if r := &out[n]; ok && State(s&slotState) >= Trapped && t.GroupOf(&r.Key) == g {
					n++
				}
			}
		}
		if c.above == 0 {
			*c = GroupCursor{}
			return n, true
		}
		c.level, c.above = nextLevel(c.above)
		c.next = 0
	}
}

// mayBe tells by the slot alone whether a place may hold what Group looks for:
// a key on this level whose home is among so many from first on.
func (t *Table) mayBe(at place, level, first, homes uint32) bool {
	s, all := t.slotAt(at).Load(), uint32(len(t.buckets))
	if State(s&slotState) < Trapped || uint32(s&slotLevel>>levelShift) != level {
		return false
	}
	return homeOf(s, at.bucket, all)-first < homes
}
