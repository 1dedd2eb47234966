package tarpit

import (
	"mire/dpdk/burst"
	"mire/engine/config"
	"mire/engine/session"
)

// maxProofs is how many proofs one worker runs at once.
const maxProofs = 1024

// phase is how far a proof has come.
type phase uint8

const (
	asking   phase = iota // the next probe is to go out
	settling              // all are out, silence is awaited
	telling               // proven: the waiters are to be answered
)

// proof is one proof of absence under way: timer and waiters are this worker's
// alone, the shared table only says that it runs.
type proof struct {
	net     int // index of the network
	phase   phase
	sent    uint8
	need    uint8 // probes in all
	round   int64 // when the probes began whose silence counts
	start   int64 // also Record.Proven of the entry: tells this proof from a later one
	last    int64 // when the last probe went out
	until   int64 // end of patience for what it is waiting for; 0 when it does not wait
	waiters waiters
}

// prove starts a proof of absence for an address of which nothing is known and
// returns the reason with which to drop the frame that asked. w may be nil.
func (s *stage) prove(b *burst.Burst, n *network, k *session.Key, w *waiter) burst.Own {
	if i := s.proofs.find(k); i >= 0 {
		if s.runs(i, b.Now) { // begun by an earlier frame of this burst
			s.join(n, k, w)
			return dropProbing
		}
		s.finish(i) // its entry is gone: released or expired meanwhile
		n.count(ProofsAborted, familyOf(k))
	}
	f := familyOf(k)
	bd := &n.bounds[f]
	switch {
	case !n.can[f]:
		return dropBounds
	case s.w.Role.Frozen():
		n.count(ProofsFrozen, f)
		return dropBounds
	case bd.capture.interval != 0 && n.ledger.capture[f].wait(bd.capture, 0, b.Now) > 0,
		f == v6 && s.captivesFull(k, bd.per64):
		n.own[BoundCapture]++
		return dropBounds
	}
	if n.ledger.probing[f].Add(1) > bd.probing || s.proofs.free < 0 {
		n.ledger.probing[f].Add(-1)
		n.own[BoundProbing]++
		return dropBounds
	}
	r := session.Record{
		Key: *k, State: session.Probing, Owner: uint8(s.w.ID),
		Expires: b.Now + s.lifeOfProof, Proven: b.Now,
	}
	if o := s.w.Table.Put(&r, 1<<session.Unknown, b.Now); o != session.Done {
		n.ledger.probing[f].Add(-1)
		if o == session.Refused || o == session.Contended {
			return dropProbing // another worker was faster
		}
		n.own[BoundProbing]++
		n.own[boundByTable]++
		return dropBounds
	}
	i := s.proofs.add(k, b.Now)
	s.proof[i] = proof{net: n.index, need: uint8(s.probes), start: session.Cut(b.Now), round: b.Now}
	s.backlogs[i].n, s.backlogs[i].at = 0, 0
	n.count(Proofs, f)
	if w != nil && s.proof[i].waiters.add(w) {
		n.own[Waiters]++
	}
	s.advanceProof(b, i)
	return dropUnknown
}

// join adds an asker to a proof of this worker. w may be nil.
func (s *stage) join(n *network, k *session.Key, w *waiter) {
	if i := s.proofs.find(k); i >= 0 && w != nil && s.proof[i].waiters.add(w) {
		n.own[Waiters]++
	}
}

// advanceProof does what is due.
func (s *stage) advanceProof(b *burst.Burst, i int) {
	p := &s.proof[i]
	if p.phase == telling {
		s.tell(b, i)
		return
	}
	if !s.runs(i, b.Now) {
		s.end(i, b.Now)
		return
	}
	if p.phase == asking {
		s.ask(b, i)
		return
	}
	if !s.common.ears.since(p.last + hearTime) {
		s.await(i, b.Now, moment)
		return
	}
	if s.mishears(b, i) {
		return
	}
	s.decide(b, i)
}

// runs tells whether the shared entry is still that of this proof.
func (s *stage) runs(i int, now int64) bool {
	r, ok := s.w.Table.Get(s.proofs.keys[i], now)
	return ok && r.State == session.Probing && r.Owner == uint8(s.w.ID) && r.Proven == s.proof[i].start
}

// end lets go of a proof that somebody else has ended.
func (s *stage) end(i int, now int64) {
	n := &s.nets[s.proof[i].net]
	if r, ok := s.w.Table.Get(s.proofs.keys[i], now); ok && r.State == session.Real {
		n.count(ProofsReal, familyOf(&s.proofs.keys[i]))
	} else {
		n.count(ProofsAborted, familyOf(&s.proofs.keys[i]))
	}
	s.finish(i)
}

