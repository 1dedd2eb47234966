package packet

import "encoding/binary"

// TCPLen is the length of a TCP header without options (RFC 9293 section 3.1).
const TCPLen = 20

// TCP flags as in byte 13 of the header.
const (
	TCPFin = 0x01
	TCPSyn = 0x02
	TCPRst = 0x04
	TCPPsh = 0x08
	TCPAck = 0x10
	TCPUrg = 0x20
	TCPEce = 0x40
	TCPCwr = 0x80
)

// TCP is a segment from its TCP header on. After Parse the whole header,
// options included, lies inside the slice.
type TCP []byte

// SrcPort is the source port.
func (h TCP) SrcPort() uint16 { return binary.BigEndian.Uint16(h[0:2]) }

// DstPort is the destination port.
func (h TCP) DstPort() uint16 { return binary.BigEndian.Uint16(h[2:4]) }

// Seq is the sequence number.
func (h TCP) Seq() uint32 { return binary.BigEndian.Uint32(h[4:8]) }

// Ack is the acknowledgement number; meaningless without TCPAck.
func (h TCP) Ack() uint32 { return binary.BigEndian.Uint32(h[8:12]) }

// HeaderLen is the header length in bytes, 20..60 after Parse.
func (h TCP) HeaderLen() int { return int(h[12]>>4) * 4 }

// Flags are the eight flags of byte 13.
func (h TCP) Flags() uint8 { return h[13] }

// NS is the ninth flag, the accurate ECN bit (RFC 7560, formerly RFC 3540).
func (h TCP) NS() bool { return h[12]&1 != 0 }

// Window is the receive window, unscaled.
func (h TCP) Window() uint16 { return binary.BigEndian.Uint16(h[14:16]) }

// Checksum is the checksum as on the wire.
func (h TCP) Checksum() uint16 { return binary.BigEndian.Uint16(h[16:18]) }

// Urgent is the urgent pointer.
func (h TCP) Urgent() uint16 { return binary.BigEndian.Uint16(h[18:20]) }

// SetSrcPort writes the source port.
func (h TCP) SetSrcPort(p uint16) { binary.BigEndian.PutUint16(h[0:2], p) }

// SetDstPort writes the destination port.
func (h TCP) SetDstPort(p uint16) { binary.BigEndian.PutUint16(h[2:4], p) }

// SetSeq writes the sequence number.
func (h TCP) SetSeq(v uint32) { binary.BigEndian.PutUint32(h[4:8], v) }

// SetAck writes the acknowledgement number.
func (h TCP) SetAck(v uint32) { binary.BigEndian.PutUint32(h[8:12], v) }

// SetHeaderLen writes the header length in bytes, a multiple of 4, and clears
// the reserved bits.
func (h TCP) SetHeaderLen(n int) { h[12] = uint8(n/4) << 4 }

// SetFlags writes the eight flags of byte 13.
func (h TCP) SetFlags(f uint8) { h[13] = f }

// SetWindow writes the receive window.
func (h TCP) SetWindow(v uint16) { binary.BigEndian.PutUint16(h[14:16], v) }

// SetChecksum writes the checksum as given.
func (h TCP) SetChecksum(v uint16) { binary.BigEndian.PutUint16(h[16:18], v) }

// SetUrgent writes the urgent pointer.
func (h TCP) SetUrgent(v uint16) { binary.BigEndian.PutUint16(h[18:20], v) }

// Options are the option bytes; walk them with NextTCPOption. HeaderLen must
// be right, as it is after Parse.
func (h TCP) Options() []byte { return h[TCPLen:h.HeaderLen()] }

// TCP option kinds (IANA TCP parameters).
const (
	TCPOptionEnd           = 0
	TCPOptionNop           = 1
	TCPOptionMSS           = 2
	TCPOptionWindowScale   = 3
	TCPOptionSACKPermitted = 4
	TCPOptionSACK          = 5
	TCPOptionTimestamps    = 8
)

// NextTCPOption takes the first option off opts: its kind, its data without
// kind and length, and what is left. No-operations are skipped. ok is false at
// the end of the list and at an option whose length does not fit (RFC 9293
// section 3.1 leaves the rest unread). A header has at most 40 option bytes,
// so there are at most 20 turns.
func NextTCPOption(opts []byte) (kind uint8, data, rest []byte, ok bool) {
	return nextKindLength(opts)
}

// Offer is what the options of a SYN offer.
type Offer struct {
	MSS           uint16 // 0 when absent
	WindowScale   uint8  // 0 when absent; capped at 14 (RFC 7323 section 2.3)
	HasScale      bool
	SACKPermitted bool
	Timestamps    bool
	TSVal         uint32
}

// ReadOffer reads the options that matter in a SYN. An option of a wrong
// length is passed over; the last of a kind wins.
func ReadOffer(opts []byte) (o Offer) {
	for {
		kind, data, rest, ok := NextTCPOption(opts)
		if !ok {
			return o
		}
		switch {
		case kind == TCPOptionMSS && len(data) == 2:
			o.MSS = binary.BigEndian.Uint16(data)
		case kind == TCPOptionWindowScale && len(data) == 1:
			o.WindowScale, o.HasScale = min(data[0], 14), true
		case kind == TCPOptionSACKPermitted && len(data) == 0:
			o.SACKPermitted = true
		case kind == TCPOptionTimestamps && len(data) == 8:
			o.TSVal, o.Timestamps = binary.BigEndian.Uint32(data), true
		}
		opts = rest
	}
}

// SwapPorts exchanges the ports; the checksum does not change.
func (h TCP) SwapPorts() {
	s, d := h.SrcPort(), h.DstPort()
	h.SetSrcPort(d)
	h.SetDstPort(s)
}
