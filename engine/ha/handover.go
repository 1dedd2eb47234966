package ha

import (
	"encoding/binary"
	"slices"
)

// A planned handover: the master captures no more and lets nothing expire, sends
// its last changes, asks the backup whether its table is the same, and gives the
// role away when it is. It leaves the role there as long as that node lives,
// whatever the priorities say. Every message is sent again until what it asks
// for was heard of, and says the same each time.
const (
	handoverBody = 1 + 8
	handoverTime = 3000 * millisecond // until the tables are equal; after it is given up
	yieldTime    = 5000 * millisecond // then, until the peer says that it is master
	compareEvery = 5 * millisecond
	retellEvery  = 250 * millisecond // all digests

	stepCompare = 1 // master: is this your digest?
	stepEqual   = 2 // backup: it is
)

type handover struct {
	step     HandoverStep
	why      string
	at       int64
	took     int64
	next     int64     // when something is sent again
	retellAt int64     // when all digests are told again
	asked    [8]uint64 // digests that were asked for last
	n        int       // how many were
	count    uint64
	gaveAt   int64
	silent   int64 // from then until the peer said that it is master; 0: not yet
	gave     bool  // the role was given away, and the peer has not taken it yet

	answer bool   // backup: stepEqual is owed
	digest uint64 // the one that was asked for
}

// Switchover begins a planned handover, unless one is under way.
func (p *Peer) Switchover(now int64, out Outlet) {
	h := &p.handover
	if h.under() {
		return
	}
	*h = handover{step: HandoverFlush, at: now, count: h.count + 1}
	switch {
	case !p.master:
		p.failHandover("this node is not master", now, out)
	case !p.up:
		p.failHandover("there is no session with the peer", now, out)
	case p.remote.Master:
		p.failHandover("the peer is master, too", now, out)
	case !p.trusted:
		p.failHandover("the tables are not equal yet", now, out)
	default:
		p.role.Freeze(true)
		p.table.SetGrace(graceTime) // a removal would change the digest
		p.telling.changedAt, p.aliveAt, h.retellAt = 0, 0, now+retellEvery
		p.past.add(now, "handover", "asked for")
	}
}

func (h *handover) under() bool {
	return h.step == HandoverFlush || h.step == HandoverCompare || h.gave
}

func (p *Peer) failHandover(why string, now int64, out Outlet) {
	p.endHandover(why, now)
	p.past.add(now, "handover failed", why)
	out.Tell(kindHandover, "failed: "+why)
}

// endHandover leaves this node as it was before.
func (p *Peer) endHandover(why string, now int64) {
	h := &p.handover
	if h.gave {
		p.role.TakeYield() // nobody took it: nobody shall later
	}
	h.step, h.why, h.took, h.gave = HandoverFailed, why, now-h.at, false
	p.away = false
	p.role.Freeze(false)
	if p.master {
		p.table.SetGrace(0)
	}
}

// stoodHandover follows a new standing of this node: the end of a handover that
// had not come to giving, and of one after which the role came back.
func (p *Peer) stoodHandover(now int64, out Outlet) {
	h := &p.handover
	switch {
	case !h.under():
	case p.master:
		p.failHandover("the role came back", now, out)
	case !h.gave:
		p.failHandover("an election took the role before the tables were equal", now, out)
	}
	h.answer = false
	p.role.Freeze(false)
}

// takenHandover ends it when the peer is heard to be master.
func (p *Peer) takenHandover(now int64) {
	if h := &p.handover; h.gave && !p.master {
		h.gave, h.took, h.silent = false, max(now-h.at, 1), max(now-h.gaveAt, 1)
	}
}

// tickHandover does what is due, with a session or without.
func (p *Peer) tickHandover(now int64, out Outlet) {
	h := &p.handover
	if h.answer && p.up {
		p.answerHandover(out)
	}
	switch {
	case !h.under():
		return
	case h.gave && now-h.gaveAt > yieldTime:
		why := "the peer did not take the role in time"
		if p.master {
			why = "the role stayed: does an election run here?"
		}
		p.failHandover(why, now, out)
		return
	case !h.gave && now-h.at > handoverTime:
		p.failHandover("the peer did not find its table equal in time", now, out)
		return
	case !p.up || now < h.next || h.gave:
		return
	case now >= h.retellAt:
		h.retellAt, p.telling.allAt = now+retellEvery, 0
	}
	if p.table.Marked() {
		return
	}
	if d := out.Datagram(); d != nil {
		h.step, h.next = HandoverCompare, now+compareEvery
		digest := p.table.DigestAll()
		h.asked[h.n%len(h.asked)] = digest
		h.n++
		p.putHandover(out, d, stepCompare, digest)
	}
}

func (p *Peer) putHandover(out Outlet, d []byte, step byte, digest uint64) {
	b := body(d)
	b[0] = step
	binary.BigEndian.PutUint64(b[1:], digest)
	p.send(out, d, HandoverMsg, handoverBody)
}

func (p *Peer) answerHandover(out Outlet) {
	if d := out.Datagram(); d != nil {
		p.handover.answer = false
		p.putHandover(out, d, stepEqual, p.handover.digest)
	}
}

func (p *Peer) takeHandover(d, b []byte, now int64, out Outlet) bool {
	if len(b) < handoverBody {
		return false
	}
	h, digest := &p.handover, binary.BigEndian.Uint64(b[1:])
	switch b[0] {
	case stepCompare:
		if !p.master && p.remote.Master && p.compareAll(digest, Header(d).Sequence(), now) {
			h.answer, h.digest = true, digest
		}
	case stepEqual:
		// What changed since it was asked are signs of life: they go on travelling.
		if p.master && h.step == HandoverCompare && slices.Contains(h.asked[:min(h.n, len(h.asked))], digest) {
			h.step, h.gave, h.gaveAt = HandoverDone, true, now
			p.away = true
			p.past.add(now, "handover", "the peer has everything")
			out.Tell(kindHandover, "it has everything, the role is given away")
			p.role.Yield()
		}
	default:
		return false
	}
	return true
}
