package neigh

import (
	"mire/dpdk/burst"
	"mire/engine/own"
	"mire/engine/packet"
)

// solicit asks for n from our real address: an ARP request or a neighbour
// solicitation, to the MAC we believe in (unicast) or to all. It reports false
// when no spare frame was left. A network without a real address of that
// family stays silent, so that the entry ends as failed.
func solicit(b *burst.Burst, net *own.Network, n *Neighbour, unicast bool) bool {
	if own.Is4(n.Hi, n.Lo) {
		return solicit4(b, net, n, unicast)
	}
	return solicit6(b, net, n, unicast)
}

func solicit4(b *burst.Burst, net *own.Network, n *Neighbour, unicast bool) bool {
	if net.Real4.None() {
		return true
	}
	p := b.Originate(net.Port, packet.ARPSize)
	if p == nil {
		return false
	}
	l := packet.Link{Dst: packet.BroadcastMAC, Src: net.Real4.MAC, VLAN: net.VLAN}
	if unicast {
		l.Dst = n.MAC
	}
	packet.PutARPRequest(p, l, net.Real4.MAC, own.As4(net.Real4.Lo), own.As4(n.Lo))
	return true
}

func solicit6(b *burst.Burst, net *own.Network, n *Neighbour, unicast bool) bool {
	if net.Real6.None() {
		return true
	}
	l := packet.Link{Src: net.Real6.MAC, VLAN: net.VLAN}
	p := b.Originate(net.Port, l.NeighborSize())
	if p == nil {
		return false
	}
	target := own.As16(n.Hi, n.Lo)
	dst := packet.SolicitedNode(target)
	l.Dst = packet.GroupMAC(dst)
	if unicast {
		l.Dst, dst = n.MAC, target
	}
	packet.PutNS(p, l, own.As16(net.Real6.Hi, net.Real6.Lo), dst, target, net.Real6.MAC)
	return true
}
