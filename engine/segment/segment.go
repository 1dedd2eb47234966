// Package segment answers, for a port and a VLAN tag, which network an address
// belongs to, from tables compiled once per configuration.
package segment

import (
	"cmp"
	"encoding/binary"
	"math/bits"
	"net/netip"
	"slices"

	"mire/dpdk/burst"
	"mire/engine/config"
)

// leg is one network as one port sees it, its prefixes as words. A family that
// it has not matches no address.
type leg struct {
	wire           uint32 // port and tag
	net            uint16
	addr4, mask4   uint32
	hi, lo         uint64
	maskHi, maskLo uint64
	// links are the second words of the link-local addresses that this node has
	// here: no prefix holds them, and no two networks have one in common unless
	// they share a MAC. 0: none.
	links [2]uint64

	// The same in the order of the wire, for burst.Columns: what it has, the
	// IPv4 prefix twice, the masks of a pair of addresses' first and second.
	four, six              bool
	both4, src4, dst4      uint64
	wireHi, wireLo         uint64
	wireMaskHi, wireMaskLo uint64
}

// turn fills in the words in the order of the wire.
func (l *leg) turn() {
	addr, mask := uint64(bits.ReverseBytes32(l.addr4)), uint64(bits.ReverseBytes32(l.mask4))
	l.both4, l.src4, l.dst4 = addr|addr<<32, mask, mask<<32
	l.wireHi, l.wireLo = bits.ReverseBytes64(l.hi), bits.ReverseBytes64(l.lo)
	l.wireMaskHi, l.wireMaskLo = bits.ReverseBytes64(l.maskHi), bits.ReverseBytes64(l.maskLo)
}

// wire names a port and a tag.
func wire(port, vlan uint16) uint32 { return uint32(port)<<16 | uint32(vlan) }

func (l *leg) has4(a uint32) bool      { return a&l.mask4 == l.addr4 }
func (l *leg) has6(hi, lo uint64) bool { return hi&l.maskHi == l.hi && lo&l.maskLo == l.lo }

// linkHi is the first word of a link-local address with an identifier of 64 bits
// (RFC 4291 section 2.5.6).
const linkHi = 0xfe80 << 48

// isLink tells whether an address is a link-local one of ours. That of a MAC is
// never fe80::.
func (l *leg) isLink(hi, lo uint64) bool {
	return hi == linkHi && lo != 0 && (lo == l.links[0] || lo == l.links[1])
}

// Map is the compiled form of Snapshot.Networks. It is immutable.
type Map struct {
	legs []leg // by wire; those of one wire by the number of the network
}

// on is the legs on a wire, nil when there are none.
func (m *Map) on(w uint32) []leg {
	i, j := 0, len(m.legs)
	for i < j {
		if h := int(uint(i+j) >> 1); m.legs[h].wire < w {
			i = h + 1
		} else {
			j = h
		}
	}
	for j = i; j < len(m.legs) && m.legs[j].wire == w; j++ {
	}
	if i == j {
		return nil
	}
	return m.legs[i:j]
}

// Of is the map of a bound snapshot, compiled once for all who ask.
func Of(s *config.Snapshot) *Map { return config.Compiled(s, New) }

// New compiles the networks of a bound snapshot.
func New(s *config.Snapshot) *Map {
	m := &Map{}
	for i := range s.Networks {
		n := &s.Networks[i]
		l := leg{wire: wire(n.Port, n.VLAN), net: uint16(i), addr4: 1, hi: 1}
		if n.Prefix4.IsValid() {
			l.four = true
			a := n.Prefix4.Addr().As4()
			l.mask4 = ^uint32(0) << (32 - n.Prefix4.Bits())
			l.addr4 = binary.BigEndian.Uint32(a[:]) & l.mask4
		}
		if n.Prefix6.IsValid() {
			l.six = true
			a := n.Prefix6.Addr().As16()
			size := n.Prefix6.Bits()
			l.maskHi = ^uint64(0) << (64 - min(size, 64))
			if size > 64 {
				l.maskLo = ^uint64(0) << (128 - size)
			}
			l.hi = binary.BigEndian.Uint64(a[:8]) & l.maskHi
			l.lo = binary.BigEndian.Uint64(a[8:]) & l.maskLo
		}
		for i, a := range [...]netip.Addr{n.LinkLocal(), s.VirtualLinkLocal(n)} {
			if b := a.As16(); a.IsValid() && binary.BigEndian.Uint64(b[:8]) == linkHi {
				l.links[i] = binary.BigEndian.Uint64(b[8:])
			}
		}
		l.turn()
		m.legs = append(m.legs, l)
	}
	slices.SortStableFunc(m.legs, func(a, b leg) int { return cmp.Compare(a.wire, b.wire) })
	return m
}

// Locate4 returns the index into Snapshot.Networks of the network on this port
// and tag whose IPv4 prefix holds the address (host order), or burst.NoNet.
func (m *Map) Locate4(port, vlan uint16, addr uint32) uint16 {
	legs := m.on(wire(port, vlan))
	for i := range legs {
		if l := &legs[i]; l.has4(addr) {
			return l.net
		}
	}
	return burst.NoNet
}

// Locate6 is Locate4 for an IPv6 address given as two big-endian words.
func (m *Map) Locate6(port, vlan uint16, hi, lo uint64) uint16 {
	legs := m.on(wire(port, vlan))
	for i := range legs {
		if l := &legs[i]; l.has6(hi, lo) {
			return l.net
		}
	}
	return burst.NoNet
}
