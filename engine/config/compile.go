package config

import (
	"cmp"
	"net/netip"
	"slices"
)

// Snapshot validates the whole and returns it in the form that workers read:
// immutable, sealed, with the enabled objects only. Ports are NoPort until
// Bind. The error is of type Problems.
func (c *Config) Snapshot() (*Snapshot, error) {
	r := &reporter{}
	d := c.clone() // validate computes prefixes
	d.validate(r)
	if r.failed() {
		return nil, r.problems().Err()
	}
	return d.compile().Seal(), nil
}

func (c *Config) compile() *Snapshot {
	s := &Snapshot{
		Hostname: c.hostname,
		Modules:  slices.Clone(c.modules),
		ARP:      slices.SortedFunc(slices.Values(c.arp), netip.Addr.Compare),
		DHCP:     slices.SortedFunc(slices.Values(c.dhcp), netip.Addr.Compare),
		Ignore:   slices.SortedFunc(slices.Values(c.ignore), compareIgnore),
		Distrust: slices.SortedFunc(slices.Values(c.distrust), compareMAC),
		Settings: c.settings,
	}
	for _, o := range c.interfaces.active() {
		f := o.v
		f.Number, f.Port = o.number, NoPort
		s.Interfaces = append(s.Interfaces, f)
	}
	for _, o := range c.networks.sorted() {
		n := o.v.Network
		if o.state != enabled || !c.interfaces.enabled(n.Interface) {
			s.Reserved = append(s.Reserved, addrs(n.Real4, n.Virt4, n.Real6, n.Virt6, n.SyncPeer)...)
			continue
		}
		n.Number, n.Port = o.number, NoPort
		n.Policy = c.settings.Policy
		if o.v.policy != nil {
			n.Policy = *o.v.policy
		}
		n.Exempt = slices.SortedFunc(slices.Values(n.Exempt), compareRange)
		s.Networks = append(s.Networks, n)
	}
	for _, o := range c.vrrp.active() {
		v := o.v
		v.Number = o.number
		if v.Family == "" {
			v.Family = c.familyOf(&v)
		}
		s.VRRP = append(s.VRRP, v)
	}
	for _, o := range c.gateways.active() {
		g := o.v
		g.Number = o.number
		s.Gateways = append(s.Gateways, g)
	}
	for _, o := range c.servers.sorted() {
		v := o.v.Server
		v.Number, v.Addrs = o.number, addrs(o.v.ip4, o.v.ip6)
		if o.state == enabled {
			s.Servers = append(s.Servers, v)
		} else {
			s.Reserved = append(s.Reserved, v.Addrs...)
		}
	}
	for _, o := range c.targets.sorted() {
		v := o.v.Target
		v.Number, v.Addrs = o.number, addrs(o.v.ip4, o.v.ip6)
		if o.state == enabled {
			s.Targets = append(s.Targets, v)
		} else {
			s.Reserved = append(s.Reserved, v.Addrs...)
		}
	}
	slices.SortFunc(s.Reserved, netip.Addr.Compare)
	s.Reserved = slices.Compact(s.Reserved)
	return s
}

// familyOf is the family of adverts that nobody chose: those of the network;
// version 2 knows only IPv4.
func (c *Config) familyOf(v *VRRP) string {
	o := c.networks.objects[v.Network]
	switch {
	case v.Unicast.Is4():
		return FamilyIPv4
	case v.Unicast.Is6():
		return FamilyIPv6
	case v.Version == 2 || o == nil || !o.v.Prefix6.IsValid():
		return FamilyIPv4
	case !o.v.Prefix4.IsValid():
		return FamilyIPv6
	}
	return FamilyBoth
}

func compareRange(a, b Range) int {
	return cmp.Or(a.From.Compare(b.From), a.To.Compare(b.To))
}

func compareIgnore(a, b Ignore) int {
	return cmp.Or(a.Prefix.Addr().Compare(b.Prefix.Addr()), cmp.Compare(a.Prefix.Bits(), b.Prefix.Bits()), cmp.Compare(a.Port, b.Port))
}

func compareMAC(a, b MAC) int { return cmp.Compare(macWord(a), macWord(b)) }

// InterfaceByNumber finds an enabled interface; nil when there is none.
func (s *Snapshot) InterfaceByNumber(number int) *Interface {
	for i := range s.Interfaces {
		if s.Interfaces[i].Number == number {
			return &s.Interfaces[i]
		}
	}
	return nil
}

// NetworkByNumber finds an enabled network; nil when there is none.
func (s *Snapshot) NetworkByNumber(number int) *Network {
	for i := range s.Networks {
		if s.Networks[i].Number == number {
			return &s.Networks[i]
		}
	}
	return nil
}

// SyncNetwork is the network on which this node talks with its peer: the lowest
// numbered one with a syncpeer, nil when there is none.
func (s *Snapshot) SyncNetwork() *Network {
	for i := range s.Networks {
		if s.Networks[i].SyncPeer.IsValid() {
			return &s.Networks[i]
		}
	}
	return nil
}
