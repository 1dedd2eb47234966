package packet

import (
	"net/netip"
	"testing"

	"mire/dpdk/burst"
)

// equal fails with the name of the field when got is not want.
func equal[T comparable](t *testing.T, field string, got, want T) {
	t.Helper()
	if got != want {
		t.Errorf("%s = %v, want %v", field, got, want)
	}
}

// open parses one good frame and returns its burst.
func open(t *testing.T, dump string) *burst.Burst {
	t.Helper()
	l, s := parseOne(t, good(t, dump), 0, Options{})
	if s.drop != accepted {
		t.Fatalf("dropped as %v", s.drop)
	}
	return &l.Burst
}

var (
	four7  = [4]byte{192, 0, 2, 7}
	four99 = [4]byte{192, 0, 2, 99}
	six7   = netip.MustParseAddr("2001:db8::7").As16()
	six99  = netip.MustParseAddr("2001:db8::99").As16()
	macA   = [6]byte{0x06, 0x00, 0x0a, 0, 0, 0x01}
	macB   = [6]byte{0x02, 0x42, 0x0a, 0, 0, 0x02}
)

func TestReadLinuxSYN(t *testing.T) {
	b := open(t, hexSynLinux)
	e := EthernetAt(b, 0)
	equal(t, "Dst", e.Dst(), macA)
	equal(t, "Src", e.Src(), macB)
	equal(t, "Type", e.Type(), EtherTypeIPv4)
	equal(t, "IsMulticast", e.IsMulticast(), false)
	ip := IPv4At(b, 0)
	equal(t, "TotalLen", ip.TotalLen(), 60)
	equal(t, "ID", ip.ID(), 0x8c1e)
	equal(t, "Fragment", ip.Fragment(), IPv4DontFragment)
	equal(t, "TTL", ip.TTL(), 64)
	equal(t, "Protocol", ip.Protocol(), ProtoTCP)
	equal(t, "Src", ip.Src(), four7)
	equal(t, "Dst", ip.Dst(), four99)
	equal(t, "SrcWord", ip.SrcWord(), 0xc0000207)
	equal(t, "DstWord", ip.DstWord(), 0xc0000263)
	tcp := TCPAt(b, 0)
	equal(t, "SrcPort", tcp.SrcPort(), 0xb2c8)
	equal(t, "DstPort", tcp.DstPort(), 22)
	equal(t, "Seq", tcp.Seq(), 0x19f4a37d)
	equal(t, "Ack", tcp.Ack(), 0)
	equal(t, "Flags", tcp.Flags(), TCPSyn)
	equal(t, "Window", tcp.Window(), 64240)
	equal(t, "NS", tcp.NS(), false)
	equal(t, "offer", ReadOffer(tcp.Options()), Offer{
		MSS: 1460, WindowScale: 7, HasScale: true, SACKPermitted: true, Timestamps: true, TSVal: 0x5d1f3b7a,
	})
	equal(t, "payload", len(PayloadAt(b, 0)), 0)
}

func TestReadPayloadWithoutPadding(t *testing.T) {
	equal(t, "TCP payload", string(PayloadAt(open(t, hexAckData), 0)), "hello")
	equal(t, "UDP payload", string(PayloadAt(open(t, hexUDP), 0)), "mire")
	equal(t, "ICMP message", len(ICMPAt(open(t, hexEcho), 0)), 16)
	equal(t, "VRRP advertisement", len(VRRPAt(open(t, hexVRRP), 0)), 12)
}

func TestReadIPv6(t *testing.T) {
	ip := IPv6At(open(t, hexSyn6), 0)
	equal(t, "TrafficClass", ip.TrafficClass(), 0)
	equal(t, "FlowLabel", ip.FlowLabel(), 0xb4f2c)
	equal(t, "PayloadLen", ip.PayloadLen(), 24)
	equal(t, "NextHeader", ip.NextHeader(), ProtoTCP)
	equal(t, "HopLimit", ip.HopLimit(), 64)
	equal(t, "Src", ip.Src(), six7)
	equal(t, "Dst", ip.Dst(), six99)
	hi, lo := ip.SrcWords()
	equal(t, "SrcWords", [2]uint64{hi, lo}, [2]uint64{0x20010db800000000, 7})
	hi, lo = ip.DstWords()
	equal(t, "DstWords", [2]uint64{hi, lo}, [2]uint64{0x20010db800000000, 0x99})
	ip.SetVersion(0xab, 0x12345)
	equal(t, "TrafficClass", ip.TrafficClass(), 0xab)
	equal(t, "FlowLabel", ip.FlowLabel(), 0x12345)
	equal(t, "version", ip[0]>>4, 6)
}

func TestReadARP(t *testing.T) {
	h := ARPAt(open(t, hexARP), 0)
	equal(t, "Op", h.Op(), ARPRequest)
	equal(t, "SenderMAC", h.SenderMAC(), macB)
	equal(t, "SenderIP", h.SenderIP(), four7)
	equal(t, "SenderWord", h.SenderWord(), 0xc0000207)
	equal(t, "TargetIP", h.TargetIP(), four99)
	equal(t, "TargetWord", h.TargetWord(), 0xc0000263)
	equal(t, "IsProbe", h.IsProbe(), false)
	equal(t, "IsGratuitous", h.IsGratuitous(), false)
	h.SetSenderIP([4]byte{})
	equal(t, "IsProbe from 0.0.0.0", h.IsProbe(), true)
	h.SetOp(ARPReply)
	equal(t, "IsProbe of a reply", h.IsProbe(), false)
	h.SetSenderIP(h.TargetIP())
	equal(t, "IsGratuitous", h.IsGratuitous(), true)
}

