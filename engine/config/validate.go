package config

import "slices"

// validate looks at the whole: what single values cannot show. Objects with a
// life cycle are checked from their registration on, so that they can be put
// together and changed line by line before.
func (c *Config) validate(r *reporter) {
	for _, o := range c.networks.objects {
		o.v.compute()
	}
	c.validateInterfaces(r)
	for _, o := range c.networks.whole() {
		c.validateNetwork(r, o)
	}
	c.validateSegments(r)
	c.validateVRRP(r)
	c.validateBalancing(r)
	if !r.failed() { // after an error they would only be its echo
		c.warnInactive(r)
		c.warnChain(r)
		c.warnPeers(r)
	}
}

func (c *Config) validateInterfaces(r *reporter) {
	names, devices := map[string]int{}, map[string]int{}
	for _, o := range c.interfaces.whole() {
		f := &o.v
		title := kindInterface.title(o.number)
		kernel := f.Access == AccessRaw || f.Access == AccessAFXDP
		if f.Name == "" {
			if kernel && !o.has("name") {
				r.errorf(o.at, `add "name eth0", with the name that "ip link" shows`, "%s has no name", title)
			}
		} else if why := kernelName(f.Name); kernel && why != "" {
			r.errorf(o.key("name"), "", "%s: no kernel interface can be named %q: it %s", title, f.Name, why)
		} else if why := driverName(f.Name); kernel && why != "" {
			r.errorf(o.key("name"), renameHint, "%s: no driver takes the name %q: it %s", title, f.Name, why)
		} else if other, twice := names[f.Name]; twice && kernel {
			r.errorf(o.key("name"), "two networks may share one interface", "%s has the same name as interface %d", title, other)
		} else if kernel {
			names[f.Name] = o.number
		}
		if f.Device == "" {
			continue
		}
		if other, twice := devices[f.Device]; twice {
			r.errorf(o.key("access"), "", "%s is the same device as interface %d", title, other)
		}
		devices[f.Device] = o.number
	}
}

func (c *Config) validateVRRP(r *reporter) {
	first := true
	for _, o := range c.vrrp.sorted() {
		if !first {
			r.errorf(o.at, "its role covers all networks", "a node has one vrrp section, this is another")
			continue
		}
		first = false
		v := &o.v
		if !o.has("vrid") {
			r.errorf(o.at, `add "vrid 1", the same on both nodes`, "vrrp has no vrid")
		}
		if !o.has("network") {
			r.errorf(o.at, `add "network 1": where its adverts run`, "vrrp has no network")
		}
		if v.Version == 2 && (v.Family == FamilyIPv6 || v.Family == FamilyBoth) {
			r.errorf(o.key("family"), `IPv6 needs "version 3"`, "vrrp version 2 has no family %s", v.Family)
		}
		if v.Version == 2 && (v.Interval%100 != 0) {
			r.errorf(o.key("interval"), "it is given in centiseconds: 100 is one second", "vrrp version 2 counts whole seconds, %d centiseconds are none", v.Interval)
		}
		if v.Version == 3 && v.Interval > 4095 {
			r.errorf(o.key("interval"), "", "vrrp version 3 has an interval 1..4095 centiseconds, %d is outside", v.Interval)
		}
		if v.Version == 3 && v.Auth != "" {
			r.errorf(o.key("auth"), `take "auth" out, or set "version 2"`, "vrrp version 3 has no authentication (RFC 5798 section 9)")
		}
		if v.Network != 0 {
			c.validateVRRPNetwork(r, o)
		}
	}
}

func (c *Config) validateVRRPNetwork(r *reporter, o *object[VRRP]) {
	v := &o.v
	n := c.networks.objects[v.Network]
	if n == nil {
		r.errorf(o.key("network"), "", "vrrp runs on network %d, which is not defined", v.Network)
		return
	}
	if n.state == defined {
		return // not looked at yet
	}
	has4, has6 := n.v.Prefix4.IsValid(), n.v.Prefix6.IsValid()
	want4 := v.Family == FamilyIPv4 || v.Family == FamilyBoth
	want6 := v.Family == FamilyIPv6 || v.Family == FamilyBoth
	if want4 && !has4 && has6 || want6 && !has6 && has4 {
		r.errorf(o.key("family"), "", "vrrp family %s does not fit network %d, which has only one family", v.Family, v.Network)
	}
	if v.Version == 2 && has6 && !has4 {
		r.errorf(o.key("network"), `IPv6 needs "version 3"`, "vrrp version 2 cannot run on network %d, which is IPv6 only", v.Network)
	}
	if v.Unicast.IsValid() && (v.Unicast.Is4() && !has4 && has6 || v.Unicast.Is6() && !has6 && has4) {
		r.errorf(o.key("unicast"), "", "vrrp unicast %s is not of the family of network %d", v.Unicast, v.Network)
	}
}

// warnInactive names what was written but does nothing.
func (c *Config) warnInactive(r *reporter) {
	for _, s := range c.sections() {
		if !s.about().cycle {
			continue
		}
		for _, n := range s.numbers() {
			if st, at := s.life(n); *st == defined {
				title := s.about().title(n)
				r.warnf(at, `it stays inactive until "register `+title+`" and "enable `+title+`"`, "%s is defined but not registered", title)
			}
		}
	}
	for _, o := range c.networks.active() {
		f := c.interfaces.objects[o.v.Interface]
		if f != nil && f.state != enabled {
			title := kindInterface.title(f.number)
			r.warnf(o.key("interface"), `"register `+title+`" and "enable `+title+`"`, "network %d stays inactive: %s is not enabled", o.number, title)
		}
	}
}

func (c *Config) warnChain(r *reporter) {
	in := func(name string) bool { return slices.Contains(c.modules, name) }
	for _, o := range c.networks.active() {
		if o.v.Tarpit != TarpitDisable && !in("tarpit") {
			r.warnf(o.key("tarpit"), `add "tarpit" between "master" and "slb" in "modules"`, "network %d has a tarpit, but the chain has no module of that name", o.number)
			break
		}
	}
	for _, o := range c.vrrp.sorted() {
		if !in("vrrp") {
			r.warnf(o.at, `put "vrrp" first in "modules"`, "there is a vrrp section, but the chain has no module of that name")
		} else if !in("master") && in("tarpit") {
			r.warnf(o.at, `put "master" before "tarpit" in "modules"`, "without the module master a backup node would answer too")
		}
	}
}

// warnPeers names what keeps two nodes from being one.
func (c *Config) warnPeers(r *reporter) {
	carrier := 0
	for _, o := range c.networks.active() {
		switch {
		case !o.v.SyncPeer.IsValid():
		case carrier != 0:
			r.warnf(o.key("syncpeer"), "one session carries the entries of all networks", "network %d: syncpeer %s is not talked to, network %d has one already", o.number, o.v.SyncPeer, carrier)
		default:
			carrier = o.number
			if len(c.vrrp.sorted()) == 0 {
				r.warnf(o.key("syncpeer"), `add "vrrp { vrid 1 network `+itoa(carrier)+` }" on both nodes`, "network %d has a syncpeer, but nothing elects a master: both nodes would answer", carrier)
			}
		}
	}
}
