package ha

import "encoding/binary"

// HeaderLen is the length of the header in bytes.
const HeaderLen = 24

const (
	magic   = 0x424e4753 // "BNGS"
	version = 2
)

// Header is the clear part at the start of each datagram: magic 4, version 1,
// type 1, reserved 2 (sent as 0, ignored), sender 8, sequence 8. It is
// authenticated with the rest. The accessors need HeaderLen bytes.
type Header []byte

// Magic is 0x424e4753.
func (h Header) Magic() uint32 { return binary.BigEndian.Uint32(h) }

// Version of the protocol, 1.
func (h Header) Version() uint8 { return h[4] }

// Type says what the datagram is.
func (h Header) Type() Type { return Type(h[5]) }

// Sender is the identifier that the sending process drew at its start.
func (h Header) Sender() uint64 { return binary.BigEndian.Uint64(h[8:]) }

// Sequence counts the sealed datagrams of one session and direction from 0; 0
// in a HELLO.
func (h Header) Sequence() uint64 { return binary.BigEndian.Uint64(h[16:]) }

// PutHeader writes the header to the first HeaderLen bytes of p.
func PutHeader(p []byte, t Type, sender, sequence uint64) {
	binary.BigEndian.PutUint32(p, magic)
	p[4], p[5], p[6], p[7] = version, byte(t), 0, 0
	binary.BigEndian.PutUint64(p[8:], sender)
	binary.BigEndian.PutUint64(p[16:], sequence)
}

// Look tells the type of a datagram, or why it is none that the node own
// could accept: what can be said from lengths, header and identifier alone.
func Look(d []byte, own uint64) (Type, Fault) {
	if len(d) < HeaderLen+TagLen {
		return 0, Short
	}
	h := Header(d)
	switch t := h.Type(); {
	case len(d) > MaxDatagram:
		return 0, Long
	case h.Magic() != magic:
		return 0, Magic
	case h.Version() != version:
		return 0, OtherVersion
	case t == 0 || t >= NumTypes:
		return 0, UnknownType
	case h.Sender() == own:
		return t, Ourselves
	default:
		return t, None
	}
}
