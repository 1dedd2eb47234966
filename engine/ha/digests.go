package ha

import (
	"encoding/binary"

	"mire/engine/event"
	"mire/engine/session"
)

// Digests find what got lost. A master tells those of the groups that changed
// every 250 ms, each in three rounds so that one lost datagram hides nothing for
// longer than a second, and those of all groups every 5 s. A backup asks for the
// groups that differ, again every 200 ms until it has them. When the digests of
// the whole tables differ for longer than that explains, it asks for all digests.
const (
	changedEvery = 250 * millisecond
	allEvery     = 5000 * millisecond
	askEvery     = 200 * millisecond
	rounds       = 3
	// needTime is how long the digests of all groups may take at the beginning;
	// groups whose digest was lost are then asked for.
	needTime = 500 * millisecond
	// apartMost is how many KEEPALIVEs in a row may tell another digest, which they
	// do while changes are on their way; roundEvery is between two rounds asked for.
	apartMost  = 3
	roundEvery = 1000 * millisecond

	listHead      = 1
	listEntry     = 2 + 8
	rangeHead     = 1 + 2
	rangeEntry    = 8
	digestsATick  = 8 // datagrams
	diffsATick    = 4
	digestIsRange = 1
)

type digests struct {
	// master
	changedAt, allAt int64
	recent           [rounds]groups
	round            int
	toTell           groups
	at               int // next group of toTell
	all              int // next group of the round of all; session.Groups: none under way

	// backup
	differs groups                 // found different, not yet repaired
	ask     groups                 // of those, to be asked for
	covered groups                 // told since the session or standing began
	toldBy  [session.Groups]uint64 // sequence of the datagram that told, so that a late one is known
	need    bool                   // nothing is known of the master's table yet
	needed  int64                  // since when, 0: the master has not spoken
	askedAt int64
	bulkAt  int64 // when the last BULK came
	bulking bool  // all groups were asked for
	unequal int64 // since when differs is not empty
	apart   int   // KEEPALIVEs in a row whose digest was not ours
	roundAt int64 // when all digests were asked for
	request uint32
	asked   bool // BULK-REQUEST is to be sent
}

func (g *digests) reset() {
	*g = digests{request: g.request, need: true, all: session.Groups}
}

// busy tells whether a Tick has something to send.
func (g *digests) busy() bool {
	return g.toTell.n > 0 || g.all < session.Groups || g.ask.n > 0 || g.asked
}

