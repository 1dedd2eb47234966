package segment

import (
	"net/netip"
	"testing"

	"mire/dpdk/burst"
	"mire/engine/config"
	"mire/engine/enginetest"
	"mire/engine/packet"
)

// twoPorts: network 0 dual stack and network 1 link-local on port 0, network 2
// with the prefix of network 0 on port 0 behind tag 40, network 3 on port 1.
func twoPorts() *config.Snapshot {
	p := netip.MustParsePrefix
	return &config.Snapshot{Networks: []config.Network{
		{Number: 1, Port: 0, Prefix4: p("198.18.0.0/24"), Prefix6: p("2001:db8::/80")},
		{Number: 2, Port: 0, Prefix6: p("fe80::/10")},
		{Number: 3, Port: 0, VLAN: 40, Prefix4: p("198.18.0.0/24")},
		{Number: 4, Port: 1, Prefix4: p("0.0.0.0/0")},
	}}
}

func TestLocateByPortTagAndPrefix(t *testing.T) {
	m := New(twoPorts())
	for _, c := range []struct {
		port, vlan uint16
		addr       string
		want       uint16
	}{
		{0, 0, "198.18.0.255", 0},
		{0, 0, "198.18.1.0", burst.NoNet},
		{0, 40, "198.18.0.1", 2},
		{0, 41, "198.18.0.1", burst.NoNet},
		{1, 0, "203.0.113.1", 3},
		{0, 0, "2001:db8::ffff:ffff:ffff", 0},
		{0, 0, "2001:db8::1:0:0:0", burst.NoNet},
		{0, 0, "fe80::1", 1},
		{0, 40, "fe80::1", burst.NoNet},
	} {
		a := netip.MustParseAddr(c.addr)
		var got uint16
		if a.Is4() {
			b := a.As4()
			got = m.Locate4(c.port, c.vlan, uint32(b[0])<<24|uint32(b[1])<<16|uint32(b[2])<<8|uint32(b[3]))
		} else {
			hi, lo := packet.Words(a.As16())
			got = m.Locate6(c.port, c.vlan, hi, lo)
		}
		if got != c.want {
			t.Errorf("port %d tag %d %s: network %d, want %d", c.port, c.vlan, c.addr, got, c.want)
		}
	}
}

func TestLocateFillsTheBurstByDestinationOrTarget(t *testing.T) {
	var lane enginetest.Lane
	var b burst.Burst
	mac := config.MAC{2, 0, 0, 0, 0, 9}
	at := netip.MustParseAddr
	frames := []struct {
		data []byte
		want uint16
	}{
		{enginetest.WhoHas(mac, at("198.18.0.9"), at("198.18.0.7")), 0},
		{enginetest.WhoHas(mac, at("198.18.0.9"), at("198.18.9.7")), burst.NoNet},
		{enginetest.Solicit(mac, at("2001:db8::9"), at("2001:db8::7"), mac), 0},
		{enginetest.Solicit(mac, at("fe80::9"), at("fe80::7"), mac), 1},
		{enginetest.Echo(mac, mac, at("203.0.113.1"), at("198.18.0.7"), 1, 1, nil), 0},
		{enginetest.Tag(40, enginetest.Echo(mac, mac, at("203.0.113.1"), at("198.18.0.7"), 1, 1, nil)), 2},
	}
	for _, f := range frames {
		lane.In = append(lane.In, enginetest.Frame{Data: f.data})
	}
	lane.In = append(lane.In, enginetest.Frame{Data: enginetest.Tag(7, frames[0].data)})
	lane.Exchange(&b)
	b.Begin()
	packet.Parse(&b, &packet.Options{})
	m := New(twoPorts())
	m.Locate(&b)
	for i, f := range frames {
		if got := b.Meta[i].Net; got != f.want {
			t.Errorf("frame %d: network %d, want %d", i, got, f.want)
		}
	}
	if b.Undecided.Has(len(frames)) || b.Verdicts.Dropped[burst.VLANUnknown] != 1 {
		t.Error("a frame with a tag that no network has was not dropped as vlan_unknown")
	}
	if n := testing.AllocsPerRun(100, func() { m.Locate(&b) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}
