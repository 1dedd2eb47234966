package config

import (
	"encoding/binary"
	"net/netip"
	"slices"
)

// guard is what workers ask about single packets, compiled once per snapshot.
type guard struct {
	exempt   []spans // by index into Snapshot.Networks
	ignore   spans   // any port
	ports    []portSpans
	distrust []uint64 // sorted
	dhcp     []uint32
	compiled compiled
}

// portSpans are the ignored sources of one source port.
type portSpans struct {
	port uint16
	set  spans
}

// Exempt tells whether an address must never be captured in the network with
// the given index into Networks: it lies outside the network's prefixes, it is
// one of our own (real, virt and link-local ones of any network), the sync peer, a gateway, server
// or target, an `arp` or `tarpit exempt` address, an address of the host's own
// kernel, the network or broadcast address (RFC 919; a /31 or /32 has neither,
// RFC 3021), the subnet-router anycast address (RFC 4291 section 2.6.1; none
// in a /127, RFC 6164, or /128), or never a host at all (unspecified, loopback,
// multicast, limited broadcast). IPv4 is mapped: hi = 0, lo = 0xffff<<32 | v4.
//
// An index out of range and a snapshot that was never sealed answer true: who
// cannot tell must not capture. It does not allocate.
func (s *Snapshot) Exempt(net int, hi, lo uint64) bool {
	g := s.guard
	if g == nil || uint(net) >= uint(len(g.exempt)) {
		return true
	}
	return g.exempt[net].has(hi, lo)
}

// SameExempt tells whether both snapshots have the same networks in the same
// order and exempt the same addresses of each.
func (s *Snapshot) SameExempt(o *Snapshot) bool {
	if s.guard == nil || o.guard == nil || len(s.Networks) != len(o.Networks) {
		return false
	}
	for i := range s.Networks {
		if s.Networks[i].Number != o.Networks[i].Number || !slices.Equal(s.guard.exempt[i], o.guard.exempt[i]) {
			return false
		}
	}
	return true
}

// Ignored tells whether `tarpit ignore` lists a source address with this
// source port (0 for protocols without ports matches only entries without
// one). It does not allocate.
func (s *Snapshot) Ignored(hi, lo uint64, port uint16) bool {
	g := s.guard
	if g == nil {
		return false
	}
	if g.ignore.has(hi, lo) {
		return true
	}
	for i := range g.ports {
		if g.ports[i].port == port {
			return g.ports[i].set.has(hi, lo)
		}
	}
	return false
}

// DHCPServer tells whether `dhcp server` lists an IPv4 address. It does not allocate.
func (s *Snapshot) DHCPServer(addr uint32) bool {
	return s.guard != nil && slices.Contains(s.guard.dhcp, addr)
}

// Distrusted tells whether `tarpit distrust` lists a MAC. It does not allocate.
func (s *Snapshot) Distrusted(mac [6]byte) bool {
	g := s.guard
	if g == nil || len(g.distrust) == 0 {
		return false
	}
	w := macWord(mac)
	i, j := 0, len(g.distrust)
	for i < j {
		h := int(uint(i+j) >> 1)
		if g.distrust[h] < w {
			i = h + 1
		} else {
			j = h
		}
	}
	return i < len(g.distrust) && g.distrust[i] == w
}

func macWord(m [6]byte) uint64 {
	return uint64(m[0])<<40 | uint64(m[1])<<32 | uint64(m[2])<<24 |
		uint64(m[3])<<16 | uint64(m[4])<<8 | uint64(m[5])
}

// Seal compiles what Exempt, Ignored and Distrusted search, and returns s.
// Config.Snapshot and Bind do it; a snapshot made by hand needs it before use.
func (s *Snapshot) Seal() *Snapshot {
	g := &guard{}
	all := s.neverHosts()
	for i := range s.Networks {
		n := &s.Networks[i]
		own := slices.Clone(all)
		own = append(own, n.outside()...)
		own = append(own, n.edges()...)
		for _, r := range n.Exempt {
			own = append(own, span{words(r.From), words(r.To)})
		}
		g.exempt = append(g.exempt, merge(own))
	}
	byPort := map[uint16][]span{}
	for _, e := range s.Ignore {
		byPort[e.Port] = append(byPort[e.Port], spanOf(e.Prefix))
	}
	g.ignore = merge(byPort[0])
	delete(byPort, 0)
	for port, list := range byPort {
		g.ports = append(g.ports, portSpans{port, merge(list)})
	}
	slices.SortFunc(g.ports, func(a, b portSpans) int { return int(a.port) - int(b.port) })
	for _, m := range s.Distrust {
		g.distrust = append(g.distrust, macWord(m))
	}
	slices.Sort(g.distrust)
	for _, a := range s.DHCP {
		b := a.As4()
		g.dhcp = append(g.dhcp, binary.BigEndian.Uint32(b[:]))
	}
	s.guard = g
	return s
}

// neverHosts are the addresses that no network may capture.
func (s *Snapshot) neverHosts() []span {
	out := []span{
		spanOf(netip.MustParsePrefix("0.0.0.0/8")),
		spanOf(netip.MustParsePrefix("127.0.0.0/8")),
		spanOf(netip.MustParsePrefix("224.0.0.0/4")),
		spanOf(netip.MustParsePrefix("255.255.255.255/32")),
		spanOf(netip.MustParsePrefix("::/127")), // unspecified and loopback
		spanOf(netip.MustParsePrefix("ff00::/8")),
	}
	add := func(list ...netip.Addr) {
		for _, a := range list {
			if a.IsValid() {
				out = append(out, one(a.WithZone("")))
			}
		}
	}
	for i := range s.Networks {
		n := &s.Networks[i]
		add(n.Real4, n.Virt4, n.Real6, n.Virt6, n.SyncPeer, n.LinkLocal(), s.VirtualLinkLocal(n))
	}
	// A kernel answers for all its addresses on every leg (the weak host model,
	// RFC 1122 section 3.3.4.2), so those of one interface count everywhere.
	for i := range s.Interfaces {
		add(s.Interfaces[i].Host...)
	}
	for i := range s.VRRP {
		add(s.VRRP[i].Unicast)
	}
	for i := range s.Gateways {
		add(s.Gateways[i].Addr)
	}
	for i := range s.Servers {
		add(s.Servers[i].Addrs...)
	}
	for i := range s.Targets {
		add(s.Targets[i].Addrs...)
	}
	add(s.ARP...)
	add(s.DHCP...)
	add(s.Reserved...)
	return out
}

// outside are all addresses that are in none of the network's prefixes.
func (n *Network) outside() []span {
	var in []span
	if n.Prefix4.IsValid() {
		in = append(in, spanOf(n.Prefix4))
	}
	if n.Prefix6.IsValid() {
		in = append(in, spanOf(n.Prefix6))
	}
	return merge(in).gaps()
}

// edges are the addresses of the prefixes that mean the subnet, not a host.
func (n *Network) edges() []span {
	var out []span
	if p := n.Prefix4; p.IsValid() && p.Bits() <= 30 {
		s := spanOf(p)
		out = append(out, span{s.from, s.from}, span{s.to, s.to})
	}
	if p := n.Prefix6; p.IsValid() && p.Bits() <= 126 {
		s := spanOf(p)
		out = append(out, span{s.from, s.from})
	}
	return out
}

// Owns tells whether an address is one of the network's own: real or virt of
// either family.
func (n *Network) Owns(a netip.Addr) bool {
	return a.IsValid() && (a == n.Real4 || a == n.Virt4 || a == n.Real6 || a == n.Virt6)
}
