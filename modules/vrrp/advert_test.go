package vrrp

import (
	"encoding/hex"
	"net/netip"
	"testing"

	"mire/engine/packet"
)

// golden are messages that keepalived 2.2.7 sent, and one of RFC 9568's form.
var golden = []struct {
	name     string
	hex      string
	src, dst string
	m        Message
	ttl      uint8
}{
	{"v2", "2133c80100015053c61200640000000000000000", "198.18.0.1", "224.0.0.18",
		Message{Version: 2, VRID: 51, Priority: 200, Interval: second, Addresses: addrs("198.18.0.100")}, 255},
	{"v2 PASS", "2133c80101011339c61200647333637265740000", "198.18.0.1", "224.0.0.18",
		Message{Version: 2, VRID: 51, Priority: 200, Interval: second, Auth: [8]byte{'s', '3', 'c', 'r', 'e', 't'}, Addresses: addrs("198.18.0.100")}, 255},
	{"v3 multicast", "3133c8010064994dc6120064", "198.18.0.1", "224.0.0.18",
		Message{Version: 3, VRID: 51, Priority: 200, Interval: second, Dialect: Pseudo, Addresses: addrs("198.18.0.100")}, 255},
	{"v3 RFC 9568", "3133c80100643ff0c6120064", "198.18.0.1", "224.0.0.18",
		Message{Version: 3, VRID: 51, Priority: 200, Interval: second, Dialect: NoPseudo, Addresses: addrs("198.18.0.100")}, 255},
	{"v3 unicast", "3133c8010064b34bc6120064", "198.18.0.1", "198.18.0.2",
		Message{Version: 3, VRID: 51, Priority: 200, Interval: second, Dialect: Pseudo, Addresses: addrs("198.18.0.100")}, 255},
	{"v3 20 cs", "3133c8010014999dc6120064", "198.18.0.1", "224.0.0.18",
		Message{Version: 3, VRID: 51, Priority: 200, Interval: 20 * centisecond, Dialect: Pseudo, Addresses: addrs("198.18.0.100")}, 255},
	{"v3 IPv6", "3133c802006464e5fe80000000000000000000000000010020010db8000000000000000000000100", "fe80::f4d8:90ff:fef2:f04c", "ff02::12",
		Message{Version: 3, VRID: 51, Priority: 200, Interval: second, Addresses: addrs("fe80::100", "2001:db8::100")}, 255},
	{"RFC 9568", "3133c80100644402c0000264", "192.0.2.1", "224.0.0.18",
		Message{Version: 3, VRID: 51, Priority: 200, Interval: second, Dialect: NoPseudo, Addresses: addrs("192.0.2.100")}, 255},
}

func addrs(list ...string) (out [][16]byte) {
	for _, s := range list {
		out = append(out, field(s))
	}
	return out
}

// field is an address as Flow and Message hold it.
func field(s string) (b [16]byte) {
	copy(b[:], netip.MustParseAddr(s).AsSlice())
	return b
}

func flow(src, dst string) *Flow {
	return &Flow{V6: netip.MustParseAddr(src).Is6(), Src: field(src), Dst: field(dst)}
}

func (m *Message) expect() *expect {
	return &expect{version: m.Version, vrid: m.VRID, interval: m.Interval, auth: m.Auth}
}

func TestGoldenMessagesBothWays(t *testing.T) {
	for _, g := range golden {
		t.Run(g.name, func(t *testing.T) {
			f := flow(g.src, g.dst)
			p := make([]byte, g.m.size(f))
			g.m.put(p, f)
			if got := hex.EncodeToString(p); got != g.hex {
				t.Errorf("wrote %s, want %s", got, g.hex)
			}
			h, _ := hex.DecodeString(g.hex)
			d, why := examine(h, f, g.ttl, g.m.expect())
			if why != None || d != g.m.Dialect {
				t.Errorf("read: %s, dialect %v", Faults[why].Name, d)
			}
			if v := packet.VRRP(h); v.Priority() != 200 || interval(v) != g.m.Interval || compared(h, f, g.m.Addresses) != "" {
				t.Errorf("priority %d, interval %d", v.Priority(), interval(v))
			}
		})
	}
}

