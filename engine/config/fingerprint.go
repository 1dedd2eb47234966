package config

import "net/netip"

// Fingerprint is a hash of what two nodes must have equal for their tables to
// mean the same: each network's number, prefixes, tag, virtual addresses, tarpit
// mode, policy and exempt addresses, `arp`, `dhcp server`, the virtual router, and how long and
// by what proof an entry lives. Names, interfaces, real addresses, priorities, rates and logs are each
// node's own. It is the same for every version of Go, machine and byte order.
func (s *Snapshot) Fingerprint() uint64 {
	h := newSum()
	h.number(len(s.Networks))
	for i := range s.Networks {
		n := &s.Networks[i]
		h.network(n)
		h.number(int(n.VLAN))
		h.addr(n.Virt4)
		h.addr(n.Virt6)
		h.number(int(n.Tarpit))
		h.number(int(n.Policy.Kind))
		h.number(int(n.Policy.Window))
		h.number(len(n.Exempt))
		for _, r := range n.Exempt {
			h.addr(r.From)
			h.addr(r.To)
		}
	}
	h.number(len(s.ARP))
	for _, a := range s.ARP {
		h.addr(a)
	}
	if len(s.DHCP) > 0 { // nothing is added without, so that a node of an older build agrees
		h.number(len(s.DHCP))
		for _, a := range s.DHCP {
			h.addr(a)
		}
	}
	h.routers(s)
	p := &s.Settings
	for _, v := range [...]int{int(p.RealTTL), int(p.TrapTTL), p.Probes, int(p.ProbeInterval), p.Bounds6.Per64} {
		h.number(v)
	}
	return uint64(h)
}

// VirtualAddresses is a hash of the VRID and the virtual addresses, in the order
// of the networks: nodes that differ in it advertise different routers, and may
// both be master.
func (s *Snapshot) VirtualAddresses() uint64 {
	h := newSum()
	h.routers(s)
	for i := range s.Networks {
		h.addr(s.Networks[i].Virt4)
		h.addr(s.Networks[i].Virt6)
	}
	return uint64(h)
}

// SyncID names the network between two nodes: a hash of its number and prefixes,
// never 0.
func (n *Network) SyncID() uint32 {
	h := newSum()
	h.network(n)
	return max(uint32(h>>32)^uint32(h), 1)
}

// sum is FNV-1a of 64 bits. Each thing added has a fixed or a stated length, so
// that no two lists of things run together.
type sum uint64

func newSum() sum { return 0xcbf29ce484222325 }

func (h *sum) byte(b byte) { *h = (*h ^ sum(b)) * 0x100000001b3 }

func (h *sum) number(n int) {
	for shift := 56; shift >= 0; shift -= 8 {
		h.byte(byte(uint64(n) >> shift))
	}
}

// addr adds the length of an address in bits, 0 for none, and 16 bytes.
func (h *sum) addr(a netip.Addr) {
	h.byte(byte(a.BitLen()))
	if !a.IsValid() {
		return
	}
	for _, b := range a.As16() {
		h.byte(b)
	}
}

func (h *sum) network(n *Network) {
	h.number(n.Number)
	for _, p := range [...]netip.Prefix{n.Prefix4, n.Prefix6} {
		h.addr(p.Addr())
		h.number(p.Bits())
	}
}

func (h *sum) routers(s *Snapshot) {
	h.number(len(s.VRRP))
	for i := range s.VRRP {
		h.number(s.VRRP[i].VRID)
	}
}
