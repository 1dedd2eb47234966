package tarpit

import (
	"bytes"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/google/gopacket/layers"

	"mire/dpdk/burst"
	"mire/engine/config"
	et "mire/engine/enginetest"
	"mire/engine/session"
)

func TestNeverProbesFromTheUnspecifiedAddress(t *testing.T) {
	l := newLab(t)
	out := l.Turn(ask(cold4), ask(cold6)).Out
	for range 100 { // proofs, answers, expiry
		out = append(out, l.Pass(2*time.Second)...)
		l.Lane.Now += int64(2 * time.Second)
	}
	probes := 0
	for _, f := range out {
		p := et.Decode(f.Data)
		if a, ok := p.Layer(layers.LayerTypeARP).(*layers.ARP); ok {
			probes++
			if bytes.Equal(a.SourceProtAddress, zero4.AsSlice()) {
				t.Errorf("an ARP probe of ours: %q", said(f))
			}
		}
		if ip, ok := p.Layer(layers.LayerTypeIPv6).(*layers.IPv6); ok {
			probes++
			if ip.SrcIP.IsUnspecified() {
				t.Errorf("from ::: %q", said(f))
			}
		}
	}
	if probes < 6 {
		t.Fatalf("%d frames looked at, want at least the six probes", probes)
	}
}

func TestNeverAnswersARPProbes(t *testing.T) {
	l := newLab(t)
	l.trap(cold4)
	l.wantDrop(l.Turn(et.WhoHas(hostMAC, zero4, cold4)), "tarpit_dad")
	// Not for an unknown address either, at once or later.
	l.wantDrop(l.Turn(et.WhoHas(hostMAC, zero4, other4)), "tarpit_dad")
	for _, s := range sayings(l.Pass(5 * time.Second)) {
		if s == answer4(hostMAC, zero4, cold4) || s == answer4(hostMAC, zero4, other4) {
			t.Fatalf("answered an ARP probe: %q", s)
		}
	}
}

func TestNeverAnswersDuplicateAddressDetection(t *testing.T) {
	l := newLab(t)
	l.trap(cold6)
	l.wantDrop(l.Turn(et.Solicit(hostMAC, zero6, cold6, config.MAC{})), "tarpit_dad")
	if out := l.Pass(3 * time.Second); len(out) != 0 {
		t.Fatalf("said %q", sayings(out))
	}
}

func TestNeverAnswersADetectionFromADistrustedMAC(t *testing.T) {
	l := newLab(t, func(s *config.Snapshot) { s.Distrust = []config.MAC{hostMAC} })
	l.trap(cold4, cold6)
	l.wantDrop(l.Turn(et.WhoHas(hostMAC, zero4, cold4)), "tarpit_dad")
	l.wantDrop(l.Turn(et.Solicit(hostMAC, zero6, cold6, config.MAC{})), "tarpit_dad")
}

func TestNeverCapturesProtectedAddresses(t *testing.T) {
	protected := map[string]netip.Addr{
		"real": et.Real4, "virt": et.Virt4, "gateway": netip.MustParseAddr("172.17.2.1"),
		"server": netip.MustParseAddr("172.17.2.2"), "target": netip.MustParseAddr("172.17.2.3"),
		"peer": netip.MustParseAddr("172.17.2.4"), "arp": netip.MustParseAddr("172.17.2.5"),
		"exempt": netip.MustParseAddr("172.17.2.6"), "host": netip.MustParseAddr("172.17.2.7"),
		"network": netip.MustParseAddr("172.17.2.0"), "broadcast": netip.MustParseAddr("172.17.2.255"),
		"real6": et.Real6, "virt6": et.Virt6, "anycast": netip.MustParseAddr("2001:db8:0:2::"),
	}
	l := newLab(t, func(s *config.Snapshot) {
		s.Gateways = []config.Gateway{{Addr: protected["gateway"]}}
		s.Servers = []config.Server{{Number: 1, Addrs: []netip.Addr{protected["server"]}}}
		s.Targets = []config.Target{{Number: 1, Addrs: []netip.Addr{protected["target"]}}}
		s.Networks[0].SyncPeer = protected["peer"]
		s.ARP = []netip.Addr{protected["arp"]}
		s.Networks[0].Exempt = []config.Range{{From: protected["exempt"], To: protected["exempt"]}}
		s.Interfaces[0].Host = []netip.Addr{protected["host"]}
	})
	for name, a := range protected {
		t.Run(name, func(t *testing.T) {
			l.tb = t
			l.wantDrop(l.Turn(ask(a)), "tarpit_exempt")
			src := asker4
			if a.Is6() {
				src = asker6
			}
			if o := l.Turn(et.Echo(askerMac, et.VirtMAC, src, a, 1, 1, nil)); o.Dropped[burst.Unclaimed.String()] != 1 {
				t.Errorf("dropped %v, want the packet left to the modules behind", o.Dropped)
			}
			for _, s := range sayings(l.Pass(1200 * time.Millisecond)) {
				if strings.HasSuffix(s, " "+a.String()) {
					t.Errorf("said %q", s)
				}
			}
			l.wantState(a, session.Unknown)
		})
	}
}

