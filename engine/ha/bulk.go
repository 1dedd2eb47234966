package ha

import (
	"encoding/binary"

	"mire/engine/session"
)

// A group travels as a list that says when it is whole: sections of entries,
// the last of which has their number and the sum of their digests. So the
// receiver knows not only what to write, but also what to remove.
const (
	bulkHead    = 4
	sectionHead = 2 + 1 + 2
	sectionTail = 4 + 8 // of the last section, behind its head

	sectionFirst = 1
	sectionLast  = 2

	// inFlight is how many datagrams of BULK may be under way without an ACK.
	inFlight = 256
	// stallTime is how long a missing ACK holds them up.
	stallTime = 100 * millisecond
	// bulkATick and groupsATick bound the entries and groups of one Tick: other
	// traffic waits meanwhile.
	bulkATick   = 2048
	groupsATick = 256
)

// bulk is what the master has to send.
type bulk struct {
	wanted  groups
	at      int // the group under way, if begun, else the last one
	cursor  session.GroupCursor
	begun   bool
	first   bool // nothing of it was sent
	total   uint32
	sum     uint64
	request uint32
	end     bool // BULK-END is owed
}

func (u *bulk) reset() { *u = bulk{} }

func (p *Peer) takeRequest(b []byte) bool {
	if len(b) < requestBody {
		return false
	}
	from, to := int(binary.BigEndian.Uint16(b[4:])), int(binary.BigEndian.Uint16(b[6:]))
	if from > to || to >= session.Groups {
		return false
	}
	p.bulk.request, p.bulk.end = binary.BigEndian.Uint32(b), true
	p.bulk.wanted.fill(from, to)
	return true
}

func (p *Peer) takeDiffs(b []byte) bool {
	if len(b)%2 != 0 {
		return false
	}
	if len(b) == 0 {
		p.telling.allAt = 0
	}
	for ; len(b) > 0; b = b[2:] {
		g := int(binary.BigEndian.Uint16(b))
		if g >= session.Groups {
			return false
		}
		p.bulk.wanted.add(g)
	}
	return true
}

// sendBulk goes on with what the peer wants, behind everything more urgent.
func (p *Peer) sendBulk(now int64, out Outlet) {
	u := &p.bulk
	if !p.master || p.remote.Master {
		return
	}
	for entries, visited := 0, 0; entries < bulkATick && visited < groupsATick; {
		if u.wanted.n == 0 && !u.begun && !u.end || p.stalled(now) {
			return
		}
		d := out.Datagram()
		if d == nil {
			return
		}
		if u.wanted.n == 0 && !u.begun {
			binary.BigEndian.PutUint32(body(d), u.request)
			u.end = false
			p.send(out, d, BulkEnd, 4)
			return
		}
		n, e, v := p.putSections(body(d), groupsATick-visited, now)
		entries += e
		visited += v
		p.update.last = p.hs.Channel().Sequence() + 1
		p.send(out, d, Bulk, n)
	}
}

// stalled tells whether the peer has yet to acknowledge what is under way.
func (p *Peer) stalled(now int64) bool {
	return p.update.last > p.update.acked+inFlight && now-p.update.ackedAt < stallTime
}

// putSections fills a datagram; it returns its length, the entries in it and
// the groups it has brought to an end.
func (p *Peer) putSections(b []byte, most int, now int64) (n, entries, visited int) {
	u := &p.bulk
	binary.BigEndian.PutUint32(b, u.request)
	n = bulkHead
	for visited < most {
		room := min((len(b)-n-sectionHead-sectionTail)/MaxRecord, len(p.scratch))
		if room < 1 {
			break
		}
		if !u.begun && !p.nextGroup() {
			break
		}
		flags := byte(0)
		if u.first {
			flags |= sectionFirst
		}
		got, done := p.table.Group(u.at, &u.cursor, p.scratch[:room])
		u.first = false
		head := b[n:]
		n += sectionHead
		if done {
			flags |= sectionLast
			n += sectionTail
		}
		wrote := 0
		for i := range got {
			r := &p.scratch[i]
			if size := p.putRecord(b[n:], r, now); size > 0 {
				n += size
				wrote++
				u.sum += p.table.DigestOf(r)
			} else if r.State >= session.Trapped {
				// Of a network that is not there any more: nobody has it.
				p.table.Delete(r.Key, anyState, now)
			}
		}
		u.total += uint32(wrote)
		entries += got
		binary.BigEndian.PutUint16(head, uint16(u.at))
		head[2] = flags
		binary.BigEndian.PutUint16(head[3:], uint16(wrote))
		if done {
			binary.BigEndian.PutUint32(head[sectionHead:], u.total)
			binary.BigEndian.PutUint64(head[sectionHead+4:], u.sum)
			u.begun = false
			visited++
		}
	}
	return n, entries, visited
}

// nextGroup begins the next group that is wanted.
func (p *Peer) nextGroup() bool {
	u := &p.bulk
	at := u.wanted.next(u.at + 1)
	if at < 0 {
		at = u.wanted.next(0)
	}
	if at < 0 {
		return false
	}
	u.wanted.remove(at)
	u.at, u.begun, u.first, u.cursor, u.total, u.sum = at, true, true, session.GroupCursor{}, 0, 0
	return true
}
