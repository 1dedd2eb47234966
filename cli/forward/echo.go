package forward

import (
	"encoding/binary"

	"mire/dpdk/burst"
	"mire/engine/packet"
)

// echo answers ARP requests and ICMP echo requests for whatever address they
// name, by the port they came from, and frees all else.
type echo struct{}

func (echo) Turn(b *burst.Burst, in, _ *Port) {
	for m := b.Undecided; m != 0; m = m.Rest() {
		i := m.First()
		f := b.Frame(i)
		if answerARP(f, in) || answerEcho(f) {
			b.SendTo(i, in.ID)
		}
	}
	consumeAll(b, b.Undecided)
}

// answerARP makes an untagged ARP request a reply that names our port.
func answerARP(f []byte, in *Port) bool {
	if len(f) < ethernetLen+packet.ARPLen || binary.BigEndian.Uint16(f[12:]) != packet.EtherTypeARP {
		return false
	}
	a := packet.ARP(f[ethernetLen:])
	if a.Op() != packet.ARPRequest || binary.BigEndian.Uint64(a)>>16 != 0x0001_0800_0604 {
		return false
	}
	asker, asked := a.SenderIP(), a.TargetIP()
	*(*[6]byte)(f[0:]) = *(*[6]byte)(f[6:])
	*(*[6]byte)(f[6:]) = in.MAC
	a.SetTargetMAC(a.SenderMAC())
	a.SetTargetIP(asker)
	a.SetSenderMAC(in.MAC)
	a.SetSenderIP(asked)
	a.SetOp(packet.ARPReply)
	return true
}

// answerEcho makes an IPv4 echo request its reply, with the addresses swapped.
func answerEcho(f []byte) bool {
	h, ok := find(f)
	if !ok || h.v6 || !h.first || h.proto != packet.ProtoICMP || h.l4+packet.ICMPLen > h.end {
		return false
	}
	icmp := packet.ICMP(f[h.l4:h.end])
	if icmp.Type() != packet.ICMPEchoRequest || icmp.Code() != 0 {
		return false
	}
	swapMACs(f)
	packet.IPv4(f[h.l3:]).Swap()
	was := binary.BigEndian.Uint16(icmp)
	icmp.SetType(packet.ICMPEchoReply)
	icmp.SetChecksum(packet.UpdateChecksum16(icmp.Checksum(), was, binary.BigEndian.Uint16(icmp)))
	return true
}
