package session

// Lives are told apart by the index alone, in epochs of 2^EpochShift ns: an entry's
// life seen from a fixed time names the moment of its last renewal, as far as all
// are renewed for the same time. So the latest of many are found without
// reading entries.

// EpochShift is the binary logarithm of an epoch in nanoseconds (2.1 s).
const EpochShift = epochShift

// CountLives visits the next buckets of the cursor's share and counts the slots in
// state st by the whole epochs that they live on from time at: life i in
// counts[i-first], above the last in the last one, below first nowhere. wrapped
// says that the share was visited as a whole.
func (t *Table) CountLives(c *Cursor, buckets int, st State, at int64, first int, counts []uint32) (wrapped bool) {
	from, end := t.share(c)
	budget := min(end, c.next+uint64(max(buckets, 0))*slotsPerBucket)
	for ; c.next < budget; c.next++ {
		s := t.buckets[from+c.next/slotsPerBucket].slot[c.next%slotsPerBucket].Load()
		if State(s&slotState) != st {
			continue
		}
		if i := int(left(s, at)) - first; i >= 0 {
			counts[min(i, len(counts)-1)]++
		}
	}
	return c.wrap(end)
}

// ScanLives copies the live entries of state st with a life of at least least and
// below most epochs from time at into out, and returns how many. It stops early,
// without losing its place, when out is full. It changes nothing.
func (t *Table) ScanLives(c *Cursor, buckets int, st State, at int64, least, most int, now int64, out []Record) (n int, wrapped bool) {
	from, end := t.share(c)
	budget := min(end, c.next+uint64(max(buckets, 0))*slotsPerBucket)
	for ; c.next < budget; c.next++ {
		place := place{bucket: uint32(from + c.next/slotsPerBucket), slot: uint32(c.next % slotsPerBucket)}
		s := t.slotAt(place).Load()
		if l := int(left(s, at)); State(s&slotState) != st || l < least || l >= most {
			continue
		}
		if n == len(out) {
			return n, false
		}
		if s, ok := t.readAt(place, &out[n]); ok && State(s&slotState) == st && out[n].Expires > now {
			n++
		}
	}
	return n, c.wrap(end)
}

// share is where the cursor's share begins, a bucket, and its length in slots.
func (t *Table) share(c *Cursor) (from, end uint64) {
	all, parts, part := uint64(len(t.buckets)), uint64(max(c.Parts, 1)), uint64(max(c.Part, 0))
	from = min(part, parts) * all / parts
	end = (min(part+1, parts)*all/parts - from) * slotsPerBucket
	if c.next > end {
		c.next = 0
	}
	return from, end
}

// wrap begins the share anew at its end, and tells whether it was there.
func (c *Cursor) wrap(end uint64) bool {
	if c.next < end {
		return false
	}
	c.next = 0
	return true
}
