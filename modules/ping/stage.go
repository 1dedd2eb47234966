package ping

import (
	"mire/dpdk/burst"
	"mire/engine"
	"mire/engine/config"
	"mire/engine/own"
	"mire/engine/packet"
)

// stage is the module on one worker.
type stage struct {
	role    *engine.Role
	reasons burst.Block
	nets    *own.Networks
}

var _ engine.Stage = (*stage)(nil)

// Process implements engine.Stage.
func (s *stage) Process(b *burst.Burst) {
	m := b.Undecided & b.Class[burst.ClassEcho]
	if m == 0 {
		return
	}
	master := s.role.Master()
	for ; m != 0; m = m.Rest() {
		s.echo(b, m.First(), master)
	}
}

// Tick implements engine.Stage.
func (s *stage) Tick(*burst.Burst) {}

// Apply implements engine.Stage.
func (s *stage) Apply(c *config.Snapshot) { s.nets = own.Of(c) }

// echo answers one request in place, or leaves it undecided when it is not for
// us or its source cannot be answered.
func (s *stage) echo(b *burst.Burst, i int, master bool) {
	n := s.nets.At(b.Meta[i].Net)
	if n == nil {
		return
	}
	dstHi, dstLo, srcHi, srcLo := addresses(b, i)
	a, which := n.Find(dstHi, dstLo, master)
	if which == own.Foreign {
		return
	}
	// A unicast packet in a broadcast frame is not answered (RFC 1122 section
	// 3.3.6), nor is one that a switch flooded to another station's address, nor
	// one whose sender's MAC is a group: its reply would reach the whole segment.
	eth := packet.EthernetAt(b, i)
	if !n.HasMAC(eth.Dst(), master) || eth.Src()[0]&1 != 0 || !answerable(n, srcHi, srcLo) {
		return
	}
	if tooLong(b, i, n) {
		b.Drop(i, s.reasons.Of(dropTooLong))
		return
	}
	packet.EchoReply(b, i)
	eth.SetSrc(a.MAC)
	b.Reply(i)
}

// addresses are destination and source of slot i as words, IPv4 mapped.
func addresses(b *burst.Burst, i int) (dstHi, dstLo, srcHi, srcLo uint64) {
	if b.V6.Has(i) {
		ip := packet.IPv6At(b, i)
		dstHi, dstLo = ip.DstWords()
		srcHi, srcLo = ip.SrcWords()
		return
	}
	ip := packet.IPv4At(b, i)
	return 0, own.Map4(ip.DstWord()), 0, own.Map4(ip.SrcWord())
}

// answerable tells whether a source names one other host: not zero, loopback,
// multicast, broadcast (RFC 1122 sections 3.2.1.3 and 3.2.2, RFC 4291 section
// 2), and none of our own, since such an echo would come back to us.
func answerable(n *own.Network, hi, lo uint64) bool {
	if _, w := n.Find(hi, lo, true); w != own.Foreign {
		return false
	}
	if own.Is4(hi, lo) {
		top := uint8(lo >> 24)
		return top != 0 && top != 127 && top < 224 && lo != n.Broadcast4
	}
	return hi>>56 != 0xff && (hi != 0 || lo > 1)
}

// tooLong tells whether the reply would not fit: the request is larger than
// the network's MTU, or it was cut to the buffer and its rest is lost.
func tooLong(b *burst.Burst, i int, n *own.Network) bool {
	length := packetLen(b, i)
	return b.Meta[i].Flags&burst.Truncated != 0 || n.MTU != 0 && length > n.MTU ||
		int(b.Meta[i].L3)+length > int(b.Len[i])
}

// packetLen is the length of the IP packet in slot i, without padding.
func packetLen(b *burst.Burst, i int) int {
	if b.V6.Has(i) {
		return packet.IPv6Len + int(packet.IPv6At(b, i).PayloadLen())
	}
	return int(packet.IPv4At(b, i).TotalLen())
}
