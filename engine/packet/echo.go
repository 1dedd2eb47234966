package packet

import "mire/dpdk/burst"

// EchoReply turns the echo request in slot i (ClassEcho) into its reply in
// place: MACs and addresses swapped, type changed, TTL or hop limit ReplyTTL,
// checksums updated and not recomputed, so a payload is never summed. IPv4
// options, IPv6 extension headers and needless padding are left out, and the
// slot's length and Meta say so. The destination of the request must be unicast,
// because it becomes the source, and the packet must not be Truncated.
func EchoReply(b *burst.Burst, i int) {
	EthernetAt(b, i).Swap()
	icmp := ICMPAt(b, i)
	if b.V6.Has(i) {
		ip := IPv6At(b, i)
		ip.Swap()
		ip.SetHopLimit(ReplyTTL)
		setICMPType(icmp, ICMPv6EchoReply)
		trim(b, i)
		return
	}
	ip := IPv4At(b, i)
	ip.Swap()
	SetTTL4(ip, ReplyTTL)
	setICMPType(icmp, ICMPEchoReply)
	trim(b, i)
}

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
	size := min(len(frame), max(end, MinFrame))
	clear(frame[end:size])
	b.Len[i] = uint16(size)
}

func withoutOptions(b *burst.Burst, i int) {
	m := &b.Meta[i]
	ip := IPv4At(b, i)
	total := int(ip.TotalLen())
	header := ip.HeaderLen()
	copy(ip[IPv4Len:], ip[header:total])
	ip.SetHeaderLen(IPv4Len)
	ip.SetTotalLen(uint16(total - header + IPv4Len))
	ip.UpdateChecksum()
	m.Payload -= m.L4 - (m.L3 + IPv4Len)
	m.L4 = m.L3 + IPv4Len
}

// withoutExtensions needs no new checksum: the pseudo header covers addresses
// and the length of the ICMPv6 message, not what stands between.
func withoutExtensions(b *burst.Burst, i int) {
	m := &b.Meta[i]
	ip := IPv6At(b, i)
	end := IPv6Len + int(ip.PayloadLen())
	n := copy(ip[IPv6Len:], ip[m.L4-m.L3:end])
	ip.SetNextHeader(ProtoICMPv6)
	ip.SetPayloadLen(uint16(n))
	m.Payload -= m.L4 - (m.L3 + IPv6Len)
	m.L4 = m.L3 + IPv6Len
}

// packetLen is the length of the IP packet in slot i, without padding.
func packetLen(b *burst.Burst, i int) int {
	if b.V6.Has(i) {
		return IPv6Len + int(IPv6At(b, i).PayloadLen())
	}
	return int(IPv4At(b, i).TotalLen())
}
