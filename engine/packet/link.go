package packet

import "encoding/binary"

// MinFrame is the shortest Ethernet frame in bytes, without FCS (IEEE 802.3
// section 4A.4.2). Builders pad to it with zeros.
const MinFrame = 60

// Link is the Ethernet part of a frame of our own. VLAN 0 means untagged.
//
// The builders (Put...) write a whole frame into p and return its length in
// bytes. Ask the ...Size function next to each for the length before taking a
// spare; p must be at least that long, else they panic.
type Link struct {
	Dst, Src [6]byte
	VLAN     uint16
}

// Size is the length of the Ethernet header with its tag: 14 or 18 bytes.
func (l Link) Size() int {
	if l.VLAN != 0 {
		return EthernetLen + VLANLen
	}
	return EthernetLen
}

// put writes the header and returns its length.
func (l Link) put(p []byte, etherType uint16) int {
	h := Ethernet(p)
	h.SetDst(l.Dst)
	h.SetSrc(l.Src)
	if l.VLAN == 0 {
		h.SetType(etherType)
		return EthernetLen
	}
	h.SetType(EtherTypeVLAN)
	binary.BigEndian.PutUint16(p[14:16], l.VLAN&0x0fff)
	binary.BigEndian.PutUint16(p[16:18], etherType)
	return EthernetLen + VLANLen
}
