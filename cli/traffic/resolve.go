package traffic

import (
	"fmt"
	"net/netip"
	"time"

	"mire/engine/packet"
)

// resolver is the question that Resolve has out.
type resolver struct {
	asked  end
	v6     bool
	active bool
	mac    [6]byte
	found  bool
}

// heard is told of every ARP reply and neighbour advertisement, and tells
// whether it answers the question.
func (r *resolver) heard(e *end, v6 bool, mac [6]byte) bool {
	if !r.active || r.v6 != v6 || r.asked.hi != e.hi || r.asked.lo != e.lo {
		return false
	}
	r.mac, r.found = mac, true
	return true
}

// askEvery is the time between two questions.
const askEvery = 250 * time.Millisecond

// Resolve asks the segment, by ARP and neighbour discovery, for the MAC that
// frames go to, for each family that the program was compiled without one: of
// via when that is of the family, else of the family's first target, whose
// answer then counts for all. It turns the generator itself, so it must be
// called by the thread of Run, before Run; timeout is by the burst's clock,
// for each family. Stop ends it with an error.
func (g *Generator) Resolve(timeout time.Duration, via ...netip.Addr) error {
	for _, v6 := range []bool{false, true} {
		st := g.unresolved(v6)
		if st == nil {
			continue
		}
		ask := st.dst.at(0)
		for _, a := range via {
			if a.Is6() == v6 {
				ask = a
			}
		}
		mac, err := g.ask(ask, st, timeout)
		if err != nil {
			return err
		}
		for i := range g.shapes {
			if s := &g.shapes[i]; s.dst4 && !v6 || s.dst6 && v6 {
				s.setDestination(mac)
			}
		}
	}
	return nil
}

// unresolved is a stream of the family whose frames lack a destination.
func (g *Generator) unresolved(v6 bool) *stream {
	known := g.prog.link.Dst4
	if v6 {
		known = g.prog.link.Dst6
	}
	if known != ([6]byte{}) {
		return nil
	}
	for i := range g.streams {
		if st := &g.streams[i]; st.v6 == v6 && st.kind.ported() {
			return st
		}
	}
	return nil
}

func (g *Generator) ask(a netip.Addr, st *stream, timeout time.Duration) ([6]byte, error) {
	r := &g.resolve
	*r = resolver{v6: a.Is6(), active: true}
	if r.v6 {
		r.asked = end16(a.As16())
	} else {
		r.asked = end4(a.As4())
	}
	defer func() { r.active = false }()
	g.turn(false)
	vlan := uint16(0)
	for i := range g.prog.spec.Streams {
		if &g.streams[i] == st {
			vlan = uint16(g.prog.spec.Streams[i].VLAN)
		}
	}
	start := g.burst.Now
	for next := start; g.burst.Now-start < int64(timeout); {
		if g.stop.Load() {
			return r.mac, fmt.Errorf("stopped before %s answered", a)
		}
		if g.burst.Now >= next {
			g.question(a, st.src.at(0), vlan)
			next = g.burst.Now + int64(askEvery)
		}
		g.turn(false)
		if r.found {
			return r.mac, nil
		}
	}
	return r.mac, fmt.Errorf("no answer from %s within %v: give the destination's MAC, or the address of a router on this segment", a, timeout)
}

// question sends one for a, from source.
func (g *Generator) question(a, source netip.Addr, vlan uint16) {
	b := g.burst
	l := packet.Link{Dst: packet.BroadcastMAC, Src: g.prog.link.Src, VLAN: vlan}
	if a.Is4() {
		if p := b.Originate(g.out, packet.ARPSize); p != nil {
			packet.PutARPRequest(p, l, l.Src, source.As4(), a.As4())
			g.c.Answers++
		}
		return
	}
	group := packet.SolicitedNode(a.As16())
	l.Dst = packet.GroupMAC(group)
	if p := b.Originate(g.out, l.NeighborSize()); p != nil {
		packet.PutNS(p, l, source.As16(), group, a.As16(), l.Src)
		g.c.Answers++
	}
}
