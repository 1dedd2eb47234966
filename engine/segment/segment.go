// Package segment answers, for a port and a VLAN tag, which network an address
// belongs to, from tables compiled once per configuration.
package segment

import (
	"encoding/binary"

	"mire/dpdk/burst"
	"mire/engine/config"
)

// leg is one network as one port sees it, its prefixes as words.
type leg struct {
	port, vlan     uint16
	net            uint16
	has4, has6     bool
	addr4, mask4   uint32
	hi, lo         uint64
	maskHi, maskLo uint64
}

// Map is the compiled form of Snapshot.Networks. It is immutable.
type Map struct {
	legs []leg
}

// New compiles the networks of a bound snapshot.
func New(s *config.Snapshot) *Map {
	m := &Map{}
	for i := range s.Networks {
		n := &s.Networks[i]
		l := leg{port: n.Port, vlan: n.VLAN, net: uint16(i)}
		if n.Prefix4.IsValid() {
			a := n.Prefix4.Addr().As4()
			l.has4 = true
			l.mask4 = ^uint32(0) << (32 - n.Prefix4.Bits())
			l.addr4 = binary.BigEndian.Uint32(a[:]) & l.mask4
		}
		if n.Prefix6.IsValid() {
			a := n.Prefix6.Addr().As16()
			l.has6 = true
			bits := n.Prefix6.Bits()
			l.maskHi = ^uint64(0) << (64 - min(bits, 64))
			if bits > 64 {
				l.maskLo = ^uint64(0) << (128 - bits)
			}
			l.hi = binary.BigEndian.Uint64(a[:8]) & l.maskHi
			l.lo = binary.BigEndian.Uint64(a[8:]) & l.maskLo
		}
		m.legs = append(m.legs, l)
	}
	return m
}

// Known tells whether any network is on this port with this tag.
func (m *Map) Known(port, vlan uint16) bool {
	for i := range m.legs {
		if m.legs[i].port == port && m.legs[i].vlan == vlan {
			return true
		}
	}
	return false
}

// Locate4 returns the index into Snapshot.Networks of the network on this port
// and tag whose IPv4 prefix holds the address (host order), or burst.NoNet.
func (m *Map) Locate4(port, vlan uint16, addr uint32) uint16 {
	for i := range m.legs {
		l := &m.legs[i]
		if l.port == port && l.vlan == vlan && l.has4 && addr&l.mask4 == l.addr4 {
			return l.net
		}
	}
	return burst.NoNet
}

// Locate6 is Locate4 for an IPv6 address given as two big-endian words.
func (m *Map) Locate6(port, vlan uint16, hi, lo uint64) uint16 {
	for i := range m.legs {
		l := &m.legs[i]
		if l.port == port && l.vlan == vlan && l.has6 && hi&l.maskHi == l.hi && lo&l.maskLo == l.lo {
			return l.net
		}
	}
	return burst.NoNet
}