// No message with a wrong bit is listened to.
func TestEveryFlippedBitIsAFault(t *testing.T) {
	for _, g := range golden {
		f := flow(g.src, g.dst)
		for bit := range 4 * len(g.hex) {
			h, _ := hex.DecodeString(g.hex)
			h[bit/8] ^= 1 << (bit % 8)
			if _, why := examine(h, f, 255, g.m.expect()); why == None {
				t.Errorf("%s: bit %d of byte %d passed", g.name, bit%8, bit/8)
			}
		}
		for n := range len(g.hex) / 2 {
			h, _ := hex.DecodeString(g.hex)
			if _, why := examine(h[:n], f, 255, g.m.expect()); why == None {
				t.Errorf("%s: cut to %d bytes passed", g.name, n)
			}
		}
	}
}

func TestFaults(t *testing.T) {
	change := func(edit func(h packet.VRRP, e *expect)) func() (packet.VRRP, *expect, uint8) {
		return func() (packet.VRRP, *expect, uint8) {
			h, _ := hex.DecodeString(golden[0].hex)
			e := golden[0].m.expect()
			edit(h, e)
			return h, e, 255
		}
	}
	for name, c := range map[string]struct {
		make func() (packet.VRRP, *expect, uint8)
		want Fault
	}{
		"another VRID":     {change(func(_ packet.VRRP, e *expect) { e.vrid = 52 }), VRID},
		"another version":  {change(func(_ packet.VRRP, e *expect) { e.version = 3 }), Version},
		"another password": {change(func(_ packet.VRRP, e *expect) { e.auth[0] = 'x' }), Authenticated},
		"another interval": {change(func(_ packet.VRRP, e *expect) { e.interval = 2 * second }), Interval},
		"type 2":           {change(func(h packet.VRRP, _ *expect) { h[0] = 0x22 }), Type},
		"more addresses":   {change(func(h packet.VRRP, _ *expect) { h.SetCount(4) }), Length},
		"TTL 254": {func() (packet.VRRP, *expect, uint8) {
			h, e, _ := change(func(packet.VRRP, *expect) {})()
			return h, e, 254
		}, TTL},
		"CARP": {func() (packet.VRRP, *expect, uint8) {
			h := make(packet.VRRP, carpLen)
			h[0], h[1], h[3] = 0x21, 51, 7
			return h, golden[0].m.expect(), 255
		}, CARP},
	} {
		h, e, ttl := c.make()
		if _, why := examine(h, flow("198.18.0.1", "224.0.0.18"), ttl, e); why != c.want {
			t.Errorf("%s: %s, want %s", name, Faults[why].Name, Faults[c.want].Name)
		}
	}
	m := Message{Version: 3, VRID: 51, Priority: 1, Addresses: addrs("198.18.0.100")}
	f := flow("198.18.0.1", "224.0.0.18")
	p := make([]byte, m.size(f))
	m.put(p, f)
	if _, why := examine(p, f, 255, m.expect()); why != Interval {
		t.Errorf("version 3 with interval 0: %s", Faults[why].Name)
	}
}

// Five addresses of version 2 are as long as a CARP message, and are none.
func TestFiveAddressesAreNoCARP(t *testing.T) {
	m := Message{Version: 2, VRID: 7, Priority: 9, Interval: second,
		Addresses: addrs("198.18.0.1", "198.18.0.2", "198.18.0.3", "198.18.0.4", "198.18.0.5")}
	f := flow("198.18.0.9", "224.0.0.18")
	p := make([]byte, m.size(f))
	m.put(p, f)
	if _, why := examine(p, f, 255, m.expect()); len(p) != carpLen || why != None {
		t.Errorf("%d bytes: %s", len(p), Faults[why].Name)
	}
}

func FuzzExamine(f *testing.F) {
	for _, g := range golden {
		h, _ := hex.DecodeString(g.hex)
		f.Add(h, uint8(255), flow(g.src, g.dst).V6)
	}
	f.Fuzz(func(t *testing.T, h []byte, ttl uint8, v6 bool) {
		fl := flow("198.18.0.1", "224.0.0.18")
		if v6 {
			fl = flow("fe80::1", "ff02::12")
		}
		for _, version := range []uint8{2, 3} {
			e := &expect{version: version, vrid: 51, interval: second}
			if _, why := examine(h, fl, ttl, e); why == None {
				if v := packet.VRRP(h); ttl != 255 || v.VRID() != 51 || v.Version() != version || interval(v) <= 0 {
					t.Errorf("listened to % x with TTL %d", h, ttl)
				}
				compared(h, fl, addrs("198.18.0.1"))
			}
		}
	})
}
