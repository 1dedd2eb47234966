package segment

import (
	"net/netip"
	"testing"

	"mire/dpdk/burst"
	"mire/engine/enginetest"
	"mire/engine/packet"
)

// A link-local address of ours lies in no prefix; it belongs to the network that
// has it, another one to none.
func TestLinkLocalAddressesOfOursAreLocated(t *testing.T) {
	s := enginetest.Snapshot()
	n := &s.Networks[0]
	m := New(s)
	for _, c := range []struct {
		target netip.Addr
		want   uint16
	}{
		{n.LinkLocal(), 0}, {s.VirtualLinkLocal(n), 0},
		{netip.MustParseAddr("fe80::1"), burst.NoNet}, {netip.MustParseAddr("fe80::"), burst.NoNet},
	} {
		b := new(burst.Burst)
		lane := enginetest.Lane{In: []enginetest.Frame{{Data: enginetest.Solicit(enginetest.PeerMAC, netip.MustParseAddr("fe80::10"), c.target, enginetest.PeerMAC)}}}
		lane.Exchange(b)
		b.Begin()
		packet.Parse(b, &packet.Options{})
		m.Locate(b)
		if got := b.Meta[0].Net; got != c.want {
			t.Errorf("%v: network %#x, want %#x", c.target, got, c.want)
		}
	}
}
