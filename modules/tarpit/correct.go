package tarpit

import (
	"mire/dpdk/burst"
	"mire/engine/packet"
	"mire/engine/session"
)

// correct tells one asker who owns an address that we answered for: a
// gratuitous ARP request or an overriding advertisement, to the asker alone. A
// reply would be ignored by Linux for a second after the one it corrects. The
// owner itself is never told: for it the frame would be a conflict (RFC 5227
// section 2.4, RFC 4862 section 5.4.4). It returns false without a buffer.
func (s *stage) correct(b *burst.Burst, n *network, k *session.Key, asker, owner [6]byte) bool {
	if !isUnicast(asker) || !isUnicast(owner) || asker == owner || n.isMAC(word(asker)) {
		return true
	}
	if b.Originated >= b.Spares {
		return false
	}
	l := n.link(asker, n.realMAC)
	if familyOf(k) == v4 {
		p := b.Originate(n.port, packet.ARPSize)
		if p == nil {
			return false
		}
		packet.PutGratuitousARP(p, l, owner, address4(k.Lo))
	} else {
		p := b.Originate(n.port, l.NeighborSize())
		if p == nil {
			return false
		}
		// The asker's address is not kept: all-nodes in a unicast frame reaches it
		// (RFC 6085).
		packet.PutNA(p, l, n.real6, packet.AllNodes, address16(k.Hi, k.Lo), packet.NAFlagOverride, owner)
	}
	n.own[Corrections]++
	return true
}
