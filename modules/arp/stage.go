package arp

import (
	"mire/dpdk/burst"
	"mire/engine"
	"mire/engine/config"
	"mire/engine/neigh"
	"mire/engine/own"
)

// stage is the module on one worker.
type stage struct {
	worker  *engine.Worker
	reasons burst.Block
	table   *neigh.Table
	keeper  *neigh.Keeper
	nets    *own.Networks
	mine    []owned // what we announce and defend
	spare   []owned // the memory of mine before the last Apply
	// quiet says that nothing is left to announce.
	quiet bool
	// master is the role in this turn.
	master bool
}

var _ engine.Stage = (*stage)(nil)

func newStage(w *engine.Worker) *stage {
	return &stage{
		worker: w, table: w.Neighbours, master: w.Role.Master(),
		keeper: neigh.NewKeeper(w.Neighbours, w.ID, max(w.Count, 1)),
	}
}

// Process implements engine.Stage: it decides the ARP and ND frames that are
// about our own addresses, or answers sent to us.
func (s *stage) Process(b *burst.Burst) {
	m := b.Undecided & (b.Class[burst.ClassARP] | b.Class[burst.ClassND])
	if m == 0 {
		return
	}
	s.turn()
	for a := m & b.Class[burst.ClassARP]; a != 0; a = a.Rest() {
		s.arp(b, a.First())
	}
	for d := m & b.Class[burst.ClassND]; d != 0; d = d.Rest() {
		s.nd(b, d.First())
	}
}

// Tick implements engine.Stage: announcements and the neighbours' timers.
func (s *stage) Tick(b *burst.Burst) {
	s.turn()
	s.announce(b)
	s.keeper.Tick(b)
}

// Apply implements engine.Stage.
func (s *stage) Apply(c *config.Snapshot) {
	s.nets = own.Of(c)
	s.keeper.Apply(c)
	s.own()
}

// turn reads the role once. A new master announces the virtual addresses.
func (s *stage) turn() {
	was := s.master
	if s.master = s.worker.Role.Master(); s.master && !was {
		s.promote()
	}
}

// claimable tells whether a MAC address can be that of one station.
func claimable(mac config.MAC) bool { return mac[0]&1 == 0 && mac != config.MAC{} }
