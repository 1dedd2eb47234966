package modules

import (
	"net/netip"
	"testing"
	"time"

	"github.com/google/gopacket/layers"

	"mire/engine/config"
	"mire/engine/enginetest"
	"mire/engine/enginetest/rig"
)

// Whatever address this node announces, lists in adverts or speaks from, whoever
// asks for it gets an answer, and so does an echo request.
func TestEveryAnnouncedAddressIsAnswered(t *testing.T) {
	for name, edit := range map[string]func(*config.Snapshot){
		"virtual MAC": func(*config.Snapshot) {},
		"mac port": func(s *config.Snapshot) {
			n := &s.Networks[0]
			n.MACPort, n.RealMAC, n.VirtMAC, n.Virt6MAC = true, enginetest.PortMAC, enginetest.PortMAC, enginetest.PortMAC
		},
		"tagged":           enginetest.WithVLAN(42),
		"virt6 link-local": func(s *config.Snapshot) { s.Networks[0].Virt6 = netip.MustParseAddr("fe80::7") },
	} {
		t.Run(name, func(t *testing.T) {
			s := enginetest.Snapshot(edit)
			chain, err := Chain([]string{"vrrp", "arp", "ping", "master", "tarpit"})
			if err != nil {
				t.Fatal(err)
			}
			r := rig.New(t, s, chain...)
			said := map[netip.Addr]config.MAC{}
			for _, f := range r.Pass(30 * time.Second) {
				spoken(t, f.Data, said)
			}
			if len(said) < 5 {
				t.Fatalf("only %v were announced", said)
			}
			host4, host6 := enginetest.Peer4, netip.MustParseAddr("fe80::10")
			tag := func(f []byte) []byte {
				if s.Networks[0].VLAN != 0 {
					return enginetest.Tag(s.Networks[0].VLAN, f)
				}
				return f
			}
			for a := range said {
				src := host4
				var ask []byte
				if a.Is4() {
					ask = enginetest.WhoHas(enginetest.PeerMAC, host4, a)
				}
				if a.Is6() {
					ask, src = enginetest.Solicit(enginetest.PeerMAC, host6, a, enginetest.PeerMAC), host6
				}
				o := r.Turn(tag(ask))
				if o.Sent != 1 {
					t.Errorf("%v is announced, and nobody answers for it: dropped %v", a, o.Dropped)
					continue
				}
				mac := config.MAC(o.Out[0].Data[6:12])
				if o := r.Turn(tag(enginetest.Echo(enginetest.PeerMAC, mac, src, a, 1, 1, nil))); o.Sent != 1 {
					t.Errorf("%v answers no echo request: dropped %v", a, o.Dropped)
				}
			}
		})
	}
}

// spoken notes the addresses that a frame of ours gives as ours.
func spoken(t *testing.T, f []byte, said map[netip.Addr]config.MAC) {
	t.Helper()
	p := enginetest.Decode(f)
	mac := config.MAC(f[6:12])
	note := func(b []byte) {
		if a, ok := netip.AddrFromSlice(b); ok && !a.IsUnspecified() {
			said[a.Unmap()] = mac
		}
	}
	if a, ok := p.Layer(layers.LayerTypeARP).(*layers.ARP); ok {
		note(a.SourceProtAddress)
	}
	if ip, ok := p.Layer(layers.LayerTypeIPv4).(*layers.IPv4); ok {
		note(ip.SrcIP)
		if ip.Protocol == 112 {
			for at := 8; at+4 <= len(ip.Payload) && at < 8+4*int(ip.Payload[3]); at += 4 {
				note(ip.Payload[at : at+4])
			}
		}
	}
	if ip, ok := p.Layer(layers.LayerTypeIPv6).(*layers.IPv6); ok {
		note(ip.SrcIP)
		if ip.NextHeader == 112 {
			for at := 8; at+16 <= len(ip.Payload) && at < 8+16*int(ip.Payload[3]); at += 16 {
				note(ip.Payload[at : at+16])
			}
		}
	}
	if na, ok := p.Layer(layers.LayerTypeICMPv6NeighborAdvertisement).(*layers.ICMPv6NeighborAdvertisement); ok {
		note(na.TargetAddress)
	}
}
