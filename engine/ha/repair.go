package ha

import (
	"encoding/binary"

	"mire/engine/session"
)

// A backup asks for the groups whose digest is not its own, again every 200 ms
// until it has them. When the digests of the whole tables differ for longer than
// changes on their way explain, it asks for all digests.
const (
	askEvery     = 200 * millisecond
	askEverySoon = 40 * millisecond // while the role is being handed over
	// stuckATime groups of those that could not be held are asked for every stuckEvery.
	stuckEvery = 100 * millisecond
	stuckATime = 8
	// needTime is how long the digests of all groups may take at the beginning;
	// groups whose digest was lost are then asked for.
	needTime = 500 * millisecond
	// apartMost is how many KEEPALIVEs in a row may tell another digest;
	// roundEvery is between two rounds asked for.
	apartMost  = 3
	roundEvery = 1000 * millisecond

	requestBody = 4 + 2 + 2
	diffsATick  = 4 // datagrams
)

// repair is the backup's side of digests.
type repair struct {
	differs groups                 // found different, not yet repaired
	ask     groups                 // of those, to be asked for
	awaited [2]groups              // asked for in this interval, and in the one before
	askAt   int64                  // when the next interval begins
	covered groups                 // told since the session or standing began
	toldBy  [session.Groups]uint64 // sequence of the datagram that told, so that a late one is known
	freshBy [session.Groups]uint64 // sequence of the newest UPDATE that had an entry of it
	// Of some groups entries cannot be held here. They are asked for again when
	// their digest is another one, else now and then.
	stuck    groups
	stuckAt  [session.Groups]uint64 // the master's digest then
	stuckDue int64
	stuckOn  int
	lacks    [session.Groups]uint32 // entries, as of the last list
	lacking  uint32                 // all of them
	need     bool                   // nothing is known of the master's table yet
	needed   int64                  // since when, 0: the master has not spoken
	askedAt  int64
	bulkAt   int64  // when the last BULK came
	bulking  bool   // all groups were asked for
	equalAt  int64  // when the tables were last found equal, 0: never
	equalBy  uint64 // sequence of the datagram that said so
	apart    int    // KEEPALIVEs in a row whose digest was not ours
	roundAt  int64  // when all digests were asked for
	request  uint32
	asked    bool // BULK-REQUEST is to be sent
}

func (g *repair) reset() {
	g.differs.clear()
	g.ask.clear()
	g.awaited[0].clear()
	g.awaited[1].clear()
	g.covered.clear()
	clear(g.toldBy[:])
	clear(g.freshBy[:])
	g.forgetLacks()
	g.need, g.bulking, g.asked = true, false, false
	g.needed, g.askedAt, g.bulkAt, g.equalAt, g.equalBy, g.apart, g.roundAt = 0, 0, 0, 0, 0, 0, 0
}

// equal takes a group out of those that differ.
func (g *repair) equal(group int) {
	g.differs.remove(group)
	g.ask.remove(group)
	g.stuck.remove(group)
	g.lack(group, 0)
}

// allEqual is what a comparison of the whole tables found, of the datagram by.
func (g *repair) allEqual(now int64, by uint64) {
	g.equalAt, g.equalBy, g.apart = now, max(g.equalBy, by), 0
	g.need, g.asked = false, false
	g.differs.clear()
	g.ask.clear()
	g.forgetLacks()
}

// lack notes how many entries of a group are not here.
func (g *repair) lack(group int, n uint32) {
	g.lacking += n - g.lacks[group]
	g.lacks[group] = n
}

func (g *repair) forgetLacks() {
	if g.lacking != 0 {
		clear(g.lacks[:])
	}
	g.lacking, g.stuckOn = 0, 0
	g.stuck.clear()
}

// nudge asks for some of the groups again that could not be held.
func (g *repair) nudge(now int64) {
	if g.stuck.n == 0 || g.bulking || now < g.stuckDue {
		return
	}
	g.stuckDue = now + stuckEvery
	for range stuckATime {
		at := g.stuck.next(g.stuckOn)
		if at < 0 {
			g.stuckOn = 0
			return
		}
		g.ask.add(at)
		g.stuckOn = at + 1
	}
}

// retry asks again for what was asked for and did not come, or came and differs
// still; and for what is missing when the end of everything is.
func (g *repair) retry(now, every int64) {
	if g.bulking && now-max(g.askedAt, g.bulkAt) >= every {
		g.bulking, g.ask = false, g.unstuck()
	}
	if now < g.askAt {
		return
	}
	g.askAt = now + every
	again := g.awaited[1]
	again.retain(&g.differs)
	again.minus(&g.stuck)
	g.ask.union(&again)
	g.awaited[1] = g.awaited[0]
	g.awaited[0].clear()
}

// unstuck are the groups that differ and can be mended.
func (g *repair) unstuck() (set groups) {
	set = g.differs
	set.minus(&g.stuck)
	return set
}

// busy tells whether a Tick has something to send.
func (g *repair) busy() bool { return g.ask.n > 0 || g.asked }

// takeDigests compares.
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
	s := &p.repair
	if by < s.toldBy[g] {
		return
	}
	s.toldBy[g] = by
	s.covered.add(g)
	if p.table.Digest(g) == theirs {
		s.equal(g)
		p.offers.close(g)
		return
	}
	s.differs.add(g)
	if s.stuck.has(g) {
		if s.stuckAt[g] == theirs {
			return
		}
		s.stuck.remove(g)
	}
	if !s.bulking {
		s.ask.add(g)
	}
}

// takeEnd is the end of everything: what differs still was lost on the way.
func (p *Peer) takeEnd(b []byte) bool {
	if len(b) < 4 {
		return false
	}
	if g := &p.repair; binary.BigEndian.Uint32(b) == g.request {
		g.bulking, g.ask = false, g.unstuck()
	}
	return true
}

// sendDiffs asks the master for what differs: for everything at the beginning,
// for single groups later.
func (p *Peer) sendDiffs(now int64, out Outlet) {
	g := &p.repair
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
	g.retry(now, p.askEvery())
	g.nudge(now)
	if g.apart >= apartMost && g.differs.n == g.stuck.n && now-g.roundAt >= roundEvery {
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
			g.awaited[0].add(at)
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
	g := &p.repair
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
		g.apart = 0
		g.ask.clear()
		g.differs.fill(0, session.Groups-1)
	case g.covered.n == session.Groups:
		g.need = false
	case now-g.needed > needTime:
		g.need = false
		for i := range session.Groups {
			if !g.covered.has(i) {
				g.differs.add(i)
				g.ask.add(i)
			}
		}
	}
}

// askEvery is after how long something is asked for again.
func (p *Peer) askEvery() int64 {
	if p.remote.frozen {
		return askEverySoon
	}
	return askEvery
}

// request asks for everything.
func (p *Peer) request(now int64, out Outlet) {
	d := out.Datagram()
	if d == nil {
		return
	}
	g := &p.repair
	b := body(d)
	binary.BigEndian.PutUint32(b, g.request)
	binary.BigEndian.PutUint16(b[4:], 0)
	binary.BigEndian.PutUint16(b[6:], session.Groups-1)
	g.asked, g.askedAt = false, now
	p.send(out, d, BulkRequest, requestBody)
}
