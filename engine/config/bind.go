package config

import (
	"encoding/binary"
	"hash/fnv"
	"net/netip"
	"slices"
)

// NoPort is the port id of an interface or network that Bind has not seen.
const NoPort = 0xffff

// Binding tells where an interface of the configuration ended up.
type Binding struct {
	Interface int    // Interface.Number
	Port      uint16 // DPDK port id
	MAC       MAC    // the port's own address
	MTU       int    // bytes of IP packet
	Kernel    bool   // a kernel interface stands behind the port
	// NoNeighbours: a file, a ring, nothing at all stands behind the port.
	NoNeighbours bool
	Host         []netip.Addr // addresses that the host's kernel has on it
}

// Bind returns a copy of s with the ports filled in: Port, MAC, MTU, Kernel and
// Host of each interface named by a binding, Port, MTU and NoNeighbours of its networks, and
// the three MACs of every such network. Interfaces without a binding keep what
// they had (NoPort from Config.Snapshot). s itself is not changed, so it can be
// bound again when host addresses change. The copy is sealed.
func (s *Snapshot) Bind(ports []Binding) *Snapshot {
	c := *s
	c.Interfaces = slices.Clone(s.Interfaces)
	c.Networks = slices.Clone(s.Networks)
	for _, b := range ports {
		for i := range c.Interfaces {
			f := &c.Interfaces[i]
			if f.Number == b.Interface {
				f.Port, f.MAC, f.MTU, f.Kernel = b.Port, b.MAC, b.MTU, b.Kernel
				f.Host = unmapAll(b.Host)
			}
		}
		for i := range c.Networks {
			n := &c.Networks[i]
			if n.Interface == b.Interface {
				n.Port, n.MTU, n.NoNeighbours = b.Port, b.MTU, b.NoNeighbours
				n.setMACs(b.MAC, s.VRRP)
			}
		}
	}
	return c.Seal()
}

func unmapAll(in []netip.Addr) []netip.Addr {
	var out []netip.Addr
	for _, a := range in {
		out = append(out, a.Unmap().WithZone(""))
	}
	return out
}

// setMACs gives the network the addresses it speaks with. With a vrrp section
// virt and the tarpit's answers use the virtual router's MAC (RFC 9568 section
// 7.3), the IPv6 form only when IPv6 adverts run: switches learn a MAC from
// what it sends, and without adverts nothing would refresh it. `mac port` wins
// over everything.
func (n *Network) setMACs(port MAC, vrrp []VRRP) {
	if n.MACPort {
		n.RealMAC, n.VirtMAC, n.Virt6MAC = port, port, port
		return
	}
	n.RealMAC = n.madeMAC()
	n.VirtMAC, n.Virt6MAC = n.RealMAC, n.RealMAC
	if len(vrrp) == 0 {
		return
	}
	v := &vrrp[0]
	n.VirtMAC = virtualMAC4(v)
	n.Virt6MAC = n.VirtMAC
	if v.Family == FamilyIPv6 || v.Family == FamilyBoth {
		n.Virt6MAC = virtualMAC6(v)
	}
}

// madeMAC is the locally administered address that stands for `real`: 06:00
// and its four bytes, or on an IPv6-only network 06:01 and the 32-bit FNV-1a
// hash of real6's sixteen bytes, big-endian. Both are the same on every start.
func (n *Network) madeMAC() MAC {
	if n.Real4.IsValid() {
		a := n.Real4.As4()
		return MAC{6, 0, a[0], a[1], a[2], a[3]}
	}
	if !n.Real6.IsValid() {
		return MAC{}
	}
	a := n.Real6.As16()
	h := fnv.New32a()
	h.Write(a[:])
	m := MAC{6, 1}
	binary.BigEndian.PutUint32(m[2:], h.Sum32())
	return m
}

// Families of VRRP.Family.
const (
	FamilyIPv4 = "ipv4"
	FamilyIPv6 = "ipv6"
	FamilyBoth = "both"
)
