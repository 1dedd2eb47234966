package tarpit

import (
	"encoding/binary"

	"mire/dpdk/burst"
	"mire/engine/config"
	"mire/engine/own"
	"mire/engine/packet"
	"mire/engine/session"
)

// packets decides the IP packets that were sent to one of our MACs for another
// address of a watched network: one lookup for all of them, then class by class.
func (s *stage) packets(b *burst.Burst) {
	to, usual := s.addressed(b)
	if to == 0 {
		return
	}
	s.lookUp(b, to)
	s.serve(b, s.trapped(b, to, usual))
}

// trapped returns the slots of m whose destination is captured and whose
// source may be answered, and decides the others or leaves them to whom they
// belong. Sources of the slots in usual need no look.
func (s *stage) trapped(b *burst.Burst, m, usual burst.Mask) (ours burst.Mask) {
	guard := s.sweep.mustGuard(s) || s.common.port(b.In[m.First()]).down.Load()
	if !guard {
		ours = m & usual & s.found[session.Trapped]
		m &^= ours
	}
	s.nameAll(b, m)
	for ; m != 0; m = m.Rest() {
		i := m.First()
		n := &s.nets[b.Meta[i].Net]
		k := &s.keys[i]
		st := s.found.State(i)
		if st == session.Real {
			s.stray(b, i, n)
			continue
		}
		if guard && st == session.Trapped && s.releaseBlind(n, k, b.Now) {
			st = session.Unknown
		}
		if (st == session.Unknown || guard) && s.snap.Exempt(n.index, k.Hi, k.Lo) {
			continue // ours, a server's, a gateway's: not the tarpit's to decide
		}
		if !usual.Has(i) {
			if why := s.refusePacket(b, i, n); why != accepted {
				if why == dropDHCP {
					s.sparedPacket(b, i, n)
				}
				s.drop(b, i, why)
				continue
			}
		}
		switch {
		case st == session.Unknown:
			why := s.prove(b, n, k, nil)
			if why == dropUnknown || why == dropProbing {
				s.keep(b, i, n, k)
			}
			s.drop(b, i, why)
			s.askSource(b, i, n)
		case st == session.Probing:
			s.keep(b, i, n, k)
			s.drop(b, i, dropProbing)
		case n.mode != config.TarpitEnable:
			s.drop(b, i, dropObserve)
		default:
			ours |= burst.Bit(i)
		}
	}
	return ours
}

// refusePacket is refuseSource for an IP packet.
func (s *stage) refusePacket(b *burst.Burst, i int, n *network) burst.Own {
	f := b.Frame(i)
	if f[6]&1 != 0 {
		return dropSource
	}
	l3 := f[b.Meta[i].L3:]
	var hi, lo uint64
	if b.V6.Has(i) {
		hi, lo = binary.BigEndian.Uint64(l3[8:16]), binary.BigEndian.Uint64(l3[16:24])
	} else {
		lo = own.Map4(binary.BigEndian.Uint32(l3[12:16]))
	}
	return s.refuseSource(b, i, n, hi, lo, sourcePort(b, i))
}

// serve answers what was sent to captured addresses.
func (s *stage) serve(b *burst.Burst, m burst.Mask) {
	if m == 0 {
		return
	}
	s.doubtAnswered(b, m)
	for e := m & b.Class[burst.ClassEcho]; e != 0; e = e.Rest() {
		s.echo(b, e.First())
	}
	tcp := m & (b.Class[burst.ClassTCPSyn] | b.Class[burst.ClassTCP])
	if tcp != 0 {
		s.rules.ProcessPlain(b, tcp, s.plain, s.snap)
	}
	udp := m & (b.Class[burst.ClassUDP] | b.Class[burst.ClassDHCP])
	for u := udp; u != 0; u = u.Rest() {
		s.udp(b, u.First())
	}
	if rest := m &^ (b.Class[burst.ClassEcho] | tcp | udp); rest != 0 {
		b.DropAll(rest, s.reasons.Of(dropProtocol))
	}
}

// stray passes a packet for an address that we once answered for on to its
// owner. One that was never captured is none of ours: its sender knows why it
// uses our MAC.
func (s *stage) stray(b *burst.Burst, i int, n *network) {
	r, ok := s.w.Table.Get(s.keys[i], b.Now)
	if !ok || r.State != session.Real || r.Askers[0] == [6]byte{} {
		return
	}
	h := packet.EthernetAt(b, i)
	flags := b.Meta[i].Flags
	if r.MAC == [6]byte{} {
		s.askOwner(b, n, &s.keys[i])
	}
	if !isUnicast(r.MAC) || r.MAC == h.Src() || n.isMAC(word(r.MAC)) || flags&burst.Truncated != 0 {
		s.drop(b, i, dropReal) // owner unknown, or the very one who sent it here, or the end is lost
		return
	}
	if flags&burst.Partial != 0 {
		packet.FinishChecksum(b, i)
	}
	h.SetDst(r.MAC)
	h.SetSrc(n.realMAC)
	b.SendTo(i, n.port)
	n.own[Strays]++
}

// destinationPort is that of a slot whose sourcePort is not 0.
func destinationPort(b *burst.Burst, i int) uint16 {
	return binary.BigEndian.Uint16(b.Frame(i)[b.Meta[i].L4+2:])
}

// askOwner has the segment asked who owns an address that was released without
// a name, within the share of upkeep: somebody still sends to us what is meant
// for the owner, and is told when there is an answer. A host that detects
// duplicates answers nobody until it is done (RFC 4862 section 5.4.3).
func (s *stage) askOwner(b *burst.Burst, n *network, k *session.Key) {
	f := familyOf(k)
	if n.ledger.background[f].wait(n.bounds[f].background, 0, b.Now) == 0 {
		s.proveAgain(b, n, k, forUpkeep)
	}
}

// sourcePort is the source port of TCP and UDP, else 0.
func sourcePort(b *burst.Burst, i int) uint16 {
	switch b.Meta[i].Class {
	case burst.ClassTCPSyn, burst.ClassTCP, burst.ClassUDP, burst.ClassDHCP:
		return binary.BigEndian.Uint16(b.Frame(i)[b.Meta[i].L4:])
	}
	return 0
}
