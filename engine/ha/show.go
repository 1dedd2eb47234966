package ha

import "mire/engine/config"

// showEvery is how often the state is shown to the control plane.
const showEvery = 10 * millisecond

// show publishes the state, unless somebody is reading it.
func (c *common) show(s *stage, now int64) {
	if now-c.shownAt < showEvery || !c.mu.TryLock() {
		return
	}
	c.shownAt = now
	p, o := s.peer, &c.shown
	o.Network, o.Peer, o.PeerMAC = int(s.way.number), s.way.peer, config.MAC{}
	if s.out.ready {
		o.PeerMAC = s.out.mac
	}
	o.State, o.Since, o.Why = p.state, p.stateSince, p.why
	if p.state == Greeting && !s.out.ready {
		o.State = Resolving
	}
	if o.Why == "" && o.State < Talking {
		o.Why = reasons[o.State]
	}
	if s.way.narrow {
		o.Why = "the MTU of its interface is below 1280: datagrams of 1232 bytes do not fit"
	}
	o.Master, o.Term = p.master, p.term
	o.PeerMaster, o.PeerTerm = p.remote.Master, p.remote.Term
	o.Held, o.Met, o.Away = p.role.Held(), p.trusted, p.away
	o.Lacking, o.PeerLacking = p.repair.lacking, p.remote.lacking
	o.Limits, o.PeerLimits = p.ours.Limits, p.remote.Limits
	o.Digest, o.PeerDigest = p.table.DigestAll(), p.remote.digest
	o.Differing, o.Pending, o.Heard = p.repair.differs.n, p.table.Marked(), p.heard
	o.Sent, o.Received, o.Rejected = p.count.sent, p.count.received, p.count.rejected
	o.Records, o.Conflicts, o.SplitBrains, o.Sessions = p.count.records, p.count.conflicts, p.count.splits, p.count.sessions
	o.Preemptions = p.count.preemptions
	l := &p.update.lags
	o.Lag = Lag{Count: l.all, P50: l.at(500), P99: l.at(990), Max: l.most, Sum: l.sum, Octaves: l.octaves}
	h := &p.handover
	o.Handover = Handover{Step: h.step, Why: h.why, At: h.at, Took: h.took, Silent: h.silent, Count: h.count}
	c.nTransitions = len(p.past.list(c.transitions[:0]))
	c.mu.Unlock()
}

var reasons = [NumStates]string{
	Off:       "there is no syncpeer, or its interface is not there",
	Resolving: "the peer does not answer ARP or neighbour discovery",
	Greeting:  "the peer does not answer HELLO",
}

// Status returns the present state.
func (m *Module) Status() Status {
	c := &m.common
	c.mu.Lock()
	s := c.shown
	s.History = append([]Transition(nil), c.transitions[:c.nTransitions]...)
	c.mu.Unlock()
	s.Received4, s.Received6 = c.heard4.Load(), c.heard6.Load()
	s.Rejected[Short] += c.cut.Load()
	for i := range s.Rejected {
		s.Rejected[i] += c.rejected[i].Load()
	}
	s.Strangers, s.Lost = c.strangers.Load(), c.lost.Load()
	return s
}
