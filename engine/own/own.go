// Package own answers which addresses of a network are this node's, and by
// which MAC address each is reached. It is compiled once per configuration.
package own

import (
	"encoding/binary"
	"net/netip"

	"mire/dpdk/burst"
	"mire/engine/config"
)

// Which tells an address of this node from all others.
type Which uint8

const (
	Foreign Which = iota // not ours
	Real                 // `real` and what we speak from on the link: this node's alone
	Virt                 // `virt` and the virtual link-local address: the master's
)

// Address is one address of ours: two big-endian words, IPv4 mapped
// (Hi = 0, Lo = 0xffff<<32 | v4); both zero when there is none.
type Address struct {
	Hi, Lo uint64
	MAC    config.MAC
}

// None tells that the network has no such address.
func (a *Address) None() bool { return a.Hi|a.Lo == 0 }

// Network is what the packet path asks about one configured network.
type Network struct {
	Number       uint16 // Network.Number
	Port         uint16
	VLAN         uint16 // 0 = untagged
	MTU          int    // bytes of IP packet; 0 = unknown
	Real4, Virt4 Address
	Real6, Virt6 Address
	// Link6 is what we speak IPv6 from on the link, VirtLink6 what our adverts
	// list beside virt6; none where they are Real6 and Virt6 themselves.
	Link6, VirtLink6 Address
	// Broadcast4 is the prefix's directed broadcast, mapped; 0 when it has none.
	Broadcast4 uint64

	realMAC, virtMAC, virt6MAC config.MAC
	prefix4, prefix6           prefix
}

// prefix is a prefix as words; all zero holds nothing.
type prefix struct{ hi, lo, maskHi, maskLo uint64 }

func (p *prefix) holds(hi, lo uint64) bool {
	return p.maskHi != 0 && hi&p.maskHi == p.hi && lo&p.maskLo == p.lo
}

// Networks is the compiled form of Snapshot.Networks, by the same index.
type Networks struct {
	list []Network
}

// Of is the networks of s, compiled once for all who ask; it is never changed.
func Of(s *config.Snapshot) *Networks { return config.Compiled(s, compile) }

func compile(s *config.Snapshot) *Networks {
	o := &Networks{list: make([]Network, 0, len(s.Networks))}
	for i := range s.Networks {
		n := &s.Networks[i]
		o.list = append(o.list, Network{
			Number: uint16(n.Number), Port: n.Port, VLAN: n.VLAN, MTU: n.MTU,
			Real4: address(n.Real4, n.RealMAC), Virt4: address(n.Virt4, n.VirtMAC),
			Real6: address(n.Real6, n.RealMAC), Virt6: address(n.Virt6, n.Virt6MAC),
			Link6:      beside(n.LinkLocal(), n.Real6, n.RealMAC),
			VirtLink6:  beside(s.VirtualLinkLocal(n), n.Virt6, n.Virt6MAC),
			Broadcast4: broadcast(n.Prefix4),
			realMAC:    n.RealMAC, virtMAC: n.VirtMAC, virt6MAC: n.Virt6MAC,
			prefix4: words(n.Prefix4), prefix6: words(n.Prefix6),
		})
	}
	return o
}

// Len is the number of networks.
func (o *Networks) Len() int { return len(o.list) }

// At returns the network of a Meta.Net, or nil for burst.NoNet.
func (o *Networks) At(net uint16) *Network {
	if net == burst.NoNet || int(net) >= len(o.list) {
		return nil
	}
	return &o.list[net]
}

// Find returns the address of ours that equals the two words, and which it is.
// Virtual addresses are the master's only.
func (n *Network) Find(hi, lo uint64, master bool) (*Address, Which) {
	switch {
	case hi|lo == 0:
		return nil, Foreign
	case lo == n.Real4.Lo && hi == n.Real4.Hi:
		return &n.Real4, Real
	case lo == n.Real6.Lo && hi == n.Real6.Hi:
		return &n.Real6, Real
	case lo == n.Link6.Lo && hi == n.Link6.Hi:
		return &n.Link6, Real
	case !master:
		return nil, Foreign
	case lo == n.Virt4.Lo && hi == n.Virt4.Hi:
		return &n.Virt4, Virt
	case lo == n.Virt6.Lo && hi == n.Virt6.Hi:
		return &n.Virt6, Virt
	case lo == n.VirtLink6.Lo && hi == n.VirtLink6.Hi:
		return &n.VirtLink6, Virt
	}
	return nil, Foreign
}

