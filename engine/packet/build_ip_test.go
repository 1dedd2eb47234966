package packet

import (
	"bytes"
	"net"
	"testing"

	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"
)

// decode reads a frame of ours by other code.
func decode(t *testing.T, f []byte) gopacket.Packet {
	t.Helper()
	p := gopacket.NewPacket(f, layers.LayerTypeEthernet, gopacket.Default)
	if p.NetworkLayer() == nil {
		t.Fatalf("% x: %v", f, p)
	}
	return p
}

func TestPutIPv4AndIPv6(t *testing.T) {
	for _, vlan := range []uint16{0, 40} {
		l := Link{Dst: [6]byte{2, 1}, Src: [6]byte{2, 2}, VLAN: vlan}
		for _, n := range []int{0, 1, 12, 200} {
			p := bytes.Repeat([]byte{0xaa}, 400)
			copy(PutIPv4(p, l, [4]byte{198, 18, 0, 1}, [4]byte{224, 0, 0, 18}, ProtoTest1, 255, n), bytes.Repeat([]byte{7}, n))
			ip := decode(t, p[:l.IPv4Size(n)]).Layer(layers.LayerTypeIPv4).(*layers.IPv4)
			if ip.TTL != 255 || int(ip.Length) != 20+n || !ip.SrcIP.Equal(net.IP{198, 18, 0, 1}) || Fold(Sum(0, ip.Contents)) != 0 || !bytes.Equal(ip.Payload, bytes.Repeat([]byte{7}, n)) {
				t.Errorf("%d bytes, VLAN %d: %+v", n, vlan, ip)
			}
			if pad := p[l.Size()+IPv4Len+n : l.IPv4Size(n)]; len(bytes.Trim(pad, "\x00")) != 0 || l.IPv4Size(n) < MinFrame {
				t.Errorf("%d bytes: padding % x", n, pad)
			}
			if n == 0 {
				continue // gopacket takes it for a jumbogram
			}
			p = bytes.Repeat([]byte{0xaa}, 400)
			copy(PutIPv6(p, l, [16]byte{0xfe, 0x80}, AllNodes, ProtoTest1, 255, n), bytes.Repeat([]byte{7}, n))
			v6 := decode(t, p[:l.IPv6Size(n)]).Layer(layers.LayerTypeIPv6).(*layers.IPv6)
			if v6.HopLimit != 255 || int(v6.Length) != n || !bytes.Equal(v6.Payload, bytes.Repeat([]byte{7}, n)) {
				t.Errorf("%d bytes, VLAN %d: %+v", n, vlan, v6)
			}
		}
	}
}

func TestPutIGMPReport(t *testing.T) {
	l := Link{Src: [6]byte{2, 2}}
	groups := [][4]byte{{224, 0, 0, 18}, {239, 129, 2, 3}}
	p := bytes.Repeat([]byte{0xaa}, 200)
	n := PutIGMPReport(p, l, [4]byte{198, 18, 0, 1}, MLDChangeToExclude, groups)
	pkt := decode(t, p[:n])
	ip := pkt.Layer(layers.LayerTypeIPv4).(*layers.IPv4)
	if ip.TTL != 1 || !ip.DstIP.Equal(net.IP{224, 0, 0, 22}) || len(ip.Options) == 0 || ip.Options[0].OptionType != IPv4OptionRouterAlert || Fold(Sum(0, ip.Contents)) != 0 {
		t.Errorf("%+v", ip)
	}
	g := pkt.Layer(layers.LayerTypeIGMP).(*layers.IGMP)
	if g.Type != layers.IGMPMembershipReportV3 || len(g.GroupRecords) != 2 || Fold(Sum(0, ip.Payload)) != 0 ||
		!g.GroupRecords[0].MulticastAddress.Equal(net.IP{224, 0, 0, 18}) || g.GroupRecords[1].Type != layers.IGMPToEx {
		t.Errorf("%+v", g)
	}
	if m := GroupMAC4(groups[1]); m != [6]byte{1, 0, 0x5e, 1, 2, 3} || [6]byte(p[:6]) != GroupMAC4(allIGMPv3Routers) {
		t.Errorf("group MAC % x, sent to % x", m, p[:6])
	}
}

func TestPutRARP(t *testing.T) {
	p := bytes.Repeat([]byte{0xaa}, 100)
	mac := [6]byte{0, 0, 0x5e, 0, 1, 7}
	n := PutRARP(p, Link{Src: mac}, mac)
	a := gopacket.NewPacket(p[14:n], layers.LayerTypeARP, gopacket.Default).Layer(layers.LayerTypeARP).(*layers.ARP)
	if n != MinFrame || p[12] != 0x80 || p[13] != 0x35 || a.Operation != 3 || !bytes.Equal(a.SourceHwAddress, mac[:]) || !bytes.Equal(a.DstHwAddress, mac[:]) {
		t.Errorf("% x", p[:n])
	}
}
