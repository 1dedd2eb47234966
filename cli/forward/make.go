package forward

import (
	"encoding/binary"

	"mire/dpdk/burst"
	"mire/engine/packet"
)

// template is a UDP frame that is copied and then given its own ends.
type template struct {
	frame [1514]byte
	size  int
	burst int
}

const (
	ipAt, udpAt = ethernetLen, ethernetLen + packet.IPv4Len
	flows       = 1024
)

func (t *template) make(o Options, src, dst [4]byte, sport, dport uint16) {
	t.size, t.burst = min(max(o.Size, MinSize), len(t.frame)), o.Burst
	e := packet.Ethernet(t.frame[:])
	e.SetType(packet.EtherTypeIPv4)
	ip := packet.IPv4(t.frame[ipAt:])
	ip.SetHeaderLen(packet.IPv4Len)
	ip.SetTotalLen(uint16(t.size - ipAt))
	ip.SetTTL(64)
	ip.SetProtocol(packet.ProtoUDP)
	ip.SetSrc(src)
	ip.SetDst(dst)
	ip[10], ip[11] = 0, 0
	ip.UpdateChecksum()
	udp := packet.UDP(t.frame[udpAt:])
	udp.SetSrcPort(sport)
	udp.SetDstPort(dport)
	udp.SetLength(uint16(t.size - udpAt))
}

// put originates one copy and returns it; nil when there is no room.
func (t *template) put(b *burst.Burst, out *Port) []byte {
	if b.Originated >= b.Spares {
		return nil // nothing starves: it is made next turn
	}
	f := b.Originate(out.ID, t.size)
	copy(f, t.frame[:t.size])
	return f
}

// txOnly sends the same datagram again and again, from 198.18.0.1 to
// 198.18.0.2, discard to discard.
type txOnly struct{ template }

func newTxOnly(o Options) *txOnly {
	m := &txOnly{}
	m.make(o, [4]byte{198, 18, 0, 1}, [4]byte{198, 18, 0, 2}, 9, 9)
	return m
}

func (t *txOnly) Turn(b *burst.Burst, _, out *Port) {
	consumeAll(b, b.Undecided)
	for range t.burst {
		f := t.put(b, out)
		if f == nil {
			return
		}
		address(f, out)
	}
}

// flowGen sends flows that differ in their destination, 10.253.0.0 and up.
type flowGen struct {
	template
	next uint16
}

func newFlowGen(o Options) *flowGen {
	g := &flowGen{}
	g.make(o, [4]byte{10, 254, 0, 0}, [4]byte{10, 253, 0, 0}, 1000, 1001)
	e := packet.Ethernet(g.frame[:])
	e.SetDst([6]byte{0, 1, 2, 3, 4, 1})
	e.SetSrc([6]byte{0, 1, 2, 3, 4, 0})
	return g
}

func (g *flowGen) Turn(b *burst.Burst, _, out *Port) {
	consumeAll(b, b.Undecided)
	for range g.burst {
		f := g.put(b, out)
		if f == nil {
			return
		}
		ip := packet.IPv4(f[ipAt:])
		binary.BigEndian.PutUint16(ip[18:20], g.next)
		ip.SetChecksum(packet.UpdateChecksum16(ip.Checksum(), 0, g.next))
		g.next = (g.next + 1) % flows
	}
}
