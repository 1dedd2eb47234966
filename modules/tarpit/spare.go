package tarpit

import (
	"mire/dpdk/burst"
	"mire/engine/config"
	"mire/engine/own"
	"mire/engine/packet"
	"mire/engine/session"
)

// Who is a DHCP server, or may be one, gets no answer that would make a free
// address look taken, and is reported all the same.

const (
	isServerWhy    = "it is a DHCP server"
	isCandidateWhy = "it was named as DHCP server, and a client searches"
	isUnknownWhy   = "it may be a DHCP server: a client searches, none is known"
)

// isCandidate tells whether somebody who asks for k was named as a DHCP server,
// and may be looking for an address to offer.
func (s *stage) isCandidate(n *network, k *session.Key, from [16]byte, now int64) bool {
	if familyOf(k) != v4 || !s.learns() {
		return false
	}
	p := &n.domain.pauses
	asking := now < p.asking.Load()
	return (asking || now < p.grace.Load()) && n.domain.candidates.isSpared(mapped(from), asking)
}

// isUnknownServer tells whether somebody who asks for k may be a DHCP server that
// nobody has named yet.
func (s *stage) isUnknownServer(n *network, k *session.Key, from [16]byte, now int64) bool {
	if familyOf(k) != v4 || !s.learns() {
		return false
	}
	p := &n.domain.pauses
	return now < p.until.Load() && p.spare(mapped(from), uint32(k.Lo))
}

// mapped is the IPv4 address in a mapped one.
func mapped(a [16]byte) uint32 {
	_, lo := packet.Words(a)
	return uint32(lo)
}

// spared counts and reports that somebody was left without an answer.
func (s *stage) spared(n *network, k *session.Key, from [16]byte, mac [6]byte, why string, now int64) {
	n.own[DHCPHolds]++
	if n.mode != config.TarpitEnable {
		return
	}
	e := s.event(kindSpared, n, k, now)
	e.Remote, e.MAC = from, mac
	e.PayloadLen = uint8(copy(e.Payload[:], why))
	s.emit()
}

// sparedServer reports an ARP request of a DHCP server, unless it is for somebody who is there.
func (s *stage) sparedServer(b *burst.Burst, i int, n *network) {
	h := packet.ARPAt(b, i)
	k := n.key(0, own.Map4(h.TargetWord()))
	if r, ok := s.w.Table.Get(k, b.Now); ok && r.State == session.Real || s.snap.Exempt(n.index, k.Hi, k.Lo) {
		return
	}
	s.spared(n, &k, address16(0, own.Map4(h.SenderWord())), packet.EthernetAt(b, i).Src(), isServerWhy, b.Now)
}

// sparedPacket reports a packet of a DHCP server to an address that is nobody's,
// as far as is known.
func (s *stage) sparedPacket(b *burst.Burst, i int, n *network) {
	from := address16(0, own.Map4(packet.IPv4At(b, i).SrcWord()))
	port := sourcePort(b, i)
	if port == 0 {
		s.spared(n, &s.keys[i], from, packet.EthernetAt(b, i).Src(), isServerWhy, b.Now)
		return
	}
	n.own[DHCPHolds]++
	if n.mode != config.TarpitEnable {
		return
	}
	e := s.packetEvent(b, i, n, kindSparedPacket)
	e.RemotePort, e.OurPort = port, destinationPort(b, i)
	s.emit()
}

// sparesAsker tells whether who asks for s.keys[i] by ARP is left alone because he may
// be a DHCP server. One that was told of this very capture before has no use for that.
func (s *stage) sparesAsker(b *burst.Burst, i int, n *network, w *waiter) bool {
	k, st := &s.keys[i], s.states[i]
	why := isCandidateWhy
	switch {
	case st == session.Real || familyOf(k) != v4:
		return false
	case s.isCandidate(n, k, w.ip, b.Now):
	case st == session.Trapped && s.wasTold(k, w.mac, b.Now), !s.isUnknownServer(n, k, w.ip, b.Now):
		return false
	default:
		why = isUnknownWhy
	}
	s.spared(n, k, w.ip, w.mac, why, b.Now)
	return true
}

// wasTold tells whether a MAC is among the last who were answered for a capture.
func (s *stage) wasTold(k *session.Key, mac [6]byte, now int64) bool {
	r, ok := s.w.Table.Get(*k, now)
	return ok && (r.Askers[0] == mac || r.Askers[1] == mac)
}

// sparesEcho is sparesAsker for an echo request to a captured address. Who sent
// it may have our MAC from a router that asked for him, so nobody was told before.
func (s *stage) sparesEcho(b *burst.Burst, i int, n *network) bool {
	if b.V6.Has(i) {
		return false
	}
	k, why := &s.keys[i], isCandidateWhy
	from := address16(0, own.Map4(packet.IPv4At(b, i).SrcWord()))
	if !s.isCandidate(n, k, from, b.Now) {
		if !s.isUnknownServer(n, k, from, b.Now) {
			return false
		}
		why = isUnknownWhy
	}
	s.spared(n, k, from, packet.EthernetAt(b, i).Src(), why, b.Now)
	return true
}
