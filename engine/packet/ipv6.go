package packet

import "encoding/binary"

// IPv6Len is the length of the fixed IPv6 header (RFC 8200).
const IPv6Len = 40

// Addresses with a meaning of their own (RFC 4291 section 2.7.1, RFC 3810
// section 5.2.14, RFC 4286 section 3).
var (
	AllNodes         = [16]byte{0: 0xff, 1: 0x02, 15: 0x01}
	AllRouters       = [16]byte{0: 0xff, 1: 0x02, 15: 0x02}
	AllMLDv2Routers  = [16]byte{0: 0xff, 1: 0x02, 15: 0x16}
	AllSnoopers      = [16]byte{0: 0xff, 1: 0x02, 15: 0x6a}
	solicitedNodeTop = [13]byte{0: 0xff, 1: 0x02, 11: 0x01, 12: 0xff}
)

// IPv6 is a packet from its IPv6 header on. After Parse the extension headers
// up to Meta.L4 lie inside the slice, and so does PayloadLen unless the frame
// is Truncated.
type IPv6 []byte

// TrafficClass is the DSCP and ECN byte.
func (h IPv6) TrafficClass() uint8 { return uint8(binary.BigEndian.Uint16(h[0:2]) >> 4) }

// FlowLabel is the 20-bit flow label.
func (h IPv6) FlowLabel() uint32 { return binary.BigEndian.Uint32(h[0:4]) & 0xfffff }

// PayloadLen is the length of everything behind the fixed header in bytes.
func (h IPv6) PayloadLen() uint16 { return binary.BigEndian.Uint16(h[4:6]) }

// NextHeader is the kind of what follows the fixed header; the transport
// protocol behind extension headers is Meta.Proto.
func (h IPv6) NextHeader() uint8 { return h[6] }

// HopLimit is the hop limit.
func (h IPv6) HopLimit() uint8 { return h[7] }

// Src is the source address.
func (h IPv6) Src() [16]byte { return [16]byte(h[8:24]) }

// Dst is the destination address.
func (h IPv6) Dst() [16]byte { return [16]byte(h[24:40]) }

// SetVersion writes version 6, the traffic class and the 20-bit flow label.
func (h IPv6) SetVersion(class uint8, label uint32) {
	binary.BigEndian.PutUint32(h[0:4], 6<<28|uint32(class)<<20|label&0xfffff)
}

// SetPayloadLen writes the length of everything behind the fixed header.
func (h IPv6) SetPayloadLen(n uint16) { binary.BigEndian.PutUint16(h[4:6], n) }

// SetNextHeader writes the kind of what follows.
func (h IPv6) SetNextHeader(p uint8) { h[6] = p }

// SetHopLimit writes the hop limit.
func (h IPv6) SetHopLimit(v uint8) { h[7] = v }

// SetSrc writes the source address; the checksums are the caller's.
func (h IPv6) SetSrc(a [16]byte) { copy(h[8:24], a[:]) }

// SetDst writes the destination address; the checksums are the caller's.
func (h IPv6) SetDst(a [16]byte) { copy(h[24:40], a[:]) }

// SolicitedNode is the solicited-node group of an address, ff02::1:ffXX:XXXX
// (RFC 4291 section 2.7.1).
func SolicitedNode(a [16]byte) (g [16]byte) {
	copy(g[:], solicitedNodeTop[:])
	copy(g[13:], a[13:])
	return g
}

// IsSolicitedNode tells whether an address is a solicited-node group.
func IsSolicitedNode(a [16]byte) bool { return [13]byte(a[:13]) == solicitedNodeTop }

// IsMulticast6 tells whether an address is in ff00::/8.
func IsMulticast6(a [16]byte) bool { return a[0] == 0xff }

// IsLinkLocal6 tells whether an address is in fe80::/10.
func IsLinkLocal6(a [16]byte) bool { return a[0] == 0xfe && a[1]&0xc0 == 0x80 }

// GroupMAC is the Ethernet address of an IPv6 group, 33:33 and its last four
// bytes (RFC 2464 section 7).
func GroupMAC(g [16]byte) [6]byte { return [6]byte{0x33, 0x33, g[12], g[13], g[14], g[15]} }

// Words is an address as two numbers, most significant first.
func Words(a [16]byte) (hi, lo uint64) {
	return binary.BigEndian.Uint64(a[0:8]), binary.BigEndian.Uint64(a[8:16])
}

// SrcWords is the source address as two numbers, most significant first.
func (h IPv6) SrcWords() (hi, lo uint64) {
	return binary.BigEndian.Uint64(h[8:16]), binary.BigEndian.Uint64(h[16:24])
}

// DstWords is the destination address as two numbers, most significant first.
func (h IPv6) DstWords() (hi, lo uint64) {
	return binary.BigEndian.Uint64(h[24:32]), binary.BigEndian.Uint64(h[32:40])
}

// Swap exchanges the addresses; no checksum changes.
func (h IPv6) Swap() {
	s, d := h.Src(), h.Dst()
	h.SetSrc(d)
	h.SetDst(s)
}