func TestNeverAnswersEchoToBroadcastOrMulticast(t *testing.T) {
	l := newLab(t)
	l.trap(cold4, cold6)
	all6 := netip.MustParseAddr("ff02::1")
	frames := map[string][]byte{
		"captured address in a broadcast frame": et.Echo(askerMac, et.BroadcastMAC, asker4, cold4, 1, 1, nil),
		"directed broadcast to our MAC":         et.Echo(askerMac, et.VirtMAC, asker4, netip.MustParseAddr("172.17.2.255"), 1, 1, nil),
		"limited broadcast":                     et.Echo(askerMac, et.BroadcastMAC, asker4, netip.MustParseAddr("255.255.255.255"), 1, 1, nil),
		"IPv4 multicast":                        et.Echo(askerMac, et.VirtMAC, asker4, netip.MustParseAddr("224.0.0.1"), 1, 1, nil),
		"all nodes":                             et.Echo(askerMac, et.GroupMAC(all6), asker6, all6, 1, 1, nil),
		"IPv6 in a group frame":                 et.Echo(askerMac, et.GroupMAC(all6), asker6, cold6, 1, 1, nil),
	}
	for name, f := range frames {
		t.Run(name, func(t *testing.T) {
			if o := l.Turn(f); len(o.Out) != 0 {
				t.Errorf("said %q", sayings(o.Out))
			}
		})
	}
}

func TestNeverAnswersImpossibleSources(t *testing.T) {
	l := newLab(t)
	l.trap(cold4, cold6)
	for _, src := range []string{"0.0.0.0", "0.1.2.3", "127.0.0.1", "224.0.0.9", "255.255.255.255", "172.17.2.255", "172.17.2.101", "172.17.2.100"} {
		a := netip.MustParseAddr(src)
		t.Run("echo from "+src, func(t *testing.T) {
			l.tb = t
			if o := l.Turn(et.Echo(askerMac, et.VirtMAC, a, cold4, 1, 1, nil)); len(o.Out) != 0 {
				t.Errorf("said %q", sayings(o.Out))
			}
			if o := l.Turn(et.TCP(askerMac, et.VirtMAC, netip.AddrPortFrom(a, 9), netip.AddrPortFrom(cold4, 80), 2, 1, 0, nil)); len(o.Out) != 0 {
				t.Errorf("said %q to TCP", sayings(o.Out))
			}
			if src != "0.0.0.0" { // that is an ARP probe, and takes the address
				if o := l.Turn(et.WhoHas(askerMac, a, cold4)); len(o.Out) != 0 {
					t.Errorf("said %q to ARP", sayings(o.Out))
				}
			}
		})
	}
	for _, src := range []string{"::", "::1", "ff02::1", "2001:db8:0:2::101", "2001:db8:0:2::100"} {
		a := netip.MustParseAddr(src)
		t.Run("echo from "+src, func(t *testing.T) {
			if o := l.Turn(et.Echo(askerMac, et.VirtMAC, a, cold6, 1, 1, nil)); len(o.Out) != 0 {
				t.Errorf("said %q", sayings(o.Out))
			}
		})
	}
	l.wantState(cold4, session.Trapped)
	l.wantState(cold6, session.Trapped)
}

func TestNeverAnswersGroupMACs(t *testing.T) {
	l := newLab(t)
	l.trap(cold4, cold6)
	group := config.MAC{1, 0, 0x5e, 0, 0, 9}
	inside := et.WhoHas(askerMac, asker4, cold4)
	copy(inside[22:28], group[:])
	l.wantDrop(l.Turn(inside), "tarpit_source")
	l.wantDrop(l.Turn(et.Solicit(askerMac, asker6, cold6, group)), "tarpit_source")
}

