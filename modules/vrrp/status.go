package vrrp

import "net/netip"

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
	// Transitions are how often this node became backup and master, and why;
	// Masterships is the sum of the latter.
	Transitions [2][numCauses]uint64
	Masterships uint64
	Faults      [NumFaults]uint64
	Gateways    []Gateway // that tracking watches
}

// standing is what worker 0 shows of its router.
type standing struct {
	running                  bool
	state                    State
	cause                    Cause
	dialect                  Dialect
	since, heard             int64
	priority, masterPriority uint8
	master                   [16]byte // IPv4 mapped; zero: none was heard
	sent, received           uint64
	transitions              [2][numCauses]uint64 // to backup, to master
}

// Status returns the present state.
func (m *Module) Status() Status {
	c := &m.common
	o := c.shown.Read()
	s := Status{
		Running: o.running, State: o.state, Cause: o.cause, Since: o.since,
		Priority: int(o.priority), MasterPriority: int(o.masterPriority), Heard: o.heard,
		Dialect: o.dialect, Sent: o.sent, Received: o.received, Lost: c.lost.Load(), Transitions: o.transitions,
	}
	for _, n := range o.transitions[1] {
		s.Masterships += n
	}
	if o.master != [16]byte{} {
		s.Master = netip.AddrFrom16(o.master).Unmap()
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
