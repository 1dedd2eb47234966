package tarpit

import (
	"mire/engine/config"
	"mire/engine/own"
	"mire/engine/session"
)

// compile reads the networks of a snapshot. Ledgers and counters go by the
// network's number and survive.
func (s *stage) compile(c *config.Snapshot) {
	addrs := own.Of(c)
	nets := make([]network, len(c.Networks))
	for i := range nets {
		number := uint16(c.Networks[i].Number)
		l := s.common.ledger(number)
		s.common.mu.Lock()
		t := s.tallies[number]
		if t == nil {
			t = newTally(number)
			s.tallies[number] = t
		}
		s.common.mu.Unlock()
		nets[i].compile(c, i, addrs.At(uint16(i)), l, t)
		nets[i].domain = s.common.domain(nets[i].port, nets[i].vlan)
		if nets[i].fresh = s.wasBlind(&c.Networks[i]); nets[i].fresh {
			l.forgetUntil(s.now + 1) // this worker captured nothing later than its last turn
		}
	}
	s.nets, s.moving = nets, false
	for i := range nets {
		s.moving = s.moving || nets[i].moves()
	}
	s.compileHomes(c)
	s.compileHearing()
}

// remap gives the timers the new index of their network, and lets go of those
// whose network is gone, watched no more, or another segment now.
func (s *stage) remap() {
	for i := range s.proof {
		if !s.proofs.used(i) {
			continue
		}
		k := &s.proofs.keys[i]
		if n := s.kept(k.Net); n != nil {
			s.proof[i].net = n.index
			continue
		}
		if s.proof[i].phase != telling && s.runs(i, s.now) {
			s.w.Table.Delete(*k, 1<<session.Probing, s.now)
		}
		if t := s.tallies[k.Net]; t != nil {
			t.own[KeptLost] += s.backlogs[i].left()
		}
		s.settleUp(s.common.ledger(k.Net), i)
		s.proofs.remove(i)
	}
	for i := range s.check {
		if !s.checks.used(i) {
			continue
		}
		if n := s.kept(s.checks.keys[i].Net); n != nil {
			s.check[i].net = n.index
		} else {
			s.checks.remove(i)
		}
	}
	for i := range s.recheck {
		if !s.rechecks.used(i) {
			continue
		}
		if n := s.kept(s.rechecks.keys[i].Net); n != nil {
			s.recheck[i].net = n.index
		} else {
			s.rechecks.remove(i)
		}
	}
}

// kept is the network of a number when timers of the snapshot before go on in
// it, else nil.
func (s *stage) kept(number uint16) *network {
	if n := s.network(number); n != nil && n.watched() && !n.fresh {
		return n
	}
	return nil
}
