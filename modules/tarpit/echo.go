package tarpit

import (
	"mire/dpdk/burst"
	"mire/engine/event"
	"mire/engine/own"
	"mire/engine/packet"
)

// echo answers an echo request to a captured address in place, of any size
// that a frame holds.
func (s *stage) echo(b *burst.Burst, i int) {
	if b.Meta[i].Flags&burst.Truncated != 0 {
		s.drop(b, i, dropProtocol) // the reply would lack its end
		return
	}
	n := &s.nets[b.Meta[i].Net]
	if s.sparesEcho(b, i, n) {
		s.drop(b, i, dropDHCP)
		return
	}
	s.packetEvent(b, i, n, kindEchoReply)
	packet.EchoReply(b, i)
	packet.EthernetAt(b, i).SetSrc(n.answer[familyOf(&s.keys[i])])
	b.Reply(i)
	n.own[Echoes]++
	s.emit()
	// No request may come for long, as the sender has our MAC in a cache: a host
	// could come up unnoticed.
	s.doubt(b, n, &s.keys[i])
}

// udp reports a datagram to a captured address, which is never answered.
func (s *stage) udp(b *burst.Burst, i int) {
	n := &s.nets[b.Meta[i].Net]
	e := s.packetEvent(b, i, n, kindUDPPacket)
	h := packet.UDPAt(b, i)
	e.OurPort, e.RemotePort = h.DstPort(), h.SrcPort()
	s.emit()
	s.drop(b, i, dropUDP)
}

// packetEvent starts an event about the IP packet in slot i.
func (s *stage) packetEvent(b *burst.Burst, i int, n *network, kind event.Kind) *event.Event {
	e := s.event(kind, n, &s.keys[i], b.Now)
	e.MAC = packet.EthernetAt(b, i).Src()
	if b.V6.Has(i) {
		e.Remote = packet.IPv6At(b, i).Src()
	} else {
		e.Remote = address16(0, own.Map4(packet.IPv4At(b, i).SrcWord()))
	}
	return e
}
