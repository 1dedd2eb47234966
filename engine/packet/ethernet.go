package packet

import "encoding/binary"

// EtherTypes (IEEE 802 numbers registry).
const (
	EtherTypeIPv4 = 0x0800
	EtherTypeARP  = 0x0806
	EtherTypeVLAN = 0x8100 // IEEE 802.1Q customer tag
	EtherTypeQinQ = 0x88a8 // IEEE 802.1ad service tag
	EtherTypeIPv6 = 0x86dd
)

// Header lengths in bytes.
const (
	EthernetLen = 14 // without tag and FCS
	VLANLen     = 4
)

// MACs that have a meaning of their own.
var (
	BroadcastMAC = [6]byte{0xff, 0xff, 0xff, 0xff, 0xff, 0xff}
)

// Ethernet is a frame from its destination address on, at least EthernetLen
// bytes; get one from EthernetAt.
type Ethernet []byte

// Dst is the destination MAC.
func (h Ethernet) Dst() [6]byte { return [6]byte(h[0:6]) }

// Src is the source MAC.
func (h Ethernet) Src() [6]byte { return [6]byte(h[6:12]) }

// Type is the EtherType, or EtherTypeVLAN when a tag follows.
func (h Ethernet) Type() uint16 { return binary.BigEndian.Uint16(h[12:14]) }

// SetDst writes the destination MAC.
func (h Ethernet) SetDst(a [6]byte) { copy(h[0:6], a[:]) }

// SetSrc writes the source MAC.
func (h Ethernet) SetSrc(a [6]byte) { copy(h[6:12], a[:]) }

// SetType writes the EtherType.
func (h Ethernet) SetType(t uint16) { binary.BigEndian.PutUint16(h[12:14], t) }

// IsMulticast tells whether the destination is a group, broadcast included.
func (h Ethernet) IsMulticast() bool { return h[0]&1 != 0 }

// IsBroadcast tells whether the destination is ff:ff:ff:ff:ff:ff.
func (h Ethernet) IsBroadcast() bool { return h.Dst() == BroadcastMAC }

// VLAN is an 802.1Q tag from its tag control information on (the bytes behind
// the 0x8100), at least VLANLen bytes.
type VLAN []byte

// ID is the VLAN identifier 0..4095; 0 is a priority tag, 4095 is reserved
// (IEEE 802.1Q-2022 table 9-2).
func (h VLAN) ID() uint16 { return binary.BigEndian.Uint16(h[0:2]) & 0x0fff }

// Priority is the priority code point 0..7.
func (h VLAN) Priority() uint8 { return h[0] >> 5 }

// Type is the EtherType of what follows the tag.
func (h VLAN) Type() uint16 { return binary.BigEndian.Uint16(h[2:4]) }

// SetID writes the VLAN identifier and keeps priority and drop eligibility.
func (h VLAN) SetID(id uint16) {
	tci := binary.BigEndian.Uint16(h[0:2])&0xf000 | id&0x0fff
	binary.BigEndian.PutUint16(h[0:2], tci)
}

// SetType writes the EtherType of what follows the tag.
func (h VLAN) SetType(t uint16) { binary.BigEndian.PutUint16(h[2:4], t) }

// Swap exchanges the MACs.
func (h Ethernet) Swap() {
	d, s := h.Dst(), h.Src()
	h.SetDst(s)
	h.SetSrc(d)
}
