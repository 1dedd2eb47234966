package packet

import (
	"encoding/binary"
	"unsafe"

	"mire/dpdk/burst"
)

// Bounds of the walk over IPv6 extension headers.
const (
	maxExtensions     = 4
	maxExtensionBytes = 256
)

// ipv4 checks an IPv4 header (RFC 791 section 3.1, RFC 1122 section 3.2.1).
func (j *job) ipv4(l3 int) burst.Reason {
	if len(j.f) < l3+IPv4Len {
		return burst.FrameShort
	}
	h := IPv4(j.f[l3:])
	head, total := h.HeaderLen(), int(h.TotalLen())
	if h[0]>>4 != 4 || head < IPv4Len || head > len(h) || total < head {
		return burst.IPv4Malformed
	}
	if total > len(h) && !j.cut(h.Protocol()) {
		return j.short(burst.IPv4Malformed)
	}
	p := unsafe.Pointer(unsafe.SliceData(h))
	addrs := uint64(load32(p, 12)) + uint64(load32(p, 16))
	sum := addrs + uint64(load32(p, 0)) + uint64(load32(p, 4)) + uint64(load32(p, 8))
	if head > IPv4Len {
		sum = Sum(sum, h[IPv4Len:head])
	}
	if !valid(sum) {
		return burst.IPv4Checksum
	}
	if h.Fragment()&(IPv4MoreFragments|IPv4FragmentOffset) != 0 {
		return burst.IPv4Fragment
	}
	if head > IPv4Len {
		j.m.Flags |= burst.Options
	}
	j.l4 = l3 + head
	j.bytes = h[head:min(total, len(h))]
	j.size = total - head
	j.sum = addrs
	j.bad = burst.IPv4Malformed
	return j.transport(h.Protocol())
}

// ipv6 checks an IPv6 header and walks its extension headers (RFC 8200).
func (j *job) ipv6(l3 int) burst.Reason {
	if len(j.f) < l3+IPv6Len {
		return burst.FrameShort
	}
	j.v6 = true
	h := IPv6(j.f[l3:])
	if h[0]>>4 != 6 {
		return burst.IPv6Malformed
	}
	end := IPv6Len + int(h.PayloadLen())
	proto, at, r := walkExtensions(h[:min(end, len(h))])
	if r != accepted {
		return r
	}
	if end > len(h) && !j.cut(proto) {
		return j.short(burst.IPv6Malformed)
	}
	if at > IPv6Len {
		j.m.Flags |= burst.Options
	}
	j.l4 = l3 + at
	j.bytes = h[at:min(end, len(h))]
	j.size = end - at
	j.sum = Sum(0, h[8:40])
	j.bad = burst.IPv6Malformed
	return j.transport(proto)
}

// cut tells whether a packet longer than its frame may pass, and marks it: a
// kernel hands over TCP and UDP before segmentation, cut to the buffer size.
func (j *job) cut(proto uint8) bool {
	if j.rx&burst.KernelBacked == 0 || proto != ProtoTCP && proto != ProtoUDP {
		return false
	}
	j.m.Flags |= burst.Truncated
	return true
}

// short is why a packet longer than its frame is dropped: its sender is at fault,
// or else our buffer was too small and nothing more is known of it.
func (j *job) short(malformed burst.Reason) burst.Reason {
	if j.rx&burst.Cut != 0 {
		return burst.TooLong
	}
	return malformed
}

// walkExtensions steps over the extension headers of packet h, which ends with
// its frame or payload, and returns the protocol behind them and its offset.
// Hop-by-hop (first only), destination, and routing headers without segments
// left are stepped over; with segments left the packet is not for its
// destination address yet and its checksum covers another one. AH and ESP end
// the walk as protocols: what is inside them only a partner with the key may
// answer (RFC 4302 section 3.4.2). Kinds not known to RFC 8200 are refused.
func walkExtensions(h IPv6) (proto uint8, at int, r burst.Reason) {
	next, at := h.NextHeader(), IPv6Len
	for n := 0; ; n++ {
		switch next {
		case ProtoHopByHop:
			if n > 0 {
				return 0, 0, burst.IPv6Extension // RFC 8200 section 4.1
			}
		case ProtoDestination, ProtoRouting:
		case ProtoFragment:
			return 0, 0, burst.IPv6Fragment
		case ProtoMobility, ProtoHIP, ProtoShim6, ProtoTest1, ProtoTest2:
			return 0, 0, burst.IPv6Extension
		default:
			return next, at, accepted
		}
		if n == maxExtensions {
			return 0, 0, burst.IPv6Extension
		}
		if len(h) < at+8 {
			return 0, 0, burst.IPv6Malformed
		}
		e := h[at:]
		size := 8 + 8*int(e[1])
		if at+size > IPv6Len+maxExtensionBytes {
			return 0, 0, burst.IPv6Extension
		}
		if size > len(e) {
			return 0, 0, burst.IPv6Malformed
		}
		if next == ProtoRouting && e[3] != 0 {
			return 0, 0, burst.IPv6Extension
		}
		next, at = e[0], at+size
	}
}

