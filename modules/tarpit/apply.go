package tarpit

import (
	"mire/engine/config"
	"mire/engine/own"
)

// compile reads the networks of a snapshot. Ledgers and counters go by the
// network's number and survive.
func (s *stage) compile(c *config.Snapshot) {
	var addrs own.Networks
	addrs.Compile(c)
	nets := make([]network, len(c.Networks))
	for i := range nets {
		number := uint16(c.Networks[i].Number)
		l := s.common.ledger(number)
		s.common.mu.Lock()
		t := s.tallies[number]
		if t == nil {
			t = &tally{number: number}
			s.tallies[number] = t
		}
		s.common.mu.Unlock()
		nets[i].compile(c, i, addrs.At(uint16(i)), l, t)
	}
	s.nets = nets
}

// remap gives the timers the new index of their network, and lets go of those
// whose network is gone or watched no more.
func (s *stage) remap() {
	for i := range s.proof {
		if !s.proofs.used(i) {
			continue
		}
		if n := s.network(s.proofs.keys[i].Net); n != nil && n.watched() {
			s.proof[i].net = n.index
		} else {
			s.settleUp(s.common.ledger(s.proofs.keys[i].Net), i)
			s.proofs.remove(i)
		}
	}
	for i := range s.check {
		if !s.checks.used(i) {
			continue
		}
		if n := s.network(s.checks.keys[i].Net); n != nil && n.watched() {
			s.check[i].net = n.index
		} else {
			s.checks.remove(i)
		}
	}
	for i := range s.recheck {
		if !s.rechecks.used(i) {
			continue
		}
		if n := s.network(s.rechecks.keys[i].Net); n != nil && n.watched() {
			s.recheck[i].net = n.index
		} else {
			s.rechecks.remove(i)
		}
	}
}