// sendDigests is the master's side.
func (p *Peer) sendDigests(now int64, out Outlet) {
	if !p.master || p.remote.Master {
		return
	}
	g := &p.digest
	if now >= g.changedAt {
		g.changedAt = now + changedEvery
		p.collectChanged()
	}
	if now >= g.allAt {
		g.allAt, g.all = now+allEvery, 0
	}
	for range digestsATick {
		if g.toTell.n == 0 && g.all == session.Groups {
			return
		}
		d := out.Datagram()
		if d == nil {
			return
		}
		n := 0
		if g.toTell.n > 0 {
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
	g := &p.digest
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
		g.toTell.union(&g.recent[i])
	}
}

func (p *Peer) putList(b []byte) int {
	g := &p.digest
	b[0] = 0
	n := listHead
	for g.toTell.n > 0 && n+listEntry <= len(b) {
		if g.at = g.toTell.next(g.at); g.at < 0 {
			g.at = 0
			continue
		}
		g.toTell.remove(g.at)
		binary.BigEndian.PutUint16(b[n:], uint16(g.at))
		binary.BigEndian.PutUint64(b[n+2:], p.table.Digest(g.at))
		n += listEntry
	}
	return n
}

func (p *Peer) putRange(b []byte) int {
	g := &p.digest
	b[0] = digestIsRange
	binary.BigEndian.PutUint16(b[1:], uint16(g.all))
	n := rangeHead
	for ; g.all < session.Groups && n+rangeEntry <= len(b); g.all++ {
		binary.BigEndian.PutUint64(b[n:], p.table.Digest(g.all))
		n += rangeEntry
	}
	return n
}

// takeDigests is the backup's side.
func (p *Peer) takeDigests(d, b []byte) bool {
	by := Header(d).Sequence()
	if len(b) < listHead {
		return false
	}
	if p.master {
		return true // it was master when it sent them
	}
	if b[0]&digestIsRange == 0 {
		for b = b[listHead:]; len(b) >= listEntry; b = b[listEntry:] {
			g := int(binary.BigEndian.Uint16(b))
			if g >= session.Groups {
				return false
			}
			p.compare(g, binary.BigEndian.Uint64(b[2:]), by)
		}
		return len(b) == 0
	}
	if len(b) < rangeHead {
		return false
	}
	g := int(binary.BigEndian.Uint16(b[1:]))
	for b = b[rangeHead:]; len(b) >= rangeEntry; b = b[rangeEntry:] {
		if g >= session.Groups {
			return false
		}
		p.compare(g, binary.BigEndian.Uint64(b), by)
		g++
	}
	return len(b) == 0
}

func (p *Peer) compare(g int, theirs, by uint64) {
	s := &p.digest
	if by < s.toldBy[g] {
		return
	}
	s.toldBy[g] = by
	s.covered.add(g)
	if p.table.Digest(g) == theirs {
		s.differs.remove(g)
		s.ask.remove(g)
		return
	}
	s.differs.add(g)
	if !s.bulking {
		s.ask.add(g)
	}
}

// sendDiffs asks the master for what differs: for everything at the beginning,
// for single groups later.
func (p *Peer) sendDiffs(now int64, out Outlet) {
	g := &p.digest
	if p.master || !p.remote.Master {
		return
	}
	if g.need && p.remote.told {
		p.decideNeed(now)
	}
	if g.asked {
		p.request(now, out)
		return
	}
	if since := now - max(g.askedAt, g.bulkAt); g.differs.n > 0 && since >= askEvery {
		// What was asked for and did not come, or the end of everything.
		g.bulking = false
		g.ask = g.differs
	}
	if g.apart >= apartMost && g.differs.n == 0 && now-g.roundAt >= roundEvery {
		if d := out.Datagram(); d != nil {
			g.apart, g.roundAt = 0, now
			p.send(out, d, DigestDiff, 0)
		}
	}
	for range diffsATick {
		if g.ask.n == 0 {
			return
		}
		d := out.Datagram()
		if d == nil {
			return
		}
		b, n := body(d), 0
		for at := g.ask.next(0); at >= 0 && n+2 <= len(b); at = g.ask.next(at + 1) {
			g.ask.remove(at)
			binary.BigEndian.PutUint16(b[n:], uint16(at))
			n += 2
		}
		g.askedAt = now
		p.send(out, d, DigestDiff, n)
	}
}

// decideNeed finds out, at the first word of the master, how to get its table:
// whole, when most of it is missing here, else by the digests of all groups,
// which a master tells at once when anything is new.
func (p *Peer) decideNeed(now int64) {
	g := &p.digest
	if g.needed == 0 {
		// What the master told at once may have come before our side of the session.
		g.needed, g.apart, g.roundAt = now, apartMost, now-roundEvery
	}
	switch {
	case p.remote.digest == p.table.DigestAll():
		g.need = false
	case p.resync && p.entries() < p.remote.entries/2:
		g.need, g.bulking, g.asked = false, true, true
		g.request++
		g.differs.fill(0, session.Groups-1)
	case g.covered.n == session.Groups:
		g.need = false
	case now-g.needed > needTime:
		g.need = false
		for i := range session.Groups {
			if !g.covered.has(i) {
				g.differs.add(i)
			}
		}
	}
}

// settle decides whether the tables are equal, and says so.
func (p *Peer) settle(now int64, out Outlet) {
	g := &p.digest
	was := p.state
	switch {
	case !p.configured:
		p.state = Off
	case !p.up:
		p.state = Greeting
	case p.master && p.remote.Master, !p.master && !p.remote.Master:
		p.state = Talking
	case p.master:
		p.state = Talking
		if p.remote.converged {
			p.state = Converged
		}
	default:
		p.settleBackup(now)
	}
	if p.state == was {
		return
	}
	p.stateSince = now
	p.aliveAt = 0
	if p.state == Converged {
		p.past.add(now, "converged", "")
		out.Tell(event.SyncConverged, "")
	}
	if was == Converged && p.up {
		p.past.add(now, "not converged", "")
	}
	if g.differs.n == 0 {
		g.unequal = 0
	}
}

// unequalTime is how long groups may differ before tables that were equal
// count as different: changes on their way differ all the time.
const unequalTime = 2000 * millisecond

func (p *Peer) settleBackup(now int64) {
	g := &p.digest
	if g.differs.n == 0 {
		g.unequal = 0
	} else if g.unequal == 0 {
		g.unequal = now
	}
	switch {
	case g.need:
		p.state = Talking
	case g.differs.n == 0:
		p.state = Converged
	case p.state != Converged || now-g.unequal > unequalTime:
		p.state = Talking
	}
}
