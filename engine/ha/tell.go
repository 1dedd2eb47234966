package ha

import (
	"encoding/binary"

	"mire/engine/session"
)

// Digests find what got lost. A master tells those of the groups that changed
// every 250 ms, or 50 ms if they are few, each in three rounds so that one lost datagram hides nothing for
// longer than a second, and those of all groups every 5 s.
const (
	changedEvery = 250 * millisecond
	// changedSoon is the same while they fit into one datagram.
	changedSoon = 50 * millisecond
	allEvery    = 5000 * millisecond
	rounds      = 3

	listHead      = 1
	listEntry     = 2 + 8
	rangeHead     = 1 + 2
	rangeEntry    = 8
	digestsATick  = 8 // datagrams
	digestIsRange = 1
)

// telling is the master's side of digests.
type telling struct {
	changedAt, allAt int64
	recent           [rounds]groups
	round            int
	due              groups
	at               int // next group of due
	all              int // next group of the round of all; session.Groups: none under way
}

func (g *telling) reset() {
	g.changedAt, g.allAt, g.at, g.all = 0, 0, 0, session.Groups
	g.due.clear()
	for i := range g.recent {
		g.recent[i].clear()
	}
}

// busy tells whether a Tick has something to send.
func (g *telling) busy() bool { return g.due.n > 0 || g.all < session.Groups }

// sendDigests tells what is due.
func (p *Peer) sendDigests(now int64, out Outlet) {
	if !p.master || p.remote.Master {
		return
	}
	g := &p.telling
	if now >= g.changedAt {
		p.collectChanged()
		g.changedAt = now + changedSoon
		if g.due.n > (MaxBody-listHead)/listEntry {
			g.changedAt = now + changedEvery
		}
	}
	if now >= g.allAt {
		g.allAt, g.all = now+allEvery, 0
	}
	for range digestsATick {
		if g.due.n == 0 && g.all == session.Groups {
			return
		}
		d := out.Datagram()
		if d == nil {
			return
		}
		n := 0
		if g.due.n > 0 {
			n = p.putList(body(d))
		} else {
			n = p.putRange(body(d))
		}
		p.send(out, d, Digest, n)
	}
}

// collectChanged begins a round: what changed since the last one, and what
// changed in the two before.
func (p *Peer) collectChanged() {
	g := &p.telling
	set := &g.recent[g.round]
	g.round = (g.round + 1) % rounds
	set.clear()
	var out [256]uint16
	for {
		n := p.table.TakeChanged(out[:])
		for _, c := range out[:n] {
			set.add(int(c))
		}
		if n < len(out) {
			break
		}
	}
	for i := range g.recent {
		g.due.union(&g.recent[i])
	}
}

func (p *Peer) putList(b []byte) int {
	g := &p.telling
	b[0] = 0
	n := listHead
	for g.due.n > 0 && n+listEntry <= len(b) {
		if g.at = g.due.next(g.at); g.at < 0 {
			g.at = 0
			continue
		}
		g.due.remove(g.at)
		binary.BigEndian.PutUint16(b[n:], uint16(g.at))
		binary.BigEndian.PutUint64(b[n+2:], p.table.Digest(g.at))
		n += listEntry
	}
	return n
}

func (p *Peer) putRange(b []byte) int {
	g := &p.telling
	b[0] = digestIsRange
	binary.BigEndian.PutUint16(b[1:], uint16(g.all))
	n := rangeHead
	for ; g.all < session.Groups && n+rangeEntry <= len(b); g.all++ {
		binary.BigEndian.PutUint64(b[n:], p.table.Digest(g.all))
		n += rangeEntry
	}
	return n
}