// HasMAC tells whether the MAC address is one that this node answers to here.
// The virtual ones are the master's only.
func (n *Network) HasMAC(mac config.MAC, master bool) bool {
	return mac == n.realMAC || master && (mac == n.virtMAC || mac == n.virt6MAC)
}

// Holds tells whether an address is in the network's prefix.
func (n *Network) Holds(hi, lo uint64) bool {
	return n.prefix4.holds(hi, lo) || n.prefix6.holds(hi, lo)
}

// Map4 is the two-word form of an IPv4 address in host order; Hi is 0.
func Map4(v4 uint32) (lo uint64) { return 0xffff<<32 | uint64(v4) }

// Words splits an address into its two words, IPv4 mapped; zero for the invalid one.
func Words(a netip.Addr) (hi, lo uint64) {
	if !a.IsValid() {
		return 0, 0
	}
	b := a.As16()
	return binary.BigEndian.Uint64(b[:8]), binary.BigEndian.Uint64(b[8:])
}

// Addr is the inverse of Words; mapped addresses come back as IPv4.
func Addr(hi, lo uint64) netip.Addr {
	return netip.AddrFrom16(As16(hi, lo)).Unmap()
}

// As4 is a mapped IPv4 address, given by its low word, in wire order.
func As4(lo uint64) (b [4]byte) {
	binary.BigEndian.PutUint32(b[:], uint32(lo))
	return b
}

// As16 is an IPv6 address in wire order.
func As16(hi, lo uint64) (b [16]byte) {
	binary.BigEndian.PutUint64(b[:8], hi)
	binary.BigEndian.PutUint64(b[8:], lo)
	return b
}

// Is4 tells whether two words are a mapped IPv4 address.
func Is4(hi, lo uint64) bool { return hi == 0 && lo>>32 == 0xffff }

// LinkLocal is the IPv6 source for what must not come from a global address:
// real6 where it is link-local, else what LinkLocalOf makes of the MAC.
func LinkLocal(n *config.Network) [16]byte {
	if n.Real6.IsLinkLocalUnicast() {
		return n.Real6.As16()
	}
	return LinkLocalOf(n.RealMAC)
}

// LinkLocalOf is the link-local address that a MAC makes (RFC 4291 appendix A).
func LinkLocalOf(m config.MAC) [16]byte { return config.LinkLocal(m).As16() }

// beside is an address, none when it is another one of ours itself.
func beside(a, other netip.Addr, mac config.MAC) Address {
	if a == other {
		return Address{}
	}
	return address(a, mac)
}

func address(a netip.Addr, mac config.MAC) Address {
	hi, lo := Words(a)
	return Address{Hi: hi, Lo: lo, MAC: mac}
}

// words compiles a prefix; IPv4 ones lie in the mapped range, /96 and on.
func words(p netip.Prefix) (w prefix) {
	if !p.IsValid() {
		return w
	}
	w.hi, w.lo = Words(p.Masked().Addr())
	bits := p.Bits()
	if p.Addr().Is4() {
		bits += 96
	}
	w.maskHi = ^uint64(0) << (64 - min(bits, 64))
	if bits > 64 {
		w.maskLo = ^uint64(0) << (128 - bits)
	}
	return w
}

// broadcast is the directed broadcast address; prefixes longer than /30 have none (RFC 3021).
func broadcast(p netip.Prefix) uint64 {
	if !p.IsValid() || p.Bits() > 30 {
		return 0
	}
	b := p.Addr().As4()
	return Map4(binary.BigEndian.Uint32(b[:]) | ^uint32(0)>>p.Bits())
}
