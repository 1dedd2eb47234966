package arp

import (
	"bytes"
	"net/netip"
	"testing"

	"mire/dpdk/burst"
	"mire/engine"
	"mire/engine/config"
	"mire/engine/enginetest"

	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"
)

// advert is what matters of a neighbour advertisement, read by gopacket.
type advert struct {
	ethSrc, ethDst, lla config.MAC
	src, dst, target    netip.Addr
	flags               uint8
	vlan                uint16
}

func readAdvert(t *testing.T, frame []byte) (a advert) {
	t.Helper()
	p := gopacket.NewPacket(frame, layers.LayerTypeEthernet, gopacket.Default)
	ip, _ := p.Layer(layers.LayerTypeIPv6).(*layers.IPv6)
	na, _ := p.Layer(layers.LayerTypeICMPv6NeighborAdvertisement).(*layers.ICMPv6NeighborAdvertisement)
	if ip == nil || na == nil {
		t.Fatalf("no neighbour advertisement: %x", frame)
	}
	if ip.HopLimit != 255 || len(na.Options) != 1 || na.Options[0].Type != layers.ICMPv6OptTargetAddress {
		t.Fatalf("hop limit %d, options %v", ip.HopLimit, na.Options)
	}
	eth := p.Layer(layers.LayerTypeEthernet).(*layers.Ethernet)
	a.ethSrc, a.ethDst, a.lla = config.MAC(eth.SrcMAC), config.MAC(eth.DstMAC), config.MAC(na.Options[0].Data)
	a.src, _ = netip.AddrFromSlice(ip.SrcIP)
	a.dst, _ = netip.AddrFromSlice(ip.DstIP)
	a.target, _ = netip.AddrFromSlice(na.TargetAddress)
	a.flags = na.Flags
	if q, ok := p.Layer(layers.LayerTypeDot1Q).(*layers.Dot1Q); ok {
		a.vlan = q.VLANIdentifier
	}
	// The same message from gopacket has the same checksum.
	want := enginetest.Advertise(a.ethSrc, a.ethDst, a.src, a.dst, a.target, a.flags, a.lla)
	if got := frame[len(frame)-len(want)+14:]; !bytes.Equal(got, want[14:]) {
		t.Fatalf("\n got %x\nwant %x", got, want[14:])
	}
	return a
}

func TestSolicitationIsAnswered(t *testing.T) {
	peer, lla := enginetest.Peer6, enginetest.PeerMAC
	linkLocal := netip.MustParseAddr("fe80::10")
	for name, c := range map[string]struct {
		frame []byte
		want  advert
	}{
		"multicast": {enginetest.Solicit(lla, peer, enginetest.Real6, lla),
			advert{enginetest.RealMAC, lla, enginetest.RealMAC, enginetest.Real6, peer, enginetest.Real6, 0x60, 42}},
		"virt": {enginetest.Solicit(lla, peer, enginetest.Virt6, lla),
			advert{enginetest.Virt6MAC, lla, enginetest.Virt6MAC, enginetest.Virt6, peer, enginetest.Virt6, 0x60, 42}},
		"from a link-local address": {enginetest.Solicit(lla, linkLocal, enginetest.Real6, lla),
			advert{enginetest.RealMAC, lla, enginetest.RealMAC, enginetest.Real6, linkLocal, enginetest.Real6, 0x60, 42}},
		"unreachability detection": {enginetest.SolicitTo(lla, enginetest.RealMAC, peer, enginetest.Real6, enginetest.Real6, config.MAC{}),
			advert{enginetest.RealMAC, lla, enginetest.RealMAC, enginetest.Real6, peer, enginetest.Real6, 0x60, 42}},
		"duplicate address detection": {enginetest.Solicit(lla, netip.IPv6Unspecified(), enginetest.Real6, config.MAC{}),
			advert{enginetest.RealMAC, enginetest.GroupMAC(allNodes), enginetest.RealMAC, enginetest.Real6, allNodes, enginetest.Real6, 0x20, 42}},
	} {
		t.Run(name, func(t *testing.T) {
			r := settled(t, enginetest.WithVLAN(42))
			if got := readAdvert(t, r.Turn(enginetest.Tag(42, c.frame)).WantReply(t)); got != c.want {
				t.Errorf("\n got %+v\nwant %+v", got, c.want)
			}
		})
	}
}

func TestVirt6BelongsToTheMaster(t *testing.T) {
	r := settled(t)
	r.Role.Set(engine.Backup)
	r.Turn(enginetest.Solicit(enginetest.PeerMAC, enginetest.Peer6, enginetest.Virt6, enginetest.PeerMAC)).WantDropped(t, burst.Unclaimed.String(), 1)
}

// The longest question: its options are longer than the answer's.
func TestLongSolicitationShrinks(t *testing.T) {
	r := settled(t)
	ns := &layers.ICMPv6NeighborSolicitation{
		TargetAddress: enginetest.Real6.AsSlice(),
		Options: layers.ICMPv6Options{
			{Type: 14, Data: make([]byte, 6)},
			{Type: layers.ICMPv6OptSourceAddress, Data: enginetest.PeerMAC[:]},
			{Type: 200, Data: make([]byte, 62)},
		},
	}
	group := enginetest.SolicitedNode(enginetest.Real6)
	got := readAdvert(t, r.Turn(enginetest.IPv6(enginetest.PeerMAC, enginetest.GroupMAC(group), enginetest.Peer6, group, 255,
		layers.IPProtocolICMPv6, &layers.ICMPv6{TypeCode: 135 << 8}, ns)).WantReply(t))
	if got.ethDst != enginetest.PeerMAC {
		t.Errorf("answered to %x", got.ethDst)
	}
}
