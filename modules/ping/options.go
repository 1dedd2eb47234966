package ping

import (
	"mire/dpdk/burst"
	"mire/engine/packet"
)

// trim brings the reply in slot i to its final form: without the request's
// IPv4 options or IPv6 extension headers, and with no more Ethernet padding
// than a minimal frame needs.
//
// RFC 1122 section 3.2.2.6 would have record route and timestamp updated and a
// source route reversed in the reply. A source route is not honoured because
// it lets a stranger choose the path of our packets (RFC 7126 sections 4.3 and
// 4.4); the others tell more about us than an answer must. A reply without
// options is valid, so all of them go.
func trim(b *burst.Burst, i int) {
	m := &b.Meta[i]
	if m.Flags&burst.Options != 0 {
		if b.V6.Has(i) {
			withoutExtensions(b, i)
		} else {
			withoutOptions(b, i)
		}
	}
	frame := b.Frame(i)
	end := int(m.L3) + packetLen(b, i)
	size := min(len(frame), max(end, packet.MinFrame))
	clear(frame[end:size])
	b.Len[i] = uint16(size)
}

func withoutOptions(b *burst.Burst, i int) {
	m := &b.Meta[i]
	ip := packet.IPv4At(b, i)
	total := int(ip.TotalLen())
	header := ip.HeaderLen()
	copy(ip[packet.IPv4Len:], ip[header:total])
	ip.SetHeaderLen(packet.IPv4Len)
	ip.SetTotalLen(uint16(total - header + packet.IPv4Len))
	ip.UpdateChecksum()
	m.Payload -= m.L4 - (m.L3 + packet.IPv4Len)
	m.L4 = m.L3 + packet.IPv4Len
}

// withoutExtensions needs no new checksum: the pseudo header covers addresses
// and the length of the ICMPv6 message, not what stands between.
func withoutExtensions(b *burst.Burst, i int) {
	m := &b.Meta[i]
	ip := packet.IPv6At(b, i)
	end := packet.IPv6Len + int(ip.PayloadLen())
	n := copy(ip[packet.IPv6Len:], ip[m.L4-m.L3:end])
	ip.SetNextHeader(packet.ProtoICMPv6)
	ip.SetPayloadLen(uint16(n))
	m.Payload -= m.L4 - (m.L3 + packet.IPv6Len)
	m.L4 = m.L3 + packet.IPv6Len
}
