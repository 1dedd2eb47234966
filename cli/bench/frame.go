package bench

import (
	"bytes"
	"encoding/binary"
	"net"
	"net/netip"

	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"
)

// minFrame is the shortest Ethernet frame without its FCS, bytes; gopacket pads
// to it. fcs is what a wire adds.
const (
	minFrame = 60
	fcs      = 4
)

// maker makes frames by gopacket, not by the code that is measured. It keeps
// the first error.
type maker struct {
	tag uint16 // 802.1Q identifier of each frame, 0: none
	err error
}

// frame writes layers with lengths and checksums.
func (m *maker) frame(l ...gopacket.SerializableLayer) []byte {
	if e := l[0].(*layers.Ethernet); m.tag != 0 {
		l = append([]gopacket.SerializableLayer{e, &layers.Dot1Q{VLANIdentifier: m.tag, Type: e.EthernetType}}, l[1:]...)
		e.EthernetType = layers.EthernetTypeDot1Q
	}
	b := gopacket.NewSerializeBuffer()
	o := gopacket.SerializeOptions{FixLengths: true, ComputeChecksums: true}
	if err := gopacket.SerializeLayers(b, o, l...); err != nil && m.err == nil {
		m.err = err
	}
	return bytes.Clone(b.Bytes())
}

// ip is the way from one end to another.
func (m *maker) ip(from, to end, proto layers.IPProtocol, id uint16) (gopacket.SerializableLayer, gopacket.SerializableLayer) {
	e := &layers.Ethernet{SrcMAC: from.mac, DstMAC: to.mac, EthernetType: layers.EthernetTypeIPv4}
	if from.ip.Is4() {
		return e, &layers.IPv4{Version: 4, TTL: 64, Id: id, Flags: layers.IPv4DontFragment, Protocol: proto,
			SrcIP: from.ip.AsSlice(), DstIP: to.ip.AsSlice()}
	}
	e.EthernetType = layers.EthernetTypeIPv6
	return e, &layers.IPv6{Version: 6, NextHeader: proto, HopLimit: 64, SrcIP: from.ip.AsSlice(), DstIP: to.ip.AsSlice()}
}

// overIP is a transport layer whose checksum covers the addresses.
type overIP interface {
	gopacket.SerializableLayer
	SetNetworkLayerForChecksum(gopacket.NetworkLayer) error
}

// datagram writes a transport layer and its payload from one end to another.
func (m *maker) datagram(from, to end, proto layers.IPProtocol, id uint16, l overIP, payload []byte) []byte {
	e, ip := m.ip(from, to, proto, id)
	if err := l.SetNetworkLayerForChecksum(ip.(gopacket.NetworkLayer)); err != nil && m.err == nil {
		m.err = err
	}
	return m.frame(e, ip, l, gopacket.Payload(payload))
}

// tcp writes a segment; ports are those of the ends.
func (m *maker) tcp(from, to end, id uint16, t layers.TCP, payload []byte) []byte {
	t.SrcPort, t.DstPort = layers.TCPPort(from.port), layers.TCPPort(to.port)
	return m.datagram(from, to, layers.IPProtocolTCP, id, &t, payload)
}

// mss is the option every SYN and SYN-ACK here has, and no other.
func mss(n uint16) []layers.TCPOption {
	return []layers.TCPOption{{OptionType: layers.TCPOptionKindMSS, OptionLength: 4, OptionData: binary.BigEndian.AppendUint16(nil, n)}}
}

// udp writes a datagram.
func (m *maker) udp(from, to end, id uint16, payload []byte) []byte {
	return m.datagram(from, to, layers.IPProtocolUDP, id, &layers.UDP{SrcPort: layers.UDPPort(from.port), DstPort: layers.UDPPort(to.port)}, payload)
}

// echo writes an ICMP echo request, or its reply.
func (m *maker) echo(from, to end, reply bool, id, seq uint16, payload []byte) []byte {
	kind := layers.CreateICMPv4TypeCode(layers.ICMPv4TypeEchoRequest, 0)
	if reply {
		kind = layers.CreateICMPv4TypeCode(layers.ICMPv4TypeEchoReply, 0)
	}
	e, ip := m.ip(from, to, layers.IPProtocolICMPv4, id)
	return m.frame(e, ip, &layers.ICMPv4{TypeCode: kind, Id: id, Seq: seq}, gopacket.Payload(payload))
}

var broadcast = net.HardwareAddr{0xff, 0xff, 0xff, 0xff, 0xff, 0xff}

// arp writes a request of from for the address of to, or the reply of from to to.
func (m *maker) arp(from, to end, reply bool) []byte {
	a := &layers.ARP{
		AddrType: layers.LinkTypeEthernet, Protocol: layers.EthernetTypeIPv4, HwAddressSize: 6, ProtAddressSize: 4, Operation: layers.ARPRequest,
		SourceHwAddress: from.mac, SourceProtAddress: from.ip.AsSlice(), DstHwAddress: make([]byte, 6), DstProtAddress: to.ip.AsSlice(),
	}
	dst := broadcast
	if reply {
		a.Operation, a.DstHwAddress, dst = layers.ARPReply, to.mac, to.mac
	}
	return m.frame(&layers.Ethernet{SrcMAC: from.mac, DstMAC: dst, EthernetType: layers.EthernetTypeARP}, a)
}

// solicit writes a neighbour solicitation of from for the address of to (RFC
// 4861 section 4.3), sent to its solicited-node group.
func (m *maker) solicit(from, to end) []byte {
	t := to.ip.As16()
	group := netip.AddrFrom16([16]byte{0: 0xff, 1: 0x02, 11: 1, 12: 0xff, 13: t[13], 14: t[14], 15: t[15]})
	mac := net.HardwareAddr{0x33, 0x33, 0xff, t[13], t[14], t[15]}
	return m.neighbour(from, end{mac: mac, ip: group}, layers.ICMPv6TypeNeighborSolicitation, &layers.ICMPv6NeighborSolicitation{
		TargetAddress: to.ip.AsSlice(),
		Options:       layers.ICMPv6Options{{Type: layers.ICMPv6OptSourceAddress, Data: from.mac}},
	})
}

// advertise writes the solicited advertisement of from to to (RFC 4861 section
// 4.4), without the flags router and override.
func (m *maker) advertise(from, to end) []byte {
	return m.neighbour(from, to, layers.ICMPv6TypeNeighborAdvertisement, &layers.ICMPv6NeighborAdvertisement{
		Flags: 0x40, TargetAddress: from.ip.AsSlice(),
		Options: layers.ICMPv6Options{{Type: layers.ICMPv6OptTargetAddress, Data: from.mac}},
	})
}

func (m *maker) neighbour(from, to end, kind uint8, message gopacket.SerializableLayer) []byte {
	e, ip := m.ip(from, to, layers.IPProtocolICMPv6, 0)
	v6 := ip.(*layers.IPv6)
	v6.HopLimit = 255
	icmp := &layers.ICMPv6{TypeCode: layers.CreateICMPv6TypeCode(kind, 0)}
	if err := icmp.SetNetworkLayerForChecksum(v6); err != nil && m.err == nil {
		m.err = err
	}
	return m.frame(e, v6, icmp, message)
}

// payload is n bytes that differ from frame to frame.
func payload(i, n int) []byte {
	p := make([]byte, max(n, 0))
	x := uint32(i)*2654435761 + 1
	for k := range p {
		x = x*1664525 + 1013904223
		p[k] = byte(x >> 24)
	}
	return p
}
