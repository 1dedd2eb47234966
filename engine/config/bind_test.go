package config

import (
	"net/netip"
	"reflect"
	"testing"
)

func TestBindMACs(t *testing.T) {
	port := MAC{2, 0, 0, 0, 0, 9}
	for _, c := range []struct {
		name, add         string
		real, virt, virt6 string
	}{
		{"without vrrp all are made from real", "",
			"06:00:c0:00:02:02", "06:00:c0:00:02:02", "06:00:c0:00:02:02"},
		{"vrrp on both families", "vrrp vrid 51\nvrrp network 1",
			"06:00:c0:00:02:02", "00:00:5e:00:01:33", "00:00:5e:00:02:33"},
		{"no IPv6 adverts", "vrrp vrid 51\nvrrp network 1\nvrrp family ipv4",
			"06:00:c0:00:02:02", "00:00:5e:00:01:33", "00:00:5e:00:01:33"},
		{"only IPv6 adverts", "vrrp vrid 51\nvrrp network 1\nvrrp family ipv6",
			"06:00:c0:00:02:02", "00:00:5e:00:01:33", "00:00:5e:00:02:33"},
		{"version 2 has no IPv6 adverts", "vrrp vrid 51\nvrrp network 1\nvrrp version 2",
			"06:00:c0:00:02:02", "00:00:5e:00:01:33", "00:00:5e:00:01:33"},
		{"mac port wins over vrrp", "vrrp vrid 51\nvrrp network 1\nnetwork 1 mac port",
			"02:00:00:00:00:09", "02:00:00:00:00:09", "02:00:00:00:00:09"},
	} {
		s := mustSnapshot(t, mustParse(t, base+c.add))
		b := s.Bind([]Binding{{Interface: 1, Port: 4, MAC: port, MTU: 1500, Kernel: true}})
		n := b.Networks[0]
		if n.RealMAC.String() != c.real || n.VirtMAC.String() != c.virt || n.Virt6MAC.String() != c.virt6 {
			t.Errorf("%s: %s %s %s", c.name, n.RealMAC, n.VirtMAC, n.Virt6MAC)
		}
		if n.Port != 4 || n.MTU != 1500 || b.Interfaces[0].Port != 4 || !b.Interfaces[0].Kernel || b.Interfaces[0].MAC != port {
			t.Errorf("%s: not bound: %+v %+v", c.name, n, b.Interfaces[0])
		}
	}
}

// The made MAC of an IPv6-only network must never change between versions: a
// node that starts again has to find its own entries in the caches of others.
func TestMadeMACIPv6IsStable(t *testing.T) {
	n := Network{Real6: addr("fe80::f001")}
	// FNV-1a: offset basis 2166136261, prime 16777619, over the 16 bytes.
	h, a := uint32(2166136261), n.Real6.As16()
	for _, b := range a {
		h = (h ^ uint32(b)) * 16777619
	}
	want := MAC{6, 1, byte(h >> 24), byte(h >> 16), byte(h >> 8), byte(h)}
	if got := n.madeMAC(); got != want || got.String() != "06:01:81:99:c0:d8" {
		t.Errorf("%s, want %s", got, want)
	}
}

func TestBindLeavesReceiver(t *testing.T) {
	s := mustSnapshot(t, mustParse(t, base))
	before := mustSnapshot(t, mustParse(t, base))
	b := s.Bind([]Binding{{Interface: 1, Port: 4, Host: []netip.Addr{addr("192.0.2.77")}}})
	if !reflect.DeepEqual(s, before) {
		t.Error("Bind changed its receiver")
	}
	hi, lo := hiLo(addr("192.0.2.77"))
	if s.Exempt(0, hi, lo) || !b.Exempt(0, hi, lo) {
		t.Error("host addresses belong to the copy alone")
	}
	if again := b.Bind([]Binding{{Interface: 1, Port: 4}}); again.Exempt(0, hi, lo) {
		t.Error("an address that the host gave up stays exempt")
	}
	if u := s.Bind([]Binding{{Interface: 2, Port: 4}}); u.Networks[0].Port != NoPort || u.Interfaces[0].Port != NoPort {
		t.Error("a binding of another interface was used")
	}
}
