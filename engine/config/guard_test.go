package config

import (
	"math/rand/v2"
	"net/netip"
	"slices"
	"testing"
)

func hiLo(a netip.Addr) (uint64, uint64) { w := words(a); return w.hi, w.lo }

func guardSnapshot(t testing.TB) *Snapshot {
	c := mustParse(t, base+`
network 1 syncpeer 192.0.2.4
network 1 tarpit exempt 192.0.2.100-192.0.2.110
network 1 tarpit exempt 2001:db8::a00/120
network 1 tarpit exempt 192.0.2.120
network 2 addr 198.51.100.0
network 2 mask 31
network 2 real 198.51.100.1
network 2 interface 1
network 3 mask6 127
network 3 real6 fe80::f001
network 3 vlan 7
network 3 interface 1
network 4 addr 192.0.2.0
network 4 mask 24
network 4 real 192.0.2.30
network 4 vlan 9
network 4 interface 1
register networks 2-4
enable networks 2,3
gateway ipaddr 192.0.2.1
server 1 ipaddr 192.0.2.20
target 1 ipaddr 192.0.2.21
target 2 ipaddr6 2001:db8::22
register server 1
register targets 1,2
enable server 1
enable target 1
arp 192.0.2.40
arp ::ffff:192.0.2.41
dhcp server 192.0.2.43
dhcp server ::ffff:192.0.2.42
dhcp server 192.0.2.43
dhcp server 203.0.113.67
tarpit ignore 192.0.2.7
tarpit ignore 203.0.113.0/24 67
tarpit ignore 2001:db8:5::/48
tarpit distrust 02:00:00:00:00:09
tarpit distrust 02:00:00:00:00:05
`)
	return mustSnapshot(t, c).Bind([]Binding{{Interface: 1, Port: 3, MAC: MAC{2, 0, 0, 0, 0, 1}, MTU: 1500,
		Host: []netip.Addr{addr("192.0.2.50"), addr("::ffff:192.0.2.51"), addr("2001:db8::50")}}})
}

func TestExempt(t *testing.T) {
	s := guardSnapshot(t)
	for _, c := range []struct {
		net  int
		addr string
		want bool
	}{
		{0, "192.0.2.99", false},
		{0, "192.0.2.111", false},
		{0, "2001:db8::1", false},
		{0, "2001:db8::b00", false},
		{0, "192.0.2.2", true},    // real
		{0, "192.0.2.3", true},    // virt
		{0, "2001:db8::2", true},  // real6
		{0, "2001:db8::3", true},  // virt6
		{0, "192.0.2.4", true},    // syncpeer
		{0, "192.0.2.1", true},    // gateway
		{0, "192.0.2.20", true},   // server
		{0, "192.0.2.21", true},   // target
		{0, "2001:db8::22", true}, // target that is registered, but not enabled
		{0, "192.0.2.30", true},   // real of a network that is not enabled
		{0, "192.0.2.40", true},   // arp
		{0, "192.0.2.41", true},   // arp in mapped form
		{0, "192.0.2.42", true},   // DHCP server
		{0, "192.0.2.43", true},
		{0, "192.0.2.50", true}, // host
		{0, "192.0.2.51", true},
		{0, "2001:db8::50", true},
		{0, "192.0.2.0", true},   // network address
		{0, "192.0.2.255", true}, // broadcast
		{0, "2001:db8::", true},  // subnet-router anycast
		{0, "192.0.2.100", true}, // exempt range, both ends
		{0, "192.0.2.110", true},
		{0, "192.0.2.120", true},
		{0, "2001:db8::a00", true},
		{0, "2001:db8::aff", true},
		{0, "192.0.3.1", true}, // outside
		{0, "191.255.255.255", true},
		{0, "2001:db8:0:1::1", true},
		{0, "224.0.0.1", true},
		{0, "255.255.255.255", true},
		{0, "ff02::1", true},
		{0, "::", true},
		{0, "::1", true},
		{0, "0.0.0.0", true},
		{0, "127.0.0.1", true},
		{1, "198.51.100.0", false}, // a /31 has no network address (RFC 3021)
		{1, "198.51.100.1", true},
		{1, "192.0.2.99", true},  // of another network
		{2, "fe80::f000", false}, // a /127 has no anycast address (RFC 6164)
		{2, "fe80::f001", true},
		{3, "192.0.2.99", true}, // no such network
		{-1, "192.0.2.99", true},
	} {
		hi, lo := hiLo(addr(c.addr))
		if got := s.Exempt(c.net, hi, lo); got != c.want {
			t.Errorf("Exempt(%d, %s) = %v", c.net, c.addr, got)
		}
	}
	if hi, lo := hiLo(addr("192.0.2.99")); !(&Snapshot{}).Exempt(0, hi, lo) {
		t.Error("a snapshot that was never sealed lets an address be captured")
	}
}

