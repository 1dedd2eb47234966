package enginetest

import (
	"encoding/binary"
	"encoding/hex"
	"net"
	"net/netip"
	"strings"

	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"

	"mire/engine/config"
)

// The builders below write frames with gopacket, an implementation that shares
// no code with engine/packet. They panic on layers that do not fit together: a
// mistake of the test.

// BroadcastMAC is ff:ff:ff:ff:ff:ff.
var BroadcastMAC = config.MAC{0xff, 0xff, 0xff, 0xff, 0xff, 0xff}

// Ethernet serialises layers behind an Ethernet header, with lengths and
// checksums computed. The EtherType follows from the first layer.
func Ethernet(src, dst config.MAC, ls ...gopacket.SerializableLayer) []byte {
	e := &layers.Ethernet{SrcMAC: src[:], DstMAC: dst[:], EthernetType: layers.EthernetTypeIPv4}
	switch ls[0].LayerType() {
	case layers.LayerTypeARP:
		e.EthernetType = layers.EthernetTypeARP
	case layers.LayerTypeIPv6:
		e.EthernetType = layers.EthernetTypeIPv6
	}
	buf := gopacket.NewSerializeBuffer()
	opt := gopacket.SerializeOptions{FixLengths: true, ComputeChecksums: true}
	if err := gopacket.SerializeLayers(buf, opt, append([]gopacket.SerializableLayer{e}, ls...)...); err != nil {
		panic(err)
	}
	return buf.Bytes()
}

// Tag inserts an 802.1Q tag with priority 0 into a frame.
func Tag(id uint16, frame []byte) []byte {
	out := append([]byte{}, frame[:12]...)
	out = binary.BigEndian.AppendUint16(out, 0x8100)
	out = binary.BigEndian.AppendUint16(out, id)
	return append(out, frame[12:]...)
}

// ARP is an ARP frame: op 1 = request, to all; 2 = reply, to tha.
func ARP(op uint16, sha config.MAC, spa netip.Addr, tha config.MAC, tpa netip.Addr) []byte {
	dst := tha
	if op == layers.ARPRequest || tha == (config.MAC{}) {
		dst = BroadcastMAC
	}
	return Ethernet(sha, dst, &layers.ARP{
		AddrType: layers.LinkTypeEthernet, Protocol: layers.EthernetTypeIPv4,
		HwAddressSize: 6, ProtAddressSize: 4, Operation: op,
		SourceHwAddress: sha[:], SourceProtAddress: spa.AsSlice(),
		DstHwAddress: tha[:], DstProtAddress: tpa.AsSlice(),
	})
}

// WhoHas is a broadcast ARP request.
func WhoHas(sha config.MAC, spa, tpa netip.Addr) []byte {
	return ARP(layers.ARPRequest, sha, spa, config.MAC{}, tpa)
}

// IPv4 is an IPv4 header with the given TTL and the layers behind it.
func IPv4(srcMAC, dstMAC config.MAC, src, dst netip.Addr, ttl uint8, proto layers.IPProtocol, ls ...gopacket.SerializableLayer) []byte {
	ip := &layers.IPv4{Version: 4, TTL: ttl, Protocol: proto, SrcIP: src.AsSlice(), DstIP: dst.AsSlice(), Flags: layers.IPv4DontFragment}
	return Ethernet(srcMAC, dstMAC, behind(ip, ls)...)
}

// IPv6 is an IPv6 header with the given hop limit and the layers behind it.
func IPv6(srcMAC, dstMAC config.MAC, src, dst netip.Addr, hops uint8, next layers.IPProtocol, ls ...gopacket.SerializableLayer) []byte {
	ip := &layers.IPv6{Version: 6, HopLimit: hops, NextHeader: next, SrcIP: src.AsSlice(), DstIP: dst.AsSlice()}
	return Ethernet(srcMAC, dstMAC, behind(ip, ls)...)
}

// behind puts ls behind the network header and tells the transport layers
// which pseudo header their checksum needs.
func behind(ip gopacket.NetworkLayer, ls []gopacket.SerializableLayer) []gopacket.SerializableLayer {
	for _, l := range ls {
		if c, ok := l.(interface {
			SetNetworkLayerForChecksum(gopacket.NetworkLayer) error
		}); ok {
			if err := c.SetNetworkLayerForChecksum(ip); err != nil {
				panic(err)
			}
		}
	}
	return append([]gopacket.SerializableLayer{ip.(gopacket.SerializableLayer)}, ls...)
}

// Echo is an ICMP or ICMPv6 echo request, by the family of src.
func Echo(srcMAC, dstMAC config.MAC, src, dst netip.Addr, id, seq uint16, payload []byte) []byte {
	if src.Is4() {
		return IPv4(srcMAC, dstMAC, src, dst, 61, layers.IPProtocolICMPv4,
			&layers.ICMPv4{TypeCode: layers.CreateICMPv4TypeCode(layers.ICMPv4TypeEchoRequest, 0), Id: id, Seq: seq},
			gopacket.Payload(payload))
	}
	return IPv6(srcMAC, dstMAC, src, dst, 61, layers.IPProtocolICMPv6,
		&layers.ICMPv6{TypeCode: layers.CreateICMPv6TypeCode(layers.ICMPv6TypeEchoRequest, 0)},
		&layers.ICMPv6Echo{Identifier: id, SeqNumber: seq}, gopacket.Payload(payload))
}