// transport checks what lies behind the IP headers and fills in the rest of
// the meta data.
func (j *job) transport(proto uint8) burst.Reason {
	j.m.L4, j.m.Proto = uint16(j.l4), proto
	switch proto {
	case ProtoTCP:
		return j.tcp()
	case ProtoUDP:
		return j.udp()
	case ProtoICMP:
		if !j.v6 {
			return j.icmp()
		}
	case ProtoIGMP:
		if !j.v6 {
			return j.igmp()
		}
	case ProtoICMPv6:
		if j.v6 {
			return j.icmpv6()
		}
	case ProtoVRRP:
		if len(j.bytes) < VRRPLen {
			return j.bad
		}
		return j.accept(burst.ClassVRRP, VRRPLen)
	}
	return j.accept(burst.ClassOther, 0)
}

// accept ends the parse: a header of the given length, then payload.
func (j *job) accept(c burst.Class, header int) burst.Reason {
	j.m.Class = c
	j.m.Payload = uint16(j.l4 + header)
	j.m.PayloadLen = uint16(j.size - header)
	return accepted
}

// tcp checks a TCP header (RFC 9293 section 3.1).
func (j *job) tcp() burst.Reason {
	if len(j.bytes) < TCPLen {
		return burst.TCPMalformed
	}
	h := TCP(j.bytes)
	head := h.HeaderLen()
	if head < TCPLen || head > len(h) {
		return burst.TCPMalformed
	}
	switch j.checksum(ProtoTCP, binary.NativeEndian.Uint16(h[16:18])) {
	case sumBad:
		return burst.TCPChecksum
	case sumRefused:
		return burst.TCPPartial
	}
	c := burst.ClassTCP
	if h.Flags()&(TCPSyn|TCPAck|TCPRst|TCPFin) == TCPSyn {
		c = burst.ClassTCPSyn
	}
	return j.accept(c, head)
}

// udp checks a UDP header (RFC 768, RFC 8200 section 8.1). A datagram may end
// before its packet does: what is behind it is not payload.
func (j *job) udp() burst.Reason {
	if len(j.bytes) < UDPLen {
		return burst.UDPMalformed
	}
	h := UDP(j.bytes)
	size := int(h.Length())
	if size < UDPLen || size > j.size {
		return burst.UDPMalformed
	}
	j.size, j.bytes = size, j.bytes[:min(size, len(j.bytes))]
	if h.Checksum() != 0 {
		switch j.checksum(ProtoUDP, binary.NativeEndian.Uint16(h[6:8])) {
		case sumBad:
			return burst.UDPChecksum
		case sumRefused:
			return burst.UDPPartial
		}
	} else if j.v6 {
		return burst.UDPChecksum
	}
	c := burst.ClassUDP
	if !j.v6 && (isDHCPPort(h.SrcPort()) || isDHCPPort(h.DstPort())) {
		c = burst.ClassDHCP
	}
	return j.accept(c, UDPLen)
}

func isDHCPPort(p uint16) bool { return p == PortDHCPServer || p == PortDHCPClient }

// sumVerdict is what checksum found.
type sumVerdict uint8

const (
	sumGood    sumVerdict = iota // right, or unfinished and accepted
	sumBad                       // wrong
	sumRefused                   // unfinished, and Options.PartialDrop
)

// checksum judges the TCP or UDP checksum of the transport part, whose field is given as loaded.
// A local kernel leaves the bare pseudo-header sum for its NIC to finish; on a
// port that such a kernel feeds that is no sign of damage. A truncated packet
// cannot be verified.
func (j *job) checksum(proto uint8, field uint16) sumVerdict {
	if j.rx&burst.L4ChecksumGood != 0 {
		return sumGood
	}
	pseudo := Add(j.sum, wire16(uint64(proto)+uint64(j.size)))
	cut := j.m.Flags&burst.Truncated != 0
	if !cut && valid(Sum(pseudo, j.bytes)) {
		return sumGood
	}
	if j.rx&burst.KernelBacked == 0 {
		return sumBad
	}
	bare := field == fold(pseudo) || j.rx&burst.L4ChecksumPartial != 0
	if !bare && !cut {
		return sumBad
	}
	if j.drop {
		return sumRefused
	}
	if bare {
		j.m.Flags |= burst.Partial
	}
	j.partial = true
	return sumGood
}