// isSettling tells whether the probes of a proof are all out; of another
// worker's proof it knows only when that began.
func (s *stage) isSettling(k *session.Key, now int64) bool {
	if i := s.proofs.find(k); i >= 0 {
		return s.proof[i].phase == settling
	}
	r, ok := s.w.Table.Get(*k, now)
	return ok && r.State == session.Probing && now-r.Proven >= (s.probes-1)*(s.interval-s.interval/10)
}

// ask sends the next probe.
func (s *stage) ask(b *burst.Burst, i int) {
	p := &s.proof[i]
	n := &s.nets[p.net]
	why := forProof
	if p.sent == 0 {
		why = forStart
	}
	if wait := s.probe(b, n, &s.proofs.keys[i], [6]byte{}, why); wait > 0 {
		if p.until == 0 {
			n.own[ProbesQueued]++
		}
		s.await(i, b.Now, wait)
		return
	}
	owed := &n.ledger.owed[familyOf(&s.proofs.keys[i])]
	if p.sent == 0 {
		owed.Add(int64(p.need))
	}
	owed.Add(-1)
	p.sent, p.last, p.until = p.sent+1, b.Now, 0
	if p.sent < p.need {
		s.proofs.set(i, b.Now+s.random.around(s.interval))
		return
	}
	p.phase = settling
	s.proofs.set(i, b.Now+settle)
}

// await tries again after a while; a proof that can not go on within its
// patience decides nothing.
func (s *stage) await(i int, now, wait int64) {
	p := &s.proof[i]
	if p.until == 0 {
		p.until = now + patience
	}
	if now >= p.until {
		s.nets[p.net].own[ProbesExpired]++
		s.nets[p.net].count(proofsExpired, familyOf(&s.proofs.keys[i]))
		s.abort(i, now)
		return
	}
	s.proofs.set(i, min(now+wait, p.until))
}

// decide captures an address for which nobody spoke, unless the other node is
// about to take over: what it has not been told it would not answer for.
func (s *stage) decide(b *burst.Burst, i int) {
	p, k := &s.proof[i], &s.proofs.keys[i]
	n := &s.nets[p.net]
	f := familyOf(k)
	if s.snap.Exempt(n.index, k.Hi, k.Lo) {
		s.abort(i, b.Now)
		return
	}
	if s.w.Role.Frozen() {
		n.count(ProofsFrozen, f)
		s.abort(i, b.Now)
		return
	}
	bd := &n.bounds[f]
	if f == v6 && s.captivesFull(k, bd.per64) || !n.ledger.capture[f].take(bd.capture, 0, b.Now) {
		n.own[BoundCapture]++
		s.abort(i, b.Now)
		return
	}
	r := session.Record{
		Key: *k, State: session.Trapped, Owner: uint8(s.w.ID),
		Expires: b.Now + s.trapTTL, Proven: b.Now,
	}
	if n.mode == config.TarpitEnable {
		r.Askers = p.waiters.macs()
	}
	switch s.w.Table.Put(&r, 1<<session.Probing, b.Now) {
	case session.Done:
	case session.Contended:
		s.await(i, b.Now, moment)
		return
	case session.Refused:
		s.end(i, b.Now)
		return
	default:
		n.own[BoundCapture]++
		n.own[boundByTable]++
		s.abort(i, b.Now)
		return
	}
	n.count(ProofsTrapped, f)
	n.ward.proven()
	if f == v6 {
		s.capture(k)
	}
	kind := kindTrapped
	if n.mode != config.TarpitEnable {
		kind = kindWouldTrap
	}
	e := s.event(kind, n, k, b.Now)
	if p.waiters.n > 0 {
		e.Remote, e.MAC = p.waiters.of[0].ip, p.waiters.of[0].mac
	}
	s.emit()
	p.phase = telling
	s.tell(b, i)
}

// abort ends a proof without a decision: the address is unknown again.
func (s *stage) abort(i int, now int64) {
	if s.proof[i].phase != telling && s.runs(i, now) {
		s.w.Table.Delete(s.proofs.keys[i], 1<<session.Probing, now)
	}
	s.nets[s.proof[i].net].count(ProofsAborted, familyOf(&s.proofs.keys[i]))
	s.finish(i)
}

// finish frees the slot of a proof.
func (s *stage) finish(i int) {
	s.nets[s.proof[i].net].own[KeptLost] += s.backlogs[i].left()
	s.settleUp(s.nets[s.proof[i].net].ledger, i)
	s.proofs.remove(i)
}

// settleUp gives back what a proof holds of the bounds that all workers share.
func (s *stage) settleUp(l *ledger, i int) {
	p, f := &s.proof[i], familyOf(&s.proofs.keys[i])
	l.probing[f].Add(-1)
	if p.sent > 0 {
		l.owed[f].Add(int64(p.sent) - int64(p.need))
	}
}