func TestConfiguredDHCPServers(t *testing.T) {
	s := guardSnapshot(t)
	if want := []netip.Addr{addr("192.0.2.42"), addr("192.0.2.43"), addr("203.0.113.67")}; !slices.Equal(s.DHCP, want) {
		t.Errorf("%v, want %v", s.DHCP, want)
	}
	for a, want := range map[uint32]bool{0xc000022a: true, 0xc000022b: true, 0xcb007143: true, 0xc000022c: false, 0: false} {
		if got := s.DHCPServer(a); got != want {
			t.Errorf("DHCPServer(%08x) = %v", a, got)
		}
	}
	roundTrip(t, mustParse(t, "dhcp server 192.0.2.43\ndhcp server 203.0.113.67\nset dhcplearn off"))
	if new(Snapshot).DHCPServer(0) {
		t.Error("a snapshot that was never sealed knows a server")
	}
}

func TestIgnoredAndDistrusted(t *testing.T) {
	s := guardSnapshot(t)
	for _, c := range []struct {
		addr string
		port uint16
		want bool
	}{
		{"192.0.2.7", 0, true}, {"192.0.2.7", 80, true}, {"192.0.2.8", 80, false},
		{"203.0.113.5", 67, true}, {"203.0.113.5", 68, false}, {"203.0.113.5", 0, false},
		{"203.0.114.0", 67, false}, {"2001:db8:5:1::9", 1, true}, {"2001:db8:6::", 1, false},
	} {
		hi, lo := hiLo(addr(c.addr))
		if got := s.Ignored(hi, lo, c.port); got != c.want {
			t.Errorf("Ignored(%s, %d) = %v", c.addr, c.port, got)
		}
	}
	for last, want := range map[byte]bool{4: false, 5: true, 6: false, 9: true, 10: false} {
		if got := s.Distrusted([6]byte{2, 0, 0, 0, 0, last}); got != want {
			t.Errorf("Distrusted(..:%02x) = %v", last, got)
		}
	}
	if e := new(Snapshot); e.Distrusted([6]byte{}) || e.Ignored(0, 0, 0) {
		t.Error("an empty snapshot ignores or distrusts")
	}
}

func TestGuardDoesNotAllocate(t *testing.T) {
	s := guardSnapshot(t)
	hi, lo := hiLo(addr("192.0.2.99"))
	own := addr("192.0.2.2")
	if n := testing.AllocsPerRun(100, func() {
		if s.Exempt(0, hi, lo) || s.Ignored(hi, lo, 80) || s.Distrusted([6]byte{2}) || !s.Networks[0].Owns(own) {
			t.Error("wrong answer")
		}
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

// A merged set must hold exactly what its parts hold.
func TestSpansAgainstModel(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	edge := func(v uint64) word128 { // around the carry between the words
		return word128{1, ^uint64(0) - 20}.add(v)
	}
	for range 2000 {
		var in []span
		var model [48]bool
		for range rng.IntN(6) {
			from := rng.Uint64N(40)
			to := from + rng.Uint64N(8)
			in = append(in, span{edge(from), edge(to)})
			for i := from; i <= to; i++ {
				model[i] = true
			}
		}
		set := merge(in)
		for i := 1; i < len(set); i++ {
			if set[i-1].to.next().compare(set[i].from) >= 0 {
				t.Fatalf("ranges overlap or touch: %v", set)
			}
		}
		outside := merge(set.gaps())
		for i, want := range model {
			w := edge(uint64(i))
			if set.has(w.hi, w.lo) != want || outside.has(w.hi, w.lo) == want {
				t.Fatalf("%v at %d: want %v", set, i, want)
			}
		}
	}
	all := merge([]span{{firstWord, lastWord}, {lastWord, lastWord}})
	if len(all) != 1 || len(all.gaps()) != 0 || !all.has(0, 0) || !all.has(^uint64(0), ^uint64(0)) {
		t.Errorf("the set of all: %v", all)
	}
	if g := spans(nil).gaps(); len(g) != 1 || g[0] != (span{firstWord, lastWord}) {
		t.Errorf("the gaps of nothing: %v", g)
	}
}

func (w word128) add(n uint64) word128 {
	for range n {
		w = w.next()
	}
	return w
}

func BenchmarkExempt(b *testing.B) {
	s := guardSnapshot(b)
	hi, lo := hiLo(addr("192.0.2.99"))
	for b.Loop() {
		if s.Exempt(0, hi, lo) {
			b.Fatal("exempt")
		}
	}
}
