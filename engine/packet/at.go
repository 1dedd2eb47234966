package packet

import "mire/dpdk/burst"

// The functions below open a header of received slot i of a parsed burst. Each
// is for slots of the classes it names: what Parse has checked about the
// header is said at its type. For another class the slice may be too short and
// an accessor panics, but none reads outside the frame.
//
// Slices marked "to the end of the frame" may carry Ethernet padding behind
// the packet; their capacity is the room of the slot, so that a reply can grow.

// EthernetAt is the frame of any slot.
func EthernetAt(b *burst.Burst, i int) Ethernet { return Ethernet(b.Frame(i)) }

// ARPAt is the ARP packet of a slot of ClassARP, to the end of the frame.
func ARPAt(b *burst.Burst, i int) ARP { return ARP(from(b, i, b.Meta[i&63].L3)) }

// IPv4At is the packet of a slot that is neither ARP nor in b.V6, to the end
// of the frame.
func IPv4At(b *burst.Burst, i int) IPv4 { return IPv4(from(b, i, b.Meta[i&63].L3)) }

// IPv6At is the packet of a slot in b.V6, to the end of the frame.
func IPv6At(b *burst.Burst, i int) IPv6 { return IPv6(from(b, i, b.Meta[i&63].L3)) }

// ICMPAt is the message of a slot of ClassEcho, ClassICMP, ClassND or
// ClassMLD, without padding.
func ICMPAt(b *burst.Burst, i int) ICMP { return ICMP(transport(b, i)) }

// NDAt is the message of a slot of ClassND, without padding.
func NDAt(b *burst.Burst, i int) ND { return ND(transport(b, i)) }

// MLDAt is the message of a slot of ClassMLD in b.V6, without padding.
func MLDAt(b *burst.Burst, i int) MLD { return MLD(transport(b, i)) }

// TCPAt is the segment of a slot of ClassTCPSyn or ClassTCP, to the end of the
// frame; its payload is PayloadAt.
func TCPAt(b *burst.Burst, i int) TCP { return TCP(from(b, i, b.Meta[i&63].L4)) }

// UDPAt is the datagram of a slot of ClassUDP or ClassDHCP, to the end of the
// frame; its payload is PayloadAt.
func UDPAt(b *burst.Burst, i int) UDP { return UDP(from(b, i, b.Meta[i&63].L4)) }

// VRRPAt is the advertisement of a slot of ClassVRRP, without padding.
func VRRPAt(b *burst.Burst, i int) VRRP { return VRRP(transport(b, i)) }

// DHCPAt is the message of a slot of ClassDHCP; ok is false when it is too
// short or BOOTP.
func DHCPAt(b *burst.Burst, i int) (DHCP, bool) { return AsDHCP(PayloadAt(b, i)) }

// PayloadAt is what lies behind the transport header, without padding. It is
// shorter than Meta.PayloadLen when the frame is Truncated.
func PayloadAt(b *burst.Burst, i int) []byte {
	m := &b.Meta[i&63]
	p := from(b, i, m.Payload)
	return p[:min(len(p), int(m.PayloadLen))]
}

// from is slot i from the given offset on.
func from(b *burst.Burst, i int, offset uint16) []byte { return b.Frame(i)[offset:] }

// transport is slot i from its transport header to the end of its payload.
func transport(b *burst.Burst, i int) []byte {
	m := &b.Meta[i&63]
	p := from(b, i, m.L4)
	return p[:min(len(p), int(m.Payload-m.L4)+int(m.PayloadLen))]
}
