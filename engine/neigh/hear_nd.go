package neigh

import (
	"mire/dpdk/burst"
	"mire/engine/packet"
)

// hearND takes the sender of every neighbour discovery message for alive, the
// target of an advertisement, and the target of a duplicate address detection,
// which is being taken (RFC 4862 section 5.4.3). As in ARP, a detection that was
// sent to a single station is none: it is for all who could have the address.
func (o *Observer) hearND(b *burst.Burst) {
	for m := b.Undecided & b.Class[burst.ClassND]; m != 0; m = m.Rest() {
		i := m.First()
		h := packet.NDAt(b, i)
		srcHi, srcLo := packet.IPv6At(b, i).SrcWords()
		switch h.Type() {
		case packet.ICMPv6NeighborSolicit:
			hi, lo := h.TargetWords()
			if srcHi|srcLo == 0 {
				if !packet.EthernetAt(b, i).IsMulticast() {
					continue
				}
				o.hearND1(b, i, hi, lo, packet.EthernetAt(b, i).Src(), ByDetection)
				continue
			}
			o.hearND1(b, i, srcHi, srcLo, linkLayer(b, i, h, packet.NDOptionSourceLinkLayer), BySender)
		case packet.ICMPv6NeighborAdvert:
			o.hearAnswer6(b, i, h)
			hi, lo := h.TargetWords()
			mac := linkLayer(b, i, h, packet.NDOptionTargetLinkLayer)
			by := BySender
			if h.Flags()&packet.NAFlagSolicited != 0 {
				by = ByAnswer
			}
			o.hearND1(b, i, hi, lo, mac, by)
			if srcHi != hi || srcLo != lo {
				o.hearND1(b, i, srcHi, srcLo, packet.EthernetAt(b, i).Src(), BySender)
			}
		default:
			o.hearND1(b, i, srcHi, srcLo, packet.EthernetAt(b, i).Src(), BySender)
		}
	}
}

// hearND1 notes that an address spoke through slot i.
func (o *Observer) hearND1(b *burst.Burst, i int, hi, lo uint64, mac [6]byte, by Evidence) {
	if !isHost6(hi, lo) {
		return
	}
	at := o.segs.Locate6(b.In[i], b.Meta[i].VLAN, hi, lo)
	if at == burst.NoNet {
		return
	}
	n := &o.nets[at]
	if !o.believes(n, mac) || !o.believes(n, packet.EthernetAt(b, i).Src()) {
		o.noteCaptured(b, i, n, hi, lo)
		return
	}
	if by == ByAnswer {
		if dhi, dlo := packet.IPv6At(b, i).DstWords(); !n.isOwn(dhi, dlo) {
			by = BySender
		}
	}
	o.claim(b, i, int(at), hi, lo, mac, by)
}

// linkLayer is the MAC in an option of h, or the frame's source without one.
func linkLayer(b *burst.Burst, i int, h packet.ND, option uint8) [6]byte {
	if mac, ok := h.LinkLayer(option); ok {
		return mac
	}
	return packet.EthernetAt(b, i).Src()
}
