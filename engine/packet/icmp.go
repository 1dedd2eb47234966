package packet

import "encoding/binary"

// ICMPLen is the length of the ICMP header and of every ICMPv6 header but
// those of the 4-byte messages of RFC 4286.
const ICMPLen = 8

// ICMP types (RFC 792).
const (
	ICMPEchoReply    = 0
	ICMPUnreachable  = 3
	ICMPRedirect     = 5
	ICMPEchoRequest  = 8
	ICMPTimeExceeded = 11
)

// ICMPv6 types (RFC 4443, 2710, 4861, 3810, 4286).
const (
	ICMPv6Unreachable          = 1
	ICMPv6PacketTooBig         = 2
	ICMPv6TimeExceeded         = 3
	ICMPv6ParameterProblem     = 4
	ICMPv6EchoRequest          = 128
	ICMPv6EchoReply            = 129
	ICMPv6MLDQuery             = 130
	ICMPv6MLDv1Report          = 131
	ICMPv6MLDv1Done            = 132
	ICMPv6RouterSolicit        = 133
	ICMPv6RouterAdvert         = 134
	ICMPv6NeighborSolicit      = 135
	ICMPv6NeighborAdvert       = 136
	ICMPv6Redirect             = 137
	ICMPv6MLDv2Report          = 143
	ICMPv6MulticastAdvert      = 151
	ICMPv6MulticastSolicit     = 152
	ICMPv6MulticastTermination = 153
)

// ICMP is an ICMP, ICMPv6 or IGMP message from its type on. After Parse at
// least 8 bytes are inside the slice (4 in ICMPv6) and the checksum is right.
type ICMP []byte

// Type is the message type.
func (h ICMP) Type() uint8 { return h[0] }

// Code is the message code.
func (h ICMP) Code() uint8 { return h[1] }

// Checksum is the checksum as on the wire.
func (h ICMP) Checksum() uint16 { return binary.BigEndian.Uint16(h[2:4]) }

// ID is the identifier of an echo.
func (h ICMP) ID() uint16 { return binary.BigEndian.Uint16(h[4:6]) }

// Seq is the sequence number of an echo.
func (h ICMP) Seq() uint16 { return binary.BigEndian.Uint16(h[6:8]) }

// SetType writes the type.
func (h ICMP) SetType(v uint8) { h[0] = v }

// SetCode writes the code.
func (h ICMP) SetCode(v uint8) { h[1] = v }

// SetChecksum writes the checksum as given.
func (h ICMP) SetChecksum(v uint16) { binary.BigEndian.PutUint16(h[2:4], v) }

// SetID writes the identifier of an echo.
func (h ICMP) SetID(v uint16) { binary.BigEndian.PutUint16(h[4:6], v) }

// SetSeq writes the sequence number of an echo.
func (h ICMP) SetSeq(v uint16) { binary.BigEndian.PutUint16(h[6:8], v) }
