package segment

import (
	"net/netip"
	"testing"

	"mire/dpdk/burst"
	"mire/engine/config"
	"mire/engine/enginetest"
	"mire/engine/packet"
)

// A slot is on link when its source lies in any network of its port and tag,
// not only in that of the destination. ARP and what is dropped never is.
func TestOnLinkIsAboutSourcePortAndTag(t *testing.T) {
	mac := config.MAC{2, 0, 0, 0, 0, 9}
	addr := netip.MustParseAddr
	echo := func(src, dst string) []byte { return enginetest.Echo(mac, mac, addr(src), addr(dst), 1, 1, nil) }
	for _, c := range []struct {
		name  string
		port  uint16
		frame []byte
		near  bool
	}{
		{"inside", 0, echo("198.18.0.9", "198.18.0.1"), true},
		{"inside, to elsewhere", 0, echo("198.18.0.9", "203.0.113.1"), true},
		{"outside", 0, echo("203.0.113.1", "198.18.0.1"), false},
		{"one bit outside", 0, echo("198.18.1.9", "198.18.0.1"), false},
		{"another port", 1, echo("198.18.0.9", "198.18.0.1"), true},
		{"no network on the port", 2, echo("198.18.0.9", "198.18.0.1"), false},
		{"behind its tag", 0, enginetest.Tag(40, echo("198.18.0.9", "198.18.0.1")), true},
		{"behind an unknown tag", 0, enginetest.Tag(41, echo("198.18.0.9", "198.18.0.1")), false},
		{"IPv6 of a network without IPv4", 0, echo("fe80::9", "2001:db8::1"), true},
		{"IPv6 inside", 0, echo("2001:db8::9", "2001:db8::1"), true},
		{"IPv6 outside", 0, echo("2001:db8:0:0:1::9", "2001:db8::1"), false},
		{"IPv6 where only IPv4 is", 1, echo("2001:db8::9", "2001:db8::1"), false},
		{"ARP", 0, enginetest.WhoHas(mac, addr("198.18.0.9"), addr("198.18.0.1")), false},
	} {
		var b burst.Burst
		lane := enginetest.Lane{In: []enginetest.Frame{{Data: c.frame, Port: c.port}}}
		lane.Exchange(&b)
		b.OnLink = ^burst.Mask(0) // of the turn before
		b.Begin()
		packet.Parse(&b, &packet.Options{})
		New(twoPorts()).Locate(&b)
		if got := b.OnLink.Has(0); got != c.near || b.OnLink&^1 != 0 {
			t.Errorf("%s: on link %v (mask %#x), want %v", c.name, got, b.OnLink, c.near)
		}
	}
}