// Solicit is a neighbour solicitation to the solicited-node group of target; a
// zero lla leaves the source link-layer option out, as duplicate address
// detection (src = ::) must.
func Solicit(srcMAC config.MAC, src, target netip.Addr, lla config.MAC) []byte {
	group := SolicitedNode(target)
	return SolicitTo(srcMAC, GroupMAC(group), src, group, target, lla)
}

// SolicitTo is Solicit with the destination chosen: a unicast one is a
// neighbour unreachability probe.
func SolicitTo(srcMAC, dstMAC config.MAC, src, dst, target netip.Addr, lla config.MAC) []byte {
	ns := &layers.ICMPv6NeighborSolicitation{TargetAddress: target.AsSlice()}
	if lla != (config.MAC{}) {
		ns.Options = layers.ICMPv6Options{{Type: layers.ICMPv6OptSourceAddress, Data: lla[:]}}
	}
	return IPv6(srcMAC, dstMAC, src, dst, 255, layers.IPProtocolICMPv6,
		&layers.ICMPv6{TypeCode: layers.CreateICMPv6TypeCode(layers.ICMPv6TypeNeighborSolicitation, 0)}, ns)
}

// Advertise is a neighbour advertisement; flags are R 0x80, S 0x40, O 0x20.
func Advertise(srcMAC, dstMAC config.MAC, src, dst, target netip.Addr, flags uint8, lla config.MAC) []byte {
	na := &layers.ICMPv6NeighborAdvertisement{Flags: flags, TargetAddress: target.AsSlice()}
	if lla != (config.MAC{}) {
		na.Options = layers.ICMPv6Options{{Type: layers.ICMPv6OptTargetAddress, Data: lla[:]}}
	}
	return IPv6(srcMAC, dstMAC, src, dst, 255, layers.IPProtocolICMPv6,
		&layers.ICMPv6{TypeCode: layers.CreateICMPv6TypeCode(layers.ICMPv6TypeNeighborAdvertisement, 0)}, na)
}

// TCP is a TCP segment without options, by the family of src. flags are the
// low eight bits of the header's flag word: FIN 1, SYN 2, RST 4, PSH 8, ACK 16,
// URG 32, ECE 64, CWR 128.
func TCP(srcMAC, dstMAC config.MAC, src, dst netip.AddrPort, flags uint8, seq, ack uint32, payload []byte) []byte {
	t := &layers.TCP{
		SrcPort: layers.TCPPort(src.Port()), DstPort: layers.TCPPort(dst.Port()), Seq: seq, Ack: ack, Window: 64240,
		FIN: flags&1 != 0, SYN: flags&2 != 0, RST: flags&4 != 0, PSH: flags&8 != 0,
		ACK: flags&16 != 0, URG: flags&32 != 0, ECE: flags&64 != 0, CWR: flags&128 != 0,
	}
	return datagram(srcMAC, dstMAC, src, dst, layers.IPProtocolTCP, t, payload)
}

// UDP is a UDP datagram, by the family of src.
func UDP(srcMAC, dstMAC config.MAC, src, dst netip.AddrPort, payload []byte) []byte {
	u := &layers.UDP{SrcPort: layers.UDPPort(src.Port()), DstPort: layers.UDPPort(dst.Port())}
	return datagram(srcMAC, dstMAC, src, dst, layers.IPProtocolUDP, u, payload)
}

func datagram(srcMAC, dstMAC config.MAC, src, dst netip.AddrPort, proto layers.IPProtocol, l gopacket.SerializableLayer, payload []byte) []byte {
	build := IPv6
	if src.Addr().Is4() {
		build = IPv4
	}
	return build(srcMAC, dstMAC, src.Addr(), dst.Addr(), 61, proto, l, gopacket.Payload(payload))
}

// SolicitedNode is the solicited-node group of an address.
func SolicitedNode(a netip.Addr) netip.Addr {
	g := netip.MustParseAddr("ff02::1:ff00:0").As16()
	b := a.As16()
	copy(g[13:], b[13:])
	return netip.AddrFrom16(g)
}

// GroupMAC is the Ethernet address of an IPv6 group.
func GroupMAC(g netip.Addr) config.MAC {
	b := g.As16()
	return config.MAC{0x33, 0x33, b[12], b[13], b[14], b[15]}
}

// Hex reads a fixture: hexadecimal bytes with blanks and newlines between
// them as it suits the reader, and comments from // to the end of a line.
func Hex(s string) []byte {
	var digits strings.Builder
	for line := range strings.Lines(s) {
		line, _, _ = strings.Cut(line, "//")
		for _, f := range strings.Fields(line) {
			digits.WriteString(f)
		}
	}
	b, err := hex.DecodeString(digits.String())
	if err != nil {
		panic("enginetest: fixture: " + err.Error())
	}
	return b
}

// Decode reads a frame with gopacket, for checks by independent code.
func Decode(frame []byte) gopacket.Packet {
	return gopacket.NewPacket(frame, layers.LayerTypeEthernet, gopacket.Default)
}

// HardwareAddr is a MAC as gopacket wants it.
func HardwareAddr(m config.MAC) net.HardwareAddr { return m[:] }
