package session

// Cursor walks a table bit by bit. Part of Parts is the share of one worker,
// 0 <= Part < Parts; Parts 0 is one share of everything. A Cursor belongs to
// one goroutine; Part and Parts may change only when it has wrapped.
type Cursor struct {
	Part, Parts int
	next        uint64 // slots of the share that were visited
}

// Scan visits the next buckets of the cursor's share, removes what has expired,
// and copies the live entries into out (clearing Used in the table after
// copying it). What has expired goes SetGrace later. It returns how many it copied and whether the share was wrapped:
// the next call begins it anew. It stops early, without losing its place, when
// out is full. With a nil out it only removes. What a writer holds is left for
// the next round.
//
// Someone must bring each share round at least once a day: MaxLifetime says why.
func (t *Table) Scan(c *Cursor, buckets int, now int64, out []Record) (n int, wrapped bool) {
	all := uint64(len(t.buckets))
	parts, part := uint64(max(c.Parts, 1)), uint64(max(c.Part, 0))
	from, to := min(part, parts)*all/parts, min(part+1, parts)*all/parts
	end := (to - from) * slotsPerBucket
	if c.next > end {
		c.next = 0
	}
	ripe := now - t.grace.Load()
	budget := c.next + uint64(max(buckets, 0))*slotsPerBucket
	for ; c.next < min(end, budget); c.next++ {
		at := place{bucket: uint32(from + c.next/slotsPerBucket), slot: uint32(c.next % slotsPerBucket)}
		s := t.slotAt(at).Load()
		if s&slotState == 0 || (out == nil && alive(left(s, now))) {
			continue
		}
		if out != nil && n == len(out) {
			return n, false
		}
		var r Record
		var ok bool
		if s, ok = t.readAt(at, &r); !ok || s&slotState == 0 {
			continue
		}
		if r.Expires <= now {
			if r.Expires <= ripe {
				t.expire(at, ripe, now)
			}
			continue
		}
		if out != nil {
			// The swap fails when the slot was written since: then s says
			// nothing of r, and a bit set later stays for the next round.
			r.Used = r.Used && t.slotAt(at).CompareAndSwap(s, s&^slotUsed)
			out[n] = r
			n++
		}
	}
	if c.next >= end {
		c.next = 0
		return n, true
	}
	return n, false
}

// expire removes what lies at a place if it is still there and expired at ripe.
// The author has it removed elsewhere, too.
func (t *Table) expire(at place, ripe, now int64) {
	e := t.entryAt(at)
	seq, ok := e.take()
	if !ok {
		return
	}
	if t.slotAt(at).Load()&slotState == 0 || e.live(ripe) != Unknown {
		e.restore(seq)
		return
	}
	if author := t.withdraw(at, seq, now); author && t.track != nil {
		t.track.marks.raise(at.number())
	}
	t.expired.Add(1)
}

// Walk calls f with a copy of each live entry until f returns false. It never
// stops a writer; an entry that changes while it is read may be missed. The
// record is f's to keep only until it returns. It clears no Used.
func (t *Table) Walk(now int64, f func(r *Record) bool) {
	var r Record
	for b := range t.buckets {
		for slot := range uint32(slotsPerBucket) {
			at := place{bucket: uint32(b), slot: slot}
			if t.slotAt(at).Load()&slotState == 0 {
				continue
			}
			if s, ok := t.readAt(at, &r); !ok || s&slotState == 0 || r.Expires <= now {
				continue
			}
			if !f(&r) {
				return
			}
		}
	}
}