func TestReadND(t *testing.T) {
	b := open(t, hexNS)
	h := NDAt(b, 0)
	equal(t, "Type", h.Type(), ICMPv6NeighborSolicit)
	equal(t, "Target", h.Target(), six99)
	mac, ok := h.LinkLayer(NDOptionSourceLinkLayer)
	equal(t, "source link-layer", mac, macB)
	equal(t, "has it", ok, true)
	_, ok = h.LinkLayer(NDOptionTargetLinkLayer)
	equal(t, "has a target link-layer", ok, false)
	equal(t, "solicited node", IPv6At(b, 0).Dst(), SolicitedNode(six99))
	equal(t, "group MAC", EthernetAt(b, 0).Dst(), GroupMAC(SolicitedNode(six99)))
	equal(t, "multicast", EthernetAt(b, 0).IsMulticast(), true)
	equal(t, "flags of NA", NDAt(open(t, hexNA), 0).Flags(), NAFlagOverride)
	equal(t, "router lifetime", NDAt(open(t, hexRA), 0).RouterLifetime(), 1800)
}

func TestReadMLD(t *testing.T) {
	q := MLDAt(open(t, hexMLDQuery), 0)
	equal(t, "type", q.Type(), ICMPv6MLDQuery)
	equal(t, "max delay", q.MaxDelay(), 1000)
	equal(t, "group", q.Group(), [16]byte{})
	equal(t, "v2", q.IsV2Query(), false)
	r := MLDAt(open(t, hexMLDReport), 0)
	equal(t, "records", r.Records(), 1)
	kind, group, rest, ok := NextMLDRecord(r[MLDv2ReportLen:])
	equal(t, "record", kind, MLDChangeToExclude)
	equal(t, "group", group, SolicitedNode(six99))
	equal(t, "ok", ok, true)
	_, _, _, ok = NextMLDRecord(rest)
	equal(t, "another", ok, false)
	_, _, _, ok = NextMLDRecord([]byte{4, 0, 0, 1, 19: 0})
	equal(t, "a record with a source that is not there", ok, false)
}

func TestReadVRRP(t *testing.T) {
	h := VRRPAt(open(t, hexVRRP), 0)
	equal(t, "Version", h.Version(), 3)
	equal(t, "Type", h.Type(), VRRPAdvertisement)
	equal(t, "VRID", h.VRID(), 7)
	equal(t, "Priority", h.Priority(), 100)
	equal(t, "Interval", h.IntervalCentiseconds(), 100)
	a, ok := h.Address4(0)
	equal(t, "Address4", a, [4]byte{192, 0, 2, 1})
	equal(t, "ok", ok, true)
	_, ok = h.Address4(1)
	equal(t, "a second address", ok, false)
	_, ok = h.Address6(0)
	equal(t, "an IPv6 address", ok, false)
	h.SetVersion(2)
	h.SetInterval2(1, 3)
	equal(t, "Version", h.Version(), 2)
	equal(t, "AuthType", h.AuthType(), 1)
	equal(t, "IntervalSeconds", h.IntervalSeconds(), 3)
}

func TestVLANTag(t *testing.T) {
	h := VLAN(raw(t, "6005 0800"))
	equal(t, "ID", h.ID(), 5)
	equal(t, "Priority", h.Priority(), 3)
	equal(t, "Type", h.Type(), EtherTypeIPv4)
	h.SetID(4094)
	h.SetType(EtherTypeARP)
	equal(t, "ID", h.ID(), 4094)
	equal(t, "Priority kept", h.Priority(), 3)
	equal(t, "Type", h.Type(), EtherTypeARP)
}

// A setter followed by its getter gives the value back and touches no other field.
func TestSettersReachTheirFields(t *testing.T) {
	ip := make(IPv4, IPv4Len)
	ip.SetHeaderLen(20)
	ip.SetTOS(0xb8)
	ip.SetTotalLen(0x1234)
	ip.SetID(0x5678)
	ip.SetFragment(IPv4DontFragment)
	ip.SetTTL(63)
	ip.SetProtocol(ProtoUDP)
	ip.SetSrc(four7)
	ip.SetDst(four99)
	ip.UpdateChecksum()
	sum := ip.Checksum()
	ip.SetChecksum(0)
	equal(t, "IPv4 header", string(ip), string(raw(t, "45b81234 56784000 3f110000 c0000207 c0000263")))
	equal(t, "checksum", sum, slowSum(ip))
	tcp := make(TCP, TCPLen)
	tcp.SetSrcPort(1)
	tcp.SetDstPort(2)
	tcp.SetSeq(3)
	tcp.SetAck(4)
	tcp.SetHeaderLen(24)
	tcp.SetFlags(TCPSyn | TCPAck)
	tcp.SetWindow(5)
	tcp.SetChecksum(6)
	tcp.SetUrgent(7)
	equal(t, "TCP header", string(tcp), string(raw(t, "0001 0002 00000003 00000004 6012 0005 0006 0007")))
	equal(t, "HeaderLen", tcp.HeaderLen(), 24)
	tcp.SwapPorts()
	equal(t, "swapped", tcp.SrcPort(), 2)
	udp := make(UDP, UDPLen)
	udp.SetSrcPort(1)
	udp.SetDstPort(2)
	udp.SetLength(3)
	udp.SetChecksum(4)
	equal(t, "UDP header", string(udp), string(raw(t, "0001 0002 0003 0004")))
	icmp := make(ICMP, ICMPLen)
	icmp.SetType(1)
	icmp.SetCode(2)
	icmp.SetChecksum(3)
	icmp.SetID(4)
	icmp.SetSeq(5)
	equal(t, "ICMP header", string(icmp), string(raw(t, "01 02 0003 0004 0005")))
	equal(t, "ID and Seq", [2]uint16{icmp.ID(), icmp.Seq()}, [2]uint16{4, 5})
}
