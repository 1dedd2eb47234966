package config

import "net/netip"

// LinkLocal is the link-local address that a MAC makes (RFC 4291 appendix A).
func LinkLocal(m MAC) netip.Addr {
	return netip.AddrFrom16([16]byte{0: 0xfe, 1: 0x80, 8: m[0] ^ 2, 9: m[1], 10: m[2], 11: 0xff, 12: 0xfe, 13: m[3], 14: m[4], 15: m[5]})
}

// LinkLocal is the link-local address that this node speaks from on a network:
// real6 where it is one, else what its own MAC makes. Invalid without real6.
func (n *Network) LinkLocal() netip.Addr {
	switch {
	case !n.Real6.IsValid(), n.Real6.IsLinkLocalUnicast():
		return n.Real6
	}
	return LinkLocal(n.RealMAC)
}

// VirtualLinkLocal is the link-local address of the virtual router on a network,
// which its IPv6 adverts list first (RFC 9568 section 5.2.9): virt6 where it is
// one, else what the virtual MAC makes, also under `mac port`, because it must be
// the same on both nodes. Invalid on a network without such adverts.
func (s *Snapshot) VirtualLinkLocal(n *Network) netip.Addr {
	if len(s.VRRP) == 0 {
		return netip.Addr{}
	}
	v := &s.VRRP[0]
	switch {
	case v.Network != n.Number, v.Version != 3, v.Family == FamilyIPv4, !n.Real6.IsValid(), !n.Virt6.IsValid():
		return netip.Addr{}
	case n.Virt6.IsLinkLocalUnicast():
		return n.Virt6
	}
	return LinkLocal(virtualMAC6(v))
}

// virtualMAC4 and virtualMAC6 are the virtual router's (RFC 9568 section 7.3).
func virtualMAC4(v *VRRP) MAC { return MAC{0, 0, 0x5e, 0, 1, byte(v.VRID)} }
func virtualMAC6(v *VRRP) MAC { return MAC{0, 0, 0x5e, 0, 2, byte(v.VRID)} }
