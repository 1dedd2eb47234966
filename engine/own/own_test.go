package own

import (
	"net/netip"
	"testing"

	"mire/dpdk/burst"
	"mire/engine/config"
)

var (
	realMAC  = config.MAC{6, 0, 172, 17, 2, 101}
	virtMAC  = config.MAC{0, 0, 0x5e, 0, 1, 7}
	virt6MAC = config.MAC{0, 0, 0x5e, 0, 2, 7}
)

func dual() *config.Snapshot {
	return &config.Snapshot{Networks: []config.Network{{
		Number: 3, Port: 1, VLAN: 42, MTU: 1500,
		Prefix4: netip.MustParsePrefix("172.17.2.0/24"),
		Prefix6: netip.MustParsePrefix("2001:db8::/64"),
		Real4:   netip.MustParseAddr("172.17.2.101"), Virt4: netip.MustParseAddr("172.17.2.100"),
		Real6: netip.MustParseAddr("2001:db8::101"), Virt6: netip.MustParseAddr("2001:db8::100"),
		RealMAC: realMAC, VirtMAC: virtMAC, Virt6MAC: virt6MAC,
	}, {
		Number: 4, Prefix4: netip.MustParsePrefix("10.0.0.0/31"), Real4: netip.MustParseAddr("10.0.0.0"),
		RealMAC: realMAC, VirtMAC: virtMAC,
	}}}
}

func TestFind(t *testing.T) {
	o := Of(dual())
	n := o.At(0)
	for _, c := range []struct {
		addr   string
		master bool
		which  Which
		mac    config.MAC
	}{
		{"172.17.2.101", true, Real, realMAC},
		{"172.17.2.101", false, Real, realMAC},
		{"172.17.2.100", true, Virt, virtMAC},
		{"172.17.2.100", false, Foreign, config.MAC{}},
		{"2001:db8::101", false, Real, realMAC},
		{"2001:db8::100", true, Virt, virt6MAC},
		{"2001:db8::100", false, Foreign, config.MAC{}},
		{"172.17.2.102", true, Foreign, config.MAC{}},
		{"::", true, Foreign, config.MAC{}},
	} {
		hi, lo := Words(netip.MustParseAddr(c.addr))
		a, w := n.Find(hi, lo, c.master)
		if w != c.which || (a == nil) != (w == Foreign) || a != nil && a.MAC != c.mac {
			t.Errorf("%s master=%v: %v %v, want %v %v", c.addr, c.master, a, w, c.which, c.mac)
		}
	}
}

// A network of one family must not take the zero address for its own.
func TestAbsentFamily(t *testing.T) {
	o := Of(dual())
	n := o.At(1)
	if _, w := n.Find(0, 0, true); w != Foreign {
		t.Errorf("zero address: %v", w)
	}
	if o.At(burst.NoNet) != nil || o.At(2) != nil {
		t.Error("a network for an index that has none")
	}
}

// A backup must not take frames to the virtual MAC for its own: the master has it.
func TestHasMAC(t *testing.T) {
	o := Of(dual())
	n := o.At(0)
	for _, c := range []struct {
		mac            config.MAC
		master, backup bool
	}{{realMAC, true, true}, {virtMAC, true, false}, {virt6MAC, true, false}, {config.MAC{2}, false, false}} {
		if n.HasMAC(c.mac, true) != c.master || n.HasMAC(c.mac, false) != c.backup {
			t.Errorf("%x: master %v backup %v", c.mac, n.HasMAC(c.mac, true), n.HasMAC(c.mac, false))
		}
	}
}

func TestHolds(t *testing.T) {
	o := Of(dual())
	for _, c := range []struct {
		net  uint16
		addr string
		want bool
	}{
		{0, "172.17.2.0", true}, {0, "172.17.2.255", true}, {0, "172.17.3.0", false},
		{0, "2001:db8::ffff", true}, {0, "2001:db8:0:1::1", false}, {0, "fe80::1", false}, {0, "::", false},
		{1, "10.0.0.1", true}, {1, "10.0.0.2", false}, {1, "2001:db8::1", false},
	} {
		hi, lo := Words(netip.MustParseAddr(c.addr))
		if got := o.At(c.net).Holds(hi, lo); got != c.want {
			t.Errorf("network %d holds %s: %v", c.net, c.addr, got)
		}
	}
}

func TestBroadcast(t *testing.T) {
	o := Of(dual())
	if got := Addr(0, o.At(0).Broadcast4); got != netip.MustParseAddr("172.17.2.255") {
		t.Errorf("broadcast of a /24: %v", got)
	}
	if got := o.At(1).Broadcast4; got != 0 {
		t.Errorf("broadcast of a /31: %#x, RFC 3021 has none", got)
	}
}

func TestWordsRoundTrip(t *testing.T) {
	for _, s := range []string{"1.2.3.4", "2001:db8::1", "fe80::1"} {
		a := netip.MustParseAddr(s)
		hi, lo := Words(a)
		if Addr(hi, lo) != a || Is4(hi, lo) != a.Is4() {
			t.Errorf("%s: %v, Is4 %v", s, Addr(hi, lo), Is4(hi, lo))
		}
	}
}
