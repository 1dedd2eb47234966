package config

// PriorityOwner is the VRRP priority of the node that owns the virtual addresses (RFC
// 9568 section 5.2.4).
const PriorityOwner = 255

func vrrpKeys() []key[VRRP] {
	return []key[VRRP]{
		{name: "vrid", usage: "1..255", help: "virtual router identifier",
			set:  func(v *VRRP, a *args) { v.VRID = a.number(1, 255, "") },
			show: func(v *VRRP) []string { return someInt(v.VRID) }},
		{name: "priority", usage: "1..255", help: "the higher one becomes master; 255 is the owner of the address; default 100",
			set:  func(v *VRRP, a *args) { v.Priority = a.number(1, 255, "") },
			show: func(v *VRRP) []string { return unless(v.Priority, 100) }},
		{name: "network", usage: "NUMBER", help: "where adverts run; mastership covers all networks",
			set:  func(v *VRRP, a *args) { v.Network = a.number(kindNetwork.lo, kindNetwork.hi, "") },
			show: func(v *VRRP) []string { return someInt(v.Network) }},
		{name: "tracking", usage: "enable|disable", help: "take trackval of failed interfaces off the priority",
			set:  func(v *VRRP, a *args) { v.Tracking = a.flag() },
			show: func(v *VRRP) []string { return ifSet(v.Tracking, "enable") }},
		{name: "version", usage: "2|3", help: "of the protocol; default 3",
			set:  func(v *VRRP, a *args) { v.Version = a.number(2, 3, "") },
			show: func(v *VRRP) []string { return unless(v.Version, 3) }},
		{name: "family", usage: "ipv4|ipv6|both", help: "of the adverts; default: as configured on the network",
			set:  func(v *VRRP, a *args) { v.Family = a.choice(FamilyIPv4, FamilyIPv6, FamilyBoth) },
			show: func(v *VRRP) []string { return some(v.Family) }},
		{name: "interval", usage: "1..4095", help: "between adverts, in centiseconds; version 2: whole seconds up to 25500; default 100",
			set:  func(v *VRRP, a *args) { v.Interval = a.number(1, 25500, "centiseconds") },
			show: func(v *VRRP) []string { return unless(v.Interval, 100) }},
		{name: "checksum", usage: "auto|rfc5798|rfc9568", help: "with or without pseudo-header for IPv4; auto is the dialect last heard; default auto",
			set: func(v *VRRP, a *args) { v.Checksum = a.choice("auto", "rfc5798", "rfc9568") },
			show: func(v *VRRP) []string {
				if v.Checksum == "auto" {
					return nil
				}
				return some(v.Checksum)
			}},
		{name: "unicast", usage: "ADDR", help: "send adverts to this address only; default: the multicast group",
			set:  func(v *VRRP, a *args) { v.Unicast = a.addr() },
			show: func(v *VRRP) []string { return someAddr(v.Unicast) }},
		{name: "auth", usage: "PASS", help: "version 2 only: clear-text password of up to 8 bytes",
			set: func(v *VRRP, a *args) {
				v.Auth = a.text("a password", 8)
				if a.ok() && len(v.Auth) > 8 {
					a.fail(a.last, "", "%s has %d bytes, at most 8 are possible", a.what, len(v.Auth))
				}
			},
			show: func(v *VRRP) []string { return some(v.Auth) }},
		{name: "peers", usage: "any|only", help: "only: ignore adverts of any address but syncpeer; default any",
			set:  func(v *VRRP, a *args) { v.PeersOnly = a.choice("any", "only") == "only" },
			show: func(v *VRRP) []string { return ifSet(v.PeersOnly, "only") }},
	}
}

func gatewayKeys() []key[Gateway] {
	return []key[Gateway]{
		{name: "ipaddr", usage: "ADDR", help: "the next hop, IPv4 or IPv6",
			set:  func(g *Gateway, a *args) { g.Addr = a.addr() },
			show: func(g *Gateway) []string { return someAddr(g.Addr) }},
		{name: "ping", usage: "INTERVAL,DOWN", help: "check it every INTERVAL seconds; down after DOWN seconds of silence",
			set:  func(g *Gateway, a *args) { g.Check = a.check(false); g.Ping = g.Check.String() },
			show: func(g *Gateway) []string { return some(g.Ping) }},
	}
}

func unless(n, standard int) []string {
	if n == standard {
		return nil
	}
	return []string{itoa(n)}
}

func ifSet(on bool, text string) []string {
	if on {
		return []string{text}
	}
	return nil
}
