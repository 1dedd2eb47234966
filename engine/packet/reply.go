package packet

import (
	"encoding/binary"

	"mire/dpdk/burst"
)

// ReplyTTL is the TTL or hop limit of the replies we make in place.
const ReplyTTL = 64

// EchoReply turns the echo request in slot i (ClassEcho) into its reply in
// place: MACs and addresses swapped, type changed, TTL or hop limit ReplyTTL,
// checksums updated and not recomputed, so a payload is never read. The length,
// IPv4 options and IPv6 extension headers stay. The destination of the request
// must be unicast, because it becomes the source.
func EchoReply(b *burst.Burst, i int) {
	EthernetAt(b, i).Swap()
	icmp := ICMPAt(b, i)
	if b.V6.Has(i) {
		ip := IPv6At(b, i)
		ip.Swap()
		ip.SetHopLimit(ReplyTTL)
		setICMPType(icmp, ICMPv6EchoReply)
		return
	}
	ip := IPv4At(b, i)
	ip.Swap()
	SetTTL4(ip, ReplyTTL)
	setICMPType(icmp, ICMPEchoReply)
}

// SetTTL4 writes the TTL and brings the header checksum up to date.
func SetTTL4(h IPv4, ttl uint8) {
	old := binary.BigEndian.Uint16(h[8:10])
	h.SetTTL(ttl)
	h.SetChecksum(UpdateChecksum16(h.Checksum(), old, binary.BigEndian.Uint16(h[8:10])))
}

// setICMPType writes the type and brings the checksum up to date.
func setICMPType(h ICMP, typ uint8) {
	old := binary.BigEndian.Uint16(h[0:2])
	h.SetType(typ)
	h.SetChecksum(UpdateChecksum16(h.Checksum(), old, binary.BigEndian.Uint16(h[0:2])))
}
