package enginetest

import (
	"net/netip"
	"time"

	"mire/engine/config"
)

// The segment of the tests: network 1 on port 0, dual stack. A host of its
// own lives at .10 / ::10, the addresses of ours end in 100 (virt) and 101
// (real).
var (
	Prefix4 = netip.MustParsePrefix("172.17.2.0/24")
	Prefix6 = netip.MustParsePrefix("2001:db8:0:2::/64")
	Real4   = netip.MustParseAddr("172.17.2.101")
	Virt4   = netip.MustParseAddr("172.17.2.100")
	Real6   = netip.MustParseAddr("2001:db8:0:2::101")
	Virt6   = netip.MustParseAddr("2001:db8:0:2::100")
	Peer4   = netip.MustParseAddr("172.17.2.10")
	Peer6   = netip.MustParseAddr("2001:db8:0:2::10")

	RealMAC  = config.MAC{0x06, 0x00, 172, 17, 2, 101}
	VirtMAC  = config.MAC{0x00, 0x00, 0x5e, 0x00, 0x01, 0x07}
	Virt6MAC = config.MAC{0x00, 0x00, 0x5e, 0x00, 0x02, 0x07}
	PortMAC  = config.MAC{0x02, 0x42, 0xac, 0x11, 0x02, 0x02}
	PeerMAC  = config.MAC{0x02, 0x00, 0x00, 0x00, 0x00, 0x10}
)

// Snapshot is a bound configuration of one dual-stack network with a virtual
// router, changed by the given edits in turn, and sealed. Seal it again after
// any later change.
func Snapshot(edits ...func(*config.Snapshot)) *config.Snapshot {
	s := &config.Snapshot{
		Generation: 1,
		Hostname:   "mire",
		Interfaces: []config.Interface{{
			Number: 1, Name: "eth0", Threads: 1, Port: 0, MAC: PortMAC, MTU: 1500, Kernel: true,
		}},
		Networks: []config.Network{{
			Number: 1, Name: "lan", Interface: 1,
			Prefix4: Prefix4, Prefix6: Prefix6,
			Real4: Real4, Virt4: Virt4, Real6: Real6, Virt6: Virt6,
			Tarpit: config.TarpitDisable, Hearing: config.HearingAssume, // the askers of the tests answer nothing
			Port: 0, MTU: 1500, RealMAC: RealMAC, VirtMAC: VirtMAC, Virt6MAC: Virt6MAC,
		}},
		VRRP: []config.VRRP{{Number: 1, VRID: 7, Network: 1, Priority: 100, Version: 3, Family: config.FamilyBoth, Interval: 100, Checksum: "auto"}},
		Settings: config.Settings{
			RealTTL: 1800 * time.Second, TrapTTL: 300 * time.Second,
			Probes: 3, ProbeInterval: 300 * time.Millisecond,
			ReplyRate: 50000,
			LogRate:   100, AnnounceRate: 1000, MRD: true, DHCPLearn: true, VRRPPreempt: true, Sessions: 1024, Idle: 5 * time.Millisecond,
			Bounds4: config.Bounds{ProbeRate: 300, ProbeBurst: 1024, Probing: 1024},
			Bounds6: config.Bounds{ProbeRate: 100, ProbeBurst: 300, Probing: 1024, CaptureRate: 10, CaptureBurst: 64, Per64: 512},
		},
	}
	for _, e := range edits {
		e(s)
	}
	return s.Seal()
}

// WithVLAN puts the first network behind an 802.1Q tag.
func WithVLAN(id uint16) func(*config.Snapshot) {
	return func(s *config.Snapshot) { s.Networks[0].VLAN = id }
}

// WithTarpit sets the mode of the first network.
func WithTarpit(m config.TarpitMode) func(*config.Snapshot) {
	return func(s *config.Snapshot) { s.Networks[0].Tarpit = m }
}

// WithHearing says what the tarpit of the first network must know of its hearing.
func WithHearing(h config.Hearing) func(*config.Snapshot) {
	return func(s *config.Snapshot) { s.Networks[0].Hearing = h }
}

// WithGateway adds a next hop.
func WithGateway(a netip.Addr) func(*config.Snapshot) {
	return func(s *config.Snapshot) { s.Gateways = append(s.Gateways, config.Gateway{Addr: a}) }
}
