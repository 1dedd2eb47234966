package tarpit

import (
	"encoding/binary"

	"mire/dpdk/burst"
	"mire/engine/event"
	"mire/engine/own"
	"mire/engine/packet"
	"mire/engine/session"
)

const (
	// holdTime is how long after a DISCOVER no new address is captured: the
	// server pings what it is about to offer (RFC 2131 section 2.2).
	holdTime = 4_000_000_000
	// holdRate is how many DISCOVERs a second may do that, so that a flood of
	// them does not disarm the tarpit.
	holdRate = 5
)

// hearDHCP learns from DHCP messages and leaves them to whom they belong: who
// is a server, that a client looks for an address, that one was declined. What
// was sent to one of our MACs is for a captured address and may come from
// anywhere in the world; DHCP of the segment is broadcast or for other MACs.
func (s *stage) hearDHCP(b *burst.Burst) {
	for m := b.Undecided & b.Class[burst.ClassDHCP]; m != 0; m = m.Rest() {
		i := m.First()
		h, ok := packet.DHCPAt(b, i)
		if !ok || s.isToUs(b, i) {
			continue
		}
		switch typ := h.MessageType(); {
		case h.Op() == packet.DHCPBootReply && (typ == packet.DHCPOffer || typ == packet.DHCPAck):
			a, ok := h.ServerID()
			if !ok {
				a = packet.IPv4At(b, i).Src()
			}
			s.learnServer(b, i, a)
		case h.Op() != packet.DHCPBootRequest:
		case typ == packet.DHCPDiscover:
			s.holdBack(b, i)
		case typ == packet.DHCPRequest && packet.EthernetAt(b, i).IsMulticast():
			if a, ok := h.ServerID(); ok {
				s.learnServer(b, i, a)
			}
		case typ == packet.DHCPDecline:
			s.declined(b, i, h)
		}
	}
}

// isToUs tells whether slot i was sent to a MAC of ours on its segment.
func (s *stage) isToUs(b *burst.Burst, i int) bool {
	dst := destination(b.Frame(i))
	for j := range s.nets {
		if n := &s.nets[j]; n.port == b.In[i] && n.vlan == b.Meta[i].VLAN && n.isMAC(dst) {
			return true
		}
	}
	return false
}

// learnServer notes a DHCP server, which is never answered.
func (s *stage) learnServer(b *burst.Burst, i int, a [4]byte) {
	lo := own.Map4(binary.BigEndian.Uint32(a[:]))
	if !isHost(0, lo) || !s.common.servers.learn(uint32(lo), b.Now) {
		return
	}
	for j := range s.nets {
		n := &s.nets[j]
		if !n.watched() || n.port != b.In[i] || n.vlan != b.Meta[i].VLAN {
			continue
		}
		n.own[DHCPServers]++
		k := n.key(0, lo)
		e := s.event(event.DHCPServer, n, &k, b.Now)
		e.Remote, e.MAC = e.Ours, packet.EthernetAt(b, i).Src()
		s.emit()
		return // one event, whichever network of the segment it serves
	}
}

// holdBack keeps the networks of a segment from new captures for a while.
func (s *stage) holdBack(b *burst.Burst, i int) {
	for j := range s.nets {
		n := &s.nets[j]
		if !n.watched() || n.port != b.In[i] || n.vlan != b.Meta[i].VLAN {
			continue
		}
		if n.ledger.discovers.take(rate(holdRate, holdRate), 0, b.Now) {
			n.ledger.holdUntil.Store(b.Now + holdTime)
		} else {
			n.own[DHCPHoldsSkipped]++
		}
	}
}

// maybeServer tells whether somebody who asks for an address only now may be a
// DHCP server that looks whether it is free: a client is searching, and no
// server is known yet. An answer could keep it unknown: a server that finds its
// whole pool taken offers nothing.
func (s *stage) maybeServer(n *network, k *session.Key, now int64) bool {
	return familyOf(k) == v4 && now < n.ledger.holdUntil.Load() && !s.common.servers.any(now)
}

// declined releases an address that a client found taken.
func (s *stage) declined(b *burst.Burst, i int, h packet.DHCP) {
	a, ok := h.RequestedIP()
	if !ok {
		return
	}
	addr := binary.BigEndian.Uint32(a[:])
	at := s.segs.Locate4(b.In[i], b.Meta[i].VLAN, addr)
	if int(at) >= len(s.nets) || !s.nets[at].watched() {
		return
	}
	n := &s.nets[at]
	k := n.key(0, own.Map4(addr))
	if r, ok := s.w.Table.Get(k, b.Now); !ok || r.State != session.Trapped && r.State != session.Probing {
		return
	}
	s.release(n, &k, b.Now)
	e := s.event(event.DHCPDecline, n, &k, b.Now)
	e.MAC = packet.EthernetAt(b, i).Src()
	s.emit()
}
