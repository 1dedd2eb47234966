package ha

import (
	"encoding/binary"

	"mire/engine/event"
)

// A planned handover: the master captures no more, sends its last changes, asks
// the backup whether its table is the same, and gives the role away when it is.
// It then leaves the role where it is as long as the other node lives, whatever
// the priorities say.
const (
	handoverBody = 1 + 8
	handoverTime = 3000 * millisecond // after which it is given up
	compareEvery = 5 * millisecond
	yieldTime    = 1000 * millisecond // for the elections to move the role

	stepCompare = 1 // master: is this your digest?
	stepEqual   = 2 // backup: it is
)

type handover struct {
	step   HandoverStep
	why    string
	at     int64
	took   int64
	next   int64
	count  uint64
	gave   bool   // the role was given away, and not yet taken from us
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
	case p.state != Converged:
		p.failHandover("the tables are not equal yet", now, out)
	default:
		p.role.Freeze(true)
		p.past.add(now, "handover", "asked for")
	}
}

func (h *handover) under() bool {
	return h.step == HandoverFlush || h.step == HandoverCompare || h.gave
}

func (p *Peer) failHandover(why string, now int64, out Outlet) {
	h := &p.handover
	h.step, h.why, h.took, h.gave = HandoverFailed, why, now-h.at, false
	p.away = false
	p.role.Freeze(false)
	p.past.add(now, "handover failed", why)
	out.Tell(event.Handover, "failed: "+why)
}

// stood notes a new standing of this node.
func (h *handover) stood(master bool, now int64) {
	if h.gave && !master {
		h.gave, h.took = false, now-h.at
	}
	h.answer = false
}

func (p *Peer) tickHandover(now int64, out Outlet) {
	h := &p.handover
	if h.answer {
		p.answerHandover(out)
	}
	switch {
	case !h.under():
		return
	case h.gave && now-h.at > handoverTime+yieldTime:
		p.failHandover("the role came back: is the other node a backup?", now, out)
		return
	case h.gave:
		return
	case now-h.at > handoverTime:
		p.failHandover("the peer did not find its table equal in time", now, out)
		return
	case now < h.next || p.table.Marked():
		return
	}
	d := out.Datagram()
	if d == nil {
		return
	}
	h.step, h.next, h.digest = HandoverCompare, now+compareEvery, p.table.DigestAll()
	p.putHandover(out, d, stepCompare, h.digest)
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

func (p *Peer) takeHandover(b []byte, now int64, out Outlet) bool {
	if len(b) < handoverBody {
		return false
	}
	h, digest := &p.handover, binary.BigEndian.Uint64(b[1:])
	switch b[0] {
	case stepCompare:
		if !p.master && digest == p.table.DigestAll() {
			h.answer, h.digest = true, digest
		}
	case stepEqual:
		if p.master && h.step == HandoverCompare && !h.gave && digest == p.table.DigestAll() {
			h.step, h.gave = HandoverDone, true
			p.away = true
			p.past.add(now, "handover", "the peer has everything")
			out.Tell(event.Handover, "it has everything, the role is given away")
			p.role.Yield()
		}
	default:
		return false
	}
	return true
}
