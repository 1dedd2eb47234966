package packet

import "encoding/binary"

// IPv4Len is the length of an IPv4 header without options (RFC 791).
const IPv4Len = 20

// IP protocol numbers and IPv6 next headers (IANA protocol numbers).
const (
	ProtoHopByHop    = 0
	ProtoICMP        = 1
	ProtoIGMP        = 2
	ProtoTCP         = 6
	ProtoUDP         = 17
	ProtoRouting     = 43
	ProtoFragment    = 44
	ProtoESP         = 50
	ProtoAH          = 51
	ProtoICMPv6      = 58
	ProtoNoNext      = 59
	ProtoDestination = 60
	ProtoVRRP        = 112
	ProtoMobility    = 135
	ProtoHIP         = 139
	ProtoShim6       = 140
	ProtoTest1       = 253
	ProtoTest2       = 254
)

// Bits of the IPv4 fragment word (RFC 791 section 3.1).
const (
	IPv4DontFragment   = 0x4000
	IPv4MoreFragments  = 0x2000
	IPv4FragmentOffset = 0x1fff
)

// IPv4 is a packet from its IPv4 header on. After Parse the whole header,
// options included, lies inside the slice, its checksum is right, and so is
// TotalLen unless the frame is Truncated.
type IPv4 []byte

// HeaderLen is the header length in bytes, 20..60 after Parse.
func (h IPv4) HeaderLen() int { return int(h[0]&0x0f) * 4 }

// TOS is the DSCP and ECN byte (RFC 2474, RFC 3168).
func (h IPv4) TOS() uint8 { return h[1] }

// TotalLen is the length of header and payload in bytes.
func (h IPv4) TotalLen() uint16 { return binary.BigEndian.Uint16(h[2:4]) }

// ID is the identification.
func (h IPv4) ID() uint16 { return binary.BigEndian.Uint16(h[4:6]) }

// Fragment is the word of DF, MF and the fragment offset.
func (h IPv4) Fragment() uint16 { return binary.BigEndian.Uint16(h[6:8]) }

// TTL is the time to live.
func (h IPv4) TTL() uint8 { return h[8] }

// Protocol is the IP protocol of the payload.
func (h IPv4) Protocol() uint8 { return h[9] }

// Checksum is the header checksum as on the wire.
func (h IPv4) Checksum() uint16 { return binary.BigEndian.Uint16(h[10:12]) }

// Src is the source address.
func (h IPv4) Src() [4]byte { return [4]byte(h[12:16]) }

// Dst is the destination address.
func (h IPv4) Dst() [4]byte { return [4]byte(h[16:20]) }

// SrcWord is the source address as a number, 10.0.0.1 = 0x0a000001.
func (h IPv4) SrcWord() uint32 { return binary.BigEndian.Uint32(h[12:16]) }

// DstWord is the destination address as a number.
func (h IPv4) DstWord() uint32 { return binary.BigEndian.Uint32(h[16:20]) }

// SetHeaderLen writes version 4 and the header length in bytes, a multiple of 4.
func (h IPv4) SetHeaderLen(n int) { h[0] = 0x40 | uint8(n/4)&0x0f }

// SetTOS writes the DSCP and ECN byte.
func (h IPv4) SetTOS(v uint8) { h[1] = v }

// SetTotalLen writes the length of header and payload in bytes.
func (h IPv4) SetTotalLen(n uint16) { binary.BigEndian.PutUint16(h[2:4], n) }

// SetID writes the identification.
func (h IPv4) SetID(v uint16) { binary.BigEndian.PutUint16(h[4:6], v) }

// SetFragment writes the word of DF, MF and the fragment offset.
func (h IPv4) SetFragment(v uint16) { binary.BigEndian.PutUint16(h[6:8], v) }

// SetTTL writes the time to live.
func (h IPv4) SetTTL(v uint8) { h[8] = v }

// SetProtocol writes the IP protocol.
func (h IPv4) SetProtocol(p uint8) { h[9] = p }

// SetChecksum writes the header checksum as given.
func (h IPv4) SetChecksum(v uint16) { binary.BigEndian.PutUint16(h[10:12], v) }

// SetSrc writes the source address; the checksums are the caller's.
func (h IPv4) SetSrc(a [4]byte) { copy(h[12:16], a[:]) }

// SetDst writes the destination address; the checksums are the caller's.
func (h IPv4) SetDst(a [4]byte) { copy(h[16:20], a[:]) }

// Swap exchanges the addresses; no checksum changes.
func (h IPv4) Swap() {
	s, d := h.SrcWord(), h.DstWord()
	binary.BigEndian.PutUint32(h[12:16], d)
	binary.BigEndian.PutUint32(h[16:20], s)
}

// Options are the option bytes behind the fixed header; walk them with
// NextIPv4Option. HeaderLen must be right, as it is after Parse.
func (h IPv4) Options() []byte { return h[IPv4Len:h.HeaderLen()] }

// UpdateChecksum computes and writes the header checksum.
func (h IPv4) UpdateChecksum() {
	h.SetChecksum(0)
	h.SetChecksum(Fold(Sum(0, h[:h.HeaderLen()])))
}

// IPv4 option kinds (RFC 791 section 3.1, RFC 2113).
const (
	IPv4OptionEnd         = 0
	IPv4OptionNop         = 1
	IPv4OptionRecordRoute = 7
	IPv4OptionTimestamp   = 68
	IPv4OptionLooseRoute  = 131
	IPv4OptionStrictRoute = 137
	IPv4OptionRouterAlert = 148
)

// NextIPv4Option takes the first option off opts: its kind, its data without
// kind and length, and what is left. No-operations are skipped. ok is false at
// the end of the list and at an option whose length does not fit; since every
// turn takes at least one byte the walk is bounded by len(opts).
func NextIPv4Option(opts []byte) (kind uint8, data, rest []byte, ok bool) {
	return nextKindLength(opts)
}

// nextKindLength walks the form that IPv4 and TCP options share: 0 ends, 1 is
// one byte of nothing, all else is kind, length of the whole, data.
func nextKindLength(opts []byte) (kind uint8, data, rest []byte, ok bool) {
	for len(opts) > 0 && opts[0] == 1 {
		opts = opts[1:]
	}
	if len(opts) < 2 || opts[0] == 0 {
		return 0, nil, nil, false
	}
	n := int(opts[1])
	if n < 2 || n > len(opts) {
		return 0, nil, nil, false
	}
	return opts[0], opts[2:n], opts[n:], true
}
