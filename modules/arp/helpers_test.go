package arp

import (
	"net/netip"
	"testing"

	"mire/engine/config"
	"mire/engine/enginetest"
	"mire/engine/enginetest/rig"
	"mire/engine/neigh"
	"mire/engine/own"

	"github.com/google/gopacket/layers"
)

var (
	zero4    = netip.IPv4Unspecified()
	zero6    = netip.IPv6Unspecified()
	free4    = netip.MustParseAddr("172.17.2.77")
	free6    = netip.MustParseAddr("2001:db8:0:2::77")
	allNodes = netip.MustParseAddr("ff02::1")
)

func arpLayer(op uint16, sha config.MAC, spa, tpa netip.Addr) *layers.ARP {
	return &layers.ARP{
		AddrType: layers.LinkTypeEthernet, Protocol: layers.EthernetTypeIPv4, HwAddressSize: 6, ProtAddressSize: 4,
		Operation: op, SourceHwAddress: sha[:], SourceProtAddress: spa.AsSlice(),
		DstHwAddress: make([]byte, 6), DstProtAddress: tpa.AsSlice(),
	}
}

// announced checks that a frame is an announcement to all and returns the MAC
// that it announces.
func announced(t *testing.T, frame []byte) config.MAC {
	t.Helper()
	p := enginetest.Decode(frame)
	if a, ok := p.Layer(layers.LayerTypeARP).(*layers.ARP); ok {
		if a.Operation != 1 || string(a.SourceProtAddress) != string(a.DstProtAddress) || config.MAC(frame[:6]) != enginetest.BroadcastMAC {
			t.Errorf("no ARP announcement: %x", frame)
		}
		return config.MAC(a.SourceHwAddress)
	}
	a := readAdvert(t, frame)
	if a.dst != allNodes || a.flags != 0x20 || a.src != a.target || a.ethDst != enginetest.GroupMAC(allNodes) {
		t.Errorf("no unsolicited advertisement: %+v", a)
	}
	return a.lla
}

func neighbours(r *rig.Rig) map[string]string {
	m := map[string]string{}
	r.Worker.Neighbours.Walk(func(n neigh.Neighbour) bool {
		m[own.Addr(n.Hi, n.Lo).String()] = n.State.String()
		return true
	})
	return m
}
