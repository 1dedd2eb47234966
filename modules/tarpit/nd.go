package tarpit

import (
	"mire/dpdk/burst"
	"mire/engine/own"
	"mire/engine/packet"
)

// answerND decides the neighbour solicitations of the burst for addresses that
// are not ours, resolution and unreachability detection alike. Advertisements
// have been heard and end here; router discovery is left to others.
func (s *stage) answerND(b *burst.Burst) {
	var asked burst.Mask
	for m := b.Undecided & b.Class[burst.ClassND]; m != 0; m = m.Rest() {
		i := m.First()
		if int(b.Meta[i].Net) >= len(s.nets) {
			continue
		}
		n := &s.nets[b.Meta[i].Net]
		typ := packet.NDAt(b, i).Type()
		if typ != packet.ICMPv6NeighborSolicit && typ != packet.ICMPv6NeighborAdvert {
			continue
		}
		group := packet.EthernetAt(b, i).IsMulticast()
		if !group && !n.isMAC(destination(b.Frame(i))) {
			continue // between two others
		}
		if why := s.refuseND(b, i, n, typ, group); why != accepted {
			s.drop(b, i, why)
			continue
		}
		asked |= burst.Bit(i)
	}
	if asked == 0 {
		return
	}
	s.w.Table.States(asked, &s.keys, &s.states, b.Now)
	for m := asked; m != 0; m = m.Rest() {
		i := m.First()
		w := waiter{mac: askerMAC(b, i), ip: packet.IPv6At(b, i).Src()}
		s.request(b, i, &s.nets[b.Meta[i].Net], &w)
	}
}

// refuseND is why a neighbour message is not to be answered whatever is known
// of its target, or accepted. It fills s.keys[i].
func (s *stage) refuseND(b *burst.Burst, i int, n *network, typ uint8, group bool) burst.Own {
	ip, h := packet.IPv6At(b, i), packet.NDAt(b, i)
	hi, lo := h.TargetWords()
	srcHi, srcLo := ip.SrcWords()
	if _, which := n.addrs.Find(hi, lo, true); typ == packet.ICMPv6NeighborSolicit && group && which == own.Foreign {
		n.ledger.solicited.Store(b.Now) // the switch forwards foreign groups to us
	}
	switch {
	case !n.watched():
		return dropOff
	case typ != packet.ICMPv6NeighborSolicit || ip.HopLimit() != 255:
		return dropNDInvalid
	case srcHi|srcLo == 0:
		return dropDAD
	case ip.Dst() != packet.SolicitedNode(h.Target()) && ip.Dst() != h.Target():
		return dropNDInvalid
	case !isUnicast(packet.EthernetAt(b, i).Src()) || !isUnicast(askerMAC(b, i)) || n.isMAC(word(askerMAC(b, i))):
		return dropSource // an answer to one of our own MACs would come back
	}
	if why := s.refuseSource(b, i, n, srcHi, srcLo, 0); why != accepted {
		return why
	}
	if s.snap.Exempt(n.index, hi, lo) {
		return dropExempt
	}
	s.keys[i] = n.key(hi, lo)
	return accepted
}

// askerMAC is where the answer to a solicitation goes: its source link-layer
// option, or the frame's source without one (RFC 4861 section 7.2.4).
func askerMAC(b *burst.Burst, i int) [6]byte {
	if mac, ok := packet.NDAt(b, i).LinkLayer(packet.NDOptionSourceLinkLayer); ok {
		return mac
	}
	return packet.EthernetAt(b, i).Src()
}
