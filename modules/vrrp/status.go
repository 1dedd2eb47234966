package vrrp

import (
	"encoding/binary"
	"net/netip"
	"sync/atomic"
)

// Status is a virtual router as of worker 0's last Tick.
type Status struct {
	Running  bool // configured, on a port that is there
	State    State
	Cause    Cause
	Since    int64 // when State began, nanoseconds of the workers' clock
	Priority int   // with what tracking took off
	// Master is who sent the advertisement heard last, while this node is
	// backup; invalid when none was.
	Master         netip.Addr
	MasterPriority int
	Heard          int64 // when, nanoseconds of the workers' clock
	Dialect        Dialect
	Sent, Received uint64 // advertisements; received ones passed every check
	Lost           uint64 // advertisements that another worker could not hand over
	Masterships    uint64 // how often this node became master
	Faults         [NumFaults]uint64
	Gateways       []Gateway // that tracking watches
}

// board is where worker 0 shows its state. Each field is read by itself.
type board struct {
	running                     atomic.Bool
	state, cause                atomic.Uint32
	since, heard                atomic.Int64
	priority, masterPriority    atomic.Int64
	masterHi, masterLo          atomic.Uint64
	dialect                     atomic.Uint32
	sent, received, masterships atomic.Uint64
}

// Status returns the present state.
func (m *Module) Status() Status {
	c := &m.common
	b := &c.shown
	s := Status{
		Running: b.running.Load(), State: State(b.state.Load()), Cause: Cause(b.cause.Load()), Since: b.since.Load(),
		Priority: int(b.priority.Load()), MasterPriority: int(b.masterPriority.Load()), Heard: b.heard.Load(),
		Dialect: Dialect(b.dialect.Load()), Sent: b.sent.Load(), Received: b.received.Load(),
		Lost: c.lost.Load(), Masterships: b.masterships.Load(),
	}
	if hi, lo := b.masterHi.Load(), b.masterLo.Load(); hi|lo != 0 {
		var a [16]byte
		binary.BigEndian.PutUint64(a[:8], hi)
		binary.BigEndian.PutUint64(a[8:], lo)
		s.Master = netip.AddrFrom16(a).Unmap()
	}
	if list := c.watched.Load(); list != nil {
		for _, g := range *list {
			g.State, g.Answered = GatewayState(c.gateways[g.Number].Load()), c.answered[g.Number].Load()
			s.Gateways = append(s.Gateways, g)
		}
	}
	for i := range s.Faults {
		s.Faults[i] = c.faults[i].Load()
	}
	return s
}
