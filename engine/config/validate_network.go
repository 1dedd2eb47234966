package config

import (
	"fmt"
	"net/netip"
	"slices"
)

// validateNetwork checks one registered network by itself and against its
// interface.
func (c *Config) validateNetwork(r *reporter, o *object[network]) {
	n, title := &o.v, kindNetwork.title(o.number)
	switch {
	case !o.has("interface"):
		r.errorf(o.at, `add "interface 1"`, "%s is on no interface", title)
	case n.Interface != 0 && c.interfaces.objects[n.Interface] == nil:
		hint := `define it with "interface ` + itoa(n.Interface) + ` { name eth0 }"`
		if all := c.interfaces.numbers(); len(all) > 0 {
			hint = "defined: " + numberList(all)[0]
		}
		r.errorf(o.key("interface"), hint, "%s is on interface %d, which is not defined", title, n.Interface)
	}
	has4 := o.has("addr") || o.has("mask") || o.has("real") || o.has("virt")
	has6 := o.has("mask6") || o.has("real6") || o.has("virt6")
	if !has4 && !has6 {
		r.errorf(o.at, `IPv4 is "addr", "mask", "real"; IPv6 is "mask6", "real6"`, "%s has no addresses", title)
	}
	if has4 {
		needs(r, o, "addr", "mask", "real")
		if n.Prefix4.IsValid() {
			if n.addr != n.Prefix4.Addr() {
				r.warnf(o.key("addr"), "", "%s: addr %s is not the first of its network, %s is taken", title, n.addr, n.Prefix4.Addr())
			}
			inside(r, o, "real", n.Real4, n.Prefix4)
			inside(r, o, "virt", n.Virt4, n.Prefix4)
		}
		differ(r, o, "virt", n.Virt4, "real", n.Real4)
	}
	if has6 {
		needs(r, o, "mask6", "real6")
		if n.Prefix6.IsValid() {
			if n.Prefix6.Overlaps(mapped) {
				r.errorf(o.key("mask6"), "", "%s: the prefix %s holds the IPv4-mapped addresses, which never appear on a segment", title, n.Prefix6)
			}
			inside(r, o, "real6", n.Real6, n.Prefix6)
			inside(r, o, "virt6", n.Virt6, n.Prefix6)
		}
		differ(r, o, "virt6", n.Virt6, "real6", n.Real6)
	}
	checkPeer(r, o)
	for _, e := range n.Exempt {
		if p := n.prefixFor(e.From); p.IsValid() && !touches(e, p) || !p.IsValid() && (n.Prefix4.IsValid() || n.Prefix6.IsValid()) {
			r.warnf(o.key("tarpit exempt"), "", "%s: exempt %s lies outside of the network: nothing there is captured anyway", title, e)
		}
	}
}

// mapped are the IPv4-mapped IPv6 addresses.
var mapped = netip.PrefixFrom(netip.AddrFrom16([16]byte{10: 0xff, 11: 0xff}), 96)

// needs reports keys that are missing beside those that were given.
func needs(r *reporter, o *object[network], names ...string) {
	for _, name := range names {
		if o.has(name) {
			continue
		}
		hint := ""
		if n := &o.v; name == "addr" && n.Real4.IsValid() && n.mask4 > 0 {
			hint = fmt.Sprintf(`add "addr %s"`, netip.PrefixFrom(n.Real4, n.mask4).Masked().Addr())
		}
		r.errorf(o.at, hint, "network %d has no %s", o.number, name)
	}
}

// inside demands that an own address be a host of the prefix.
func inside(r *reporter, o *object[network], name string, a netip.Addr, p netip.Prefix) {
	if !a.IsValid() {
		return
	}
	title := kindNetwork.title(o.number)
	s, w := spanOf(p), words(a)
	switch {
	case !p.Contains(a):
		r.errorf(o.key(name), "", "%s: %s %s is not in %s", title, name, a, p)
	case a.Is4() && p.Bits() <= 30 && w == s.from:
		r.errorf(o.key(name), "", "%s: %s %s is the network address of %s", title, name, a, p)
	case a.Is4() && p.Bits() <= 30 && w == s.to:
		r.errorf(o.key(name), "", "%s: %s %s is the broadcast address of %s", title, name, a, p)
	case a.Is6() && p.Bits() <= 126 && w == s.from:
		r.errorf(o.key(name), "", "%s: %s %s is the subnet-router anycast address of %s", title, name, a, p)
	}
}

// differ demands that two own addresses not be the same.
func differ(r *reporter, o *object[network], name string, a netip.Addr, other string, b netip.Addr) {
	if a.IsValid() && a == b {
		r.errorf(o.key(name), "each node has a real address, both share the virtual one", "network %d: %s and %s are the same address %s", o.number, name, other, a)
	}
}