func TestNeverAnswersACapturedSource(t *testing.T) {
	l := newLab(t, func(s *config.Snapshot) { s.Distrust = []config.MAC{hostMAC} })
	second := netip.MustParseAddr("172.17.2.51")
	l.trap(cold4, second, cold6)
	second6 := netip.MustParseAddr("2001:db8:0:2::51")
	l.trap(second6)
	for name, f := range map[string][]byte{
		"ARP":  et.WhoHas(hostMAC, second, cold4),
		"echo": et.Echo(hostMAC, et.VirtMAC, second, cold4, 1, 1, nil),
		"TCP":  et.TCP(hostMAC, et.VirtMAC, netip.AddrPortFrom(second, 9), netip.AddrPortFrom(cold4, 80), 2, 1, 0, nil),
		"UDP":  et.UDP(hostMAC, et.VirtMAC, netip.AddrPortFrom(second, 9), netip.AddrPortFrom(cold4, 80), nil),
		"NS":   et.Solicit(hostMAC, second6, cold6, hostMAC),
	} {
		t.Run(name, func(t *testing.T) {
			l.tb = t
			l.wantDrop(l.Turn(f), "tarpit_source")
		})
	}
}

func TestNeverAnswersIgnoredSources(t *testing.T) {
	l := newLab(t, func(s *config.Snapshot) {
		s.Ignore = []config.Ignore{{Prefix: netip.PrefixFrom(asker4, 32)}, {Prefix: netip.MustParsePrefix("198.51.100.0/24"), Port: 7}}
	})
	l.wantDrop(l.Turn(ask(cold4)), "tarpit_ignored")
	l.wantState(cold4, session.Unknown)
	l.Turn(et.Echo(otherMAC, et.RealMAC, other4, cold4, 1, 1, nil))
	l.Pass(1200 * time.Millisecond)
	l.wantState(cold4, session.Trapped)
	l.Drain()
	l.wantDrop(l.Turn(ask(cold4)), "tarpit_ignored")
	l.wantDrop(l.Turn(et.Echo(askerMac, et.VirtMAC, asker4, cold4, 1, 1, nil)), "tarpit_ignored")
	far := netip.MustParseAddr("198.51.100.9")
	l.wantDrop(l.Turn(et.UDP(otherMAC, et.VirtMAC, netip.AddrPortFrom(far, 7), netip.AddrPortFrom(cold4, 7), nil)), "tarpit_ignored")
	if ev := l.kinds(); len(ev) != 0 {
		t.Errorf("events %v about ignored sources", ev)
	}
	l.wantDrop(l.Turn(et.UDP(otherMAC, et.VirtMAC, netip.AddrPortFrom(far, 8), netip.AddrPortFrom(cold4, 7), nil)), "tarpit_udp")
}

func TestNeverAnswersUnicastRequestsForOtherMACs(t *testing.T) {
	l := newLab(t)
	l.trap(cold4, cold6)
	unicast := et.WhoHas(askerMac, asker4, cold4)
	copy(unicast, hostMAC[:])
	if o := l.Turn(unicast); len(o.Out) != 0 || o.Dropped[burst.Unclaimed.String()] != 1 {
		t.Errorf("said %q, dropped %v", sayings(o.Out), o.Dropped)
	}
	if o := l.Turn(et.SolicitTo(askerMac, hostMAC, asker6, cold6, cold6, askerMac)); len(o.Out) != 0 || o.Dropped[burst.Unclaimed.String()] != 1 {
		t.Errorf("said %q, dropped %v", sayings(o.Out), o.Dropped)
	}
}

func TestNetworkWithoutTarpitIsLeftAlone(t *testing.T) {
	l := newLab(t, et.WithTarpit(config.TarpitDisable))
	l.wantDrop(l.Turn(ask(cold4)), "tarpit_off")
	l.wantDrop(l.Turn(ask(cold6)), "tarpit_off")
	if o := l.Turn(et.Echo(askerMac, et.VirtMAC, asker4, cold4, 1, 1, nil)); o.Dropped[burst.Unclaimed.String()] != 1 {
		t.Errorf("dropped %v, want the packet left to the modules behind", o.Dropped)
	}
	if out := l.Pass(2 * time.Second); len(out) != 0 {
		t.Errorf("said %q", sayings(out))
	}
}
