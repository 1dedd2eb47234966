package ha

import (
	"encoding/binary"

	"mire/engine/session"
)

// maxListed is how many entries of one group are remembered while its list
// comes in; of a larger group nothing is removed.
const maxListed = 4096

// list is the group whose list is coming in.
type list struct {
	group int    // -1: none
	by    uint64 // sequence of its first datagram
	count uint32
	sum   uint64
	seen  [2 * maxListed]struct {
		name       uint64
		generation uint32
	}
	generation uint32
	over       bool
	refused    uint32 // entries that cannot be held here
}

func (l *list) reset() { l.group = -1 }

func (l *list) begin(group int, by uint64) {
	l.by = by
	l.group, l.count, l.sum, l.over, l.refused = group, 0, 0, false, 0
	if l.generation++; l.generation == 0 {
		clear(l.seen[:])
		l.generation = 1
	}
}

// name identifies a key among those of a group.
func (p *Peer) name(k *session.Key) uint64 {
	return p.table.DigestOf(&session.Record{Key: *k, State: session.Real})
}

func (l *list) at(name uint64) int {
	i := int(name % uint64(len(l.seen)))
	for l.seen[i].generation == l.generation && l.seen[i].name != name {
		if i++; i == len(l.seen) {
			i = 0
		}
	}
	return i
}

func (l *list) add(name uint64, digest uint64) {
	l.count++
	l.sum += digest
	if l.count > maxListed {
		l.over = true
		return
	}
	e := &l.seen[l.at(name)]
	e.name, e.generation = name, l.generation
}

func (l *list) has(name uint64) bool { return l.seen[l.at(name)].generation == l.generation }

// takeBulk applies the sections of a datagram.
func (p *Peer) takeBulk(d, b []byte, now int64) bool {
	if len(b) < bulkHead {
		return false
	}
	p.hearSequence(d)
	p.repair.bulkAt = now
	for b = b[bulkHead:]; len(b) > 0; {
		n := p.takeSection(b, Header(d).Sequence(), now)
		if n == 0 {
			p.list.reset()
			return false
		}
		b = b[n:]
	}
	return true
}

// takeSection applies one section and returns its length, 0 when it makes no sense.
func (p *Peer) takeSection(b []byte, by uint64, now int64) int {
	if len(b) < sectionHead {
		return 0
	}
	group, flags, count := int(binary.BigEndian.Uint16(b)), b[2], int(binary.BigEndian.Uint16(b[3:]))
	n := sectionHead
	var total uint32
	var sum uint64
	if flags&sectionLast != 0 {
		if len(b) < n+sectionTail {
			return 0
		}
		total, sum = binary.BigEndian.Uint32(b[n:]), binary.BigEndian.Uint64(b[n+4:])
		n += sectionTail
	}
	if group >= session.Groups {
		return 0
	}
	l := &p.list
	switch {
	case flags&sectionFirst != 0:
		l.begin(group, by)
	case l.group != group:
		l.reset() // its beginning was lost
	}
	var r session.Record
	for range count {
		var id uint32
		size, known := NextRecord(b[n:], now, &r, &id)
		if size == 0 {
			return 0
		}
		n += size
		if !known {
			p.count.records.Unknown++
			l.reset() // what it counts for is not known
			continue
		}
		o := p.apply(&r, id, now)
		if o == session.Refused {
			o = p.disagree(group, &r, now)
		}
		if l.group == group {
			if o == session.Quota || o == session.Full {
				l.refused++
			}
			l.add(p.name(&r.Key), p.table.DigestOf(&r))
		}
	}
	if flags&sectionLast != 0 {
		if l.group == group && l.count == total && l.sum == sum {
			p.listed(group, now)
		}
		l.reset()
	}
	return n
}

// disagree looks at an entry of the master that ours is newer than. A sign of life
// was told to it; other versions are those of a master that is gone, which this
// one is told of once, and has the last word.
func (p *Peer) disagree(group int, r *session.Record, now int64) session.Outcome {
	if p.master || !p.remote.Master {
		return session.Refused
	}
	local, ok := p.table.Look(r.Key)
	live := ok && local.Expires > now
	switch {
	case !ok || !local.Newer(r) || live && p.outlives(&local, r):
	case live && local.Term != p.remote.Term && p.mayOffer && p.offers.open(group):
		p.table.Mark(r.Key)
	case p.repair.freshBy[group] > p.list.by:
		// Written by this master since it made the list.
	case p.table.Drop(r.Key, local.Term, local.Version, now) == session.Done:
		return p.table.Merge(r, now)
	}
	return session.Refused
}

// listed ends a list that came in whole: what the master does not have goes, or
// is told to it once when this node wrote it as a master. The group counts as
// different until a comparison finds it equal.
func (p *Peer) listed(group int, now int64) {
	g, l := &p.repair, &p.list
	if p.master || !p.remote.Master || l.by < g.equalBy {
		return // what a list lacks that is older than equal tables came since
	}
	offer := p.mayOffer && p.offers.open(group)
	p.offers.made(group)
	g.ask.remove(group)
	if !l.over && g.freshBy[group] <= l.by {
		p.compareList(group, offer, now)
	}
	if l.by < g.toldBy[group] {
		return // there is later news of it
	}
	g.lack(group, 0)
	switch {
	case p.table.Digest(group) == l.sum:
		g.equal(group)
	case l.refused > 0:
		g.lack(group, l.refused)
		g.stuck.add(group)
		g.stuckAt[group] = l.sum
	}
}

// compareList looks for entries of ours that the list did not have.
func (p *Peer) compareList(group int, offer bool, now int64) {
	var c session.GroupCursor
	for done := false; !done; {
		var n int
		n, done = p.table.Group(group, &c, p.scratch[:])
		for i := range n {
			r := &p.scratch[i]
			live := r.Expires > now
			switch {
			case p.list.has(p.name(&r.Key)):
			case live && (offer || r.State == session.Real && r.Term == 0): // heard here, not taken over yet
				p.table.Mark(r.Key)
			case p.table.Drop(r.Key, r.Term, r.Version, now) == session.Done:
				p.count.records.Pruned++
			}
		}
	}
}
