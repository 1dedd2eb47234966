package arp

import (
	"mire/dpdk/burst"
	"mire/engine/neigh"
	"mire/engine/own"
	"mire/engine/packet"
)

// nd decides one neighbour solicitation or advertisement, or leaves it
// undecided when it is about an address that is not ours. Router messages and
// redirects are nobody's here.
func (s *stage) nd(b *burst.Burst, i int) {
	n := s.nets.At(b.Meta[i].Net)
	if n == nil {
		return
	}
	switch h := packet.NDAt(b, i); h.Type() {
	case packet.ICMPv6NeighborSolicit:
		s.solicited(b, i, n, h)
	case packet.ICMPv6NeighborAdvert:
		s.advertised(b, i, n, h)
	}
}

// solicited handles a neighbour solicitation.
func (s *stage) solicited(b *burst.Burst, i int, n *own.Network, h packet.ND) {
	eth, ip := packet.EthernetAt(b, i), packet.IPv6At(b, i)
	mac, ok := h.LinkLayer(packet.NDOptionSourceLinkLayer)
	if !ok {
		mac = eth.Src()
	}
	srcHi, srcLo := ip.SrcWords()
	if !claimable(mac) || packet.IsMulticast6(ip.Src()) {
		return
	}
	hi, lo := packet.Words(h.Target())
	a, which := n.Find(hi, lo, s.master)
	if claimed, w := n.Find(srcHi, srcLo, s.master); w != own.Foreign {
		if n.HasMAC(mac, s.master) {
			return
		}
		s.conflict(b, b.Meta[i].Net, claimed, mac)
		if which != own.Foreign {
			b.Consume(i)
		}
		return
	}
	if which == own.Foreign || n.HasMAC(mac, true) || !n.HasMAC(eth.Dst(), s.master) && !eth.IsMulticast() {
		return
	}
	if n.Holds(srcHi, srcLo) {
		s.table.Heard(n.Number, srcHi, srcLo, mac, neigh.Asking, b.Now)
	}
	answer6(b, i, mac, ip.Src(), h.Target(), a)
}

// answer6 turns a solicitation into its advertisement in place: O=1, R=0, with
// the target link-layer option. The answer to duplicate address detection
// (source ::) goes to all nodes with S=0 (RFC 4861 section 7.2.4). The frame
// is written anew, as the question may be shorter (no option) or longer.
func answer6(b *burst.Burst, i int, mac [6]byte, asker, target [16]byte, a *own.Address) {
	l := packet.Link{Dst: mac, Src: a.MAC, VLAN: b.Meta[i].VLAN}
	size := l.NeighborSize()
	p := b.Frame(i)
	if size > cap(p) {
		return
	}
	flags := uint8(packet.NAFlagOverride | packet.NAFlagSolicited)
	if asker == ([16]byte{}) {
		asker, flags = packet.AllNodes, packet.NAFlagOverride
		l.Dst = packet.GroupMAC(packet.AllNodes)
	}
	packet.PutNA(p[:size], l, target, asker, target, flags, a.MAC)
	b.Len[i] = uint16(size)
	b.Reply(i)
}

// advertised handles a neighbour advertisement: a claim to an address of ours,
// an answer to us, or news for all.
func (s *stage) advertised(b *burst.Burst, i int, n *own.Network, h packet.ND) {
	eth, ip := packet.EthernetAt(b, i), packet.IPv6At(b, i)
	mac, ok := h.LinkLayer(packet.NDOptionTargetLinkLayer)
	if !ok {
		mac = eth.Src()
	}
	if !claimable(mac) {
		return
	}
	hi, lo := packet.Words(h.Target())
	if claimed, w := n.Find(hi, lo, s.master); w != own.Foreign {
		if !n.HasMAC(mac, s.master) {
			s.conflict(b, b.Meta[i].Net, claimed, mac)
			b.Consume(i)
		}
		return
	}
	if n.HasMAC(mac, true) {
		return
	}
	// Without the override flag an advertisement corrects nobody's knowledge
	// (RFC 4861 section 7.2.5).
	override := h.Flags()&packet.NAFlagOverride != 0
	if eth.IsMulticast() {
		if override && n.Holds(hi, lo) {
			s.table.Heard(n.Number, hi, lo, mac, neigh.Announcing, b.Now)
		}
		return
	}
	if !n.HasMAC(eth.Dst(), s.master) {
		return
	}
	dstHi, dstLo := ip.DstWords()
	if _, w := n.Find(dstHi, dstLo, s.master); w == own.Foreign {
		b.Drop(i, s.reasons.Of(dropNotOurs))
		return
	}
	switch {
	case h.Flags()&packet.NAFlagSolicited != 0:
		s.table.Heard(n.Number, hi, lo, mac, neigh.Answering, b.Now)
	case override:
		s.table.Heard(n.Number, hi, lo, mac, neigh.Announcing, b.Now)
	}
	b.Consume(i)
}