// checkPeer checks syncpeer, the real address of the other node.
func checkPeer(r *reporter, o *object[network]) {
	n := &o.v
	if !n.SyncPeer.IsValid() {
		return
	}
	a, p := n.SyncPeer, n.prefixFor(n.SyncPeer)
	switch {
	case n.Owns(a):
		r.errorf(o.key("syncpeer"), "", "network %d: syncpeer %s is an address of this node", o.number, a)
	case p.IsValid():
		inside(r, o, "syncpeer", a, p)
	case n.Prefix4.IsValid() || n.Prefix6.IsValid():
		r.errorf(o.key("syncpeer"), "", "network %d: syncpeer %s is of a family that the network does not have", o.number, a)
	}
}

// prefixFor is the prefix of the family of an address.
func (n *Network) prefixFor(a netip.Addr) netip.Prefix {
	if a.Is4() {
		return n.Prefix4
	}
	return n.Prefix6
}

func touches(e Range, p netip.Prefix) bool {
	s := spanOf(p)
	return words(e.From).compare(s.to) <= 0 && words(e.To).compare(s.from) >= 0
}

// validateSegments compares the registered networks of each interface and tag.
func (c *Config) validateSegments(r *reporter) {
	type segment struct {
		iface int
		vlan  uint16
	}
	on := map[segment][]*object[network]{}
	for _, o := range c.networks.whole() {
		s := segment{o.v.Interface, o.v.VLAN}
		if s.iface == 0 || s.vlan == 0 && o.has("vlan") {
			continue // unknown, and reported already
		}
		for _, other := range on[s] {
			c.comparePair(r, o, other)
		}
		on[s] = append(on[s], o)
	}
}

func (c *Config) comparePair(r *reporter, o, other *object[network]) {
	n, m := &o.v, &other.v
	where := fmt.Sprintf("both are on interface %d", n.Interface)
	if n.VLAN != 0 {
		where += fmt.Sprintf(" vlan %d", n.VLAN)
	}
	if n.Prefix4.IsValid() && m.Prefix4.IsValid() && n.Prefix4.Overlaps(m.Prefix4) {
		r.errorf(o.key("addr"), where, "network %d: %s overlaps %s of network %d", o.number, n.Prefix4, m.Prefix4, other.number)
	}
	if n.Prefix6.IsValid() && m.Prefix6.IsValid() && n.Prefix6.Overlaps(m.Prefix6) {
		r.errorf(o.key("real6"), where, "network %d: %s overlaps %s of network %d", o.number, n.Prefix6, m.Prefix6, other.number)
	}
	for _, own := range n.own() {
		if own.addr.IsValid() && m.Owns(own.addr) {
			r.errorf(o.key(own.key), where, "network %d: %s %s is an address of network %d too", o.number, own.key, own.addr, other.number)
		}
	}
}

type ownAddr struct {
	key  string
	addr netip.Addr
}

func (n *Network) own() []ownAddr {
	return []ownAddr{{"real", n.Real4}, {"virt", n.Virt4}, {"real6", n.Real6}, {"virt6", n.Virt6}}
}

// validateBalancing checks gateways, servers and targets.
func (c *Config) validateBalancing(r *reporter) {
	type holder struct {
		title string
		key   string
	}
	own := map[netip.Addr]holder{}
	for _, o := range c.networks.whole() {
		for _, a := range o.v.own() {
			if a.addr.IsValid() {
				own[a.addr] = holder{kindNetwork.title(o.number), a.key}
			}
		}
	}
	clash := func(p place, title string, a netip.Addr) {
		if h, ours := own[a]; ours && a.IsValid() {
			r.errorf(p, "", "%s: %s is already %s of %s", title, a, h.key, h.title)
		}
	}
	for _, o := range c.gateways.whole() {
		title := kindGateway.title(o.number)
		if !o.has("ipaddr") {
			r.errorf(o.at, `add "ipaddr ADDR"`, "%s has no ipaddr", title)
		}
		clash(o.key("ipaddr"), title, o.v.Addr)
	}
	for _, o := range c.servers.whole() {
		title := kindServer.title(o.number)
		if !o.has("ipaddr") && !o.has("ipaddr6") {
			r.errorf(o.at, `add "ipaddr" or "ipaddr6"`, "%s has no address", title)
		}
		for _, list := range []struct {
			key string
			n   []int
		}{{"targets", o.v.Targets}, {"backuptargets", o.v.BackupTargets}} {
			var missing []numberSpan
			for _, n := range slices.Compact(slices.Sorted(slices.Values(list.n))) {
				if c.targets.objects[n] != nil {
					continue
				}
				if i := len(missing) - 1; i >= 0 && missing[i].to == n-1 {
					missing[i].to = n
				} else {
					missing = append(missing, numberSpan{from: n, to: n})
				}
			}
			if len(missing) > 0 {
				r.errorf(o.key(list.key), "", "%s %s: %s not defined", title, list.key, kindTarget.several(missing))
			}
		}
	}
	for _, o := range c.targets.whole() {
		title := kindTarget.title(o.number)
		if !o.has("ipaddr") && !o.has("ipaddr6") {
			r.errorf(o.at, `add "ipaddr" or "ipaddr6"`, "%s has no address", title)
		}
		clash(o.key("ipaddr"), title, o.v.ip4)
		clash(o.key("ipaddr6"), title, o.v.ip6)
	}
}
