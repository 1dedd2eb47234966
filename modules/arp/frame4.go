package arp

import (
	"encoding/binary"

	"mire/dpdk/burst"
	"mire/engine/neigh"
	"mire/engine/own"
	"mire/engine/packet"
)

// arp decides one ARP frame, or leaves it undecided when it is about an
// address that is not ours.
func (s *stage) arp(b *burst.Burst, i int) {
	net := b.Meta[i].Net
	n := s.nets.At(net)
	if n == nil {
		return
	}
	h := packet.ARPAt(b, i)
	sender, mac := lo4(h.SenderIP()), h.SenderMAC()
	if !claimable(mac) {
		return
	}
	a, which := n.Find(0, lo4(h.TargetIP()), s.master)
	if claimed, w := n.Find(0, sender, s.master); w != own.Foreign {
		if n.HasMAC(mac, s.master) {
			return
		}
		s.conflict(b, net, claimed, mac)
		if which != own.Foreign {
			b.Consume(i)
		}
		return
	}
	if n.HasMAC(mac, true) {
		return // somebody else with a MAC of ours: what we send there would come back
	}
	// An address outside the prefix is nobody's next hop; 0 is a probe.
	onLink := n.Holds(0, sender)
	eth := packet.EthernetAt(b, i)
	toUs := n.HasMAC(eth.Dst(), s.master)
	switch {
	case which == own.Foreign && toUs && h.Op() == packet.ARPReply:
		b.Drop(i, s.reasons.Of(dropNotOurs))
	case which == own.Foreign:
		if onLink && h.IsGratuitous() {
			s.table.Heard(n.Number, 0, sender, mac, neigh.Announcing, b.Now)
		}
	case !toUs && !eth.IsMulticast():
		// Between two others, seen because the port is promiscuous.
	case h.Op() == packet.ARPReply:
		if onLink {
			s.table.Heard(n.Number, 0, sender, mac, neigh.Answering, b.Now)
		}
		b.Consume(i)
	default:
		if onLink {
			s.table.Heard(n.Number, 0, sender, mac, neigh.Asking, b.Now)
		}
		answer4(b, i, eth, h, a)
	}
}

// answer4 turns a request into its reply in place. A probe (sender 0.0.0.0)
// gets one like any other: that is how its sender learns in time that the
// address is taken (RFC 5227 section 2.1.1).
func answer4(b *burst.Burst, i int, eth packet.Ethernet, h packet.ARP, a *own.Address) {
	asker, askerIP, target := h.SenderMAC(), h.SenderIP(), h.TargetIP()
	h.SetOp(packet.ARPReply)
	h.SetSenderMAC(a.MAC)
	h.SetSenderIP(target)
	h.SetTargetMAC(asker)
	h.SetTargetIP(askerIP)
	eth.SetDst(asker)
	eth.SetSrc(a.MAC)
	b.Reply(i)
}

// lo4 is the low word of a mapped IPv4 address; the high one is 0.
func lo4(a [4]byte) uint64 { return own.Map4(binary.BigEndian.Uint32(a[:])) }
