package packet

import (
	"encoding/binary"

	"mire/dpdk/burst"
)

// ReplyTTL is the TTL or hop limit of the replies we make in place.
const ReplyTTL = 64

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

// FinishChecksum completes the TCP or UDP checksum of slot i that a local
// kernel left unfinished (Partial and not Truncated), before the packet may go
// out to a wire. It reads the whole payload.
func FinishChecksum(b *burst.Burst, i int) {
	m := &b.Meta[i]
	at := 16
	if m.Proto == ProtoUDP {
		at = 6
	}
	h := transport(b, i)
	binary.BigEndian.PutUint16(h[at:], 0)
	var s uint64
	if b.V6.Has(i) {
		ip := IPv6At(b, i)
		s = Pseudo6(ip.Src(), ip.Dst(), m.Proto, uint32(len(h)))
	} else {
		ip := IPv4At(b, i)
		s = Pseudo4(ip.Src(), ip.Dst(), m.Proto, uint16(len(h)))
	}
	sum := Fold(Sum(s, h))
	if sum == 0 && m.Proto == ProtoUDP {
		sum = 0xffff // 0 says that there is none (RFC 768)
	}
	binary.BigEndian.PutUint16(h[at:], sum)
	m.Flags &^= burst.Partial
}
