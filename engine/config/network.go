package config

import (
	"net/netip"
	"slices"
)

// network is a network as configured, before its prefixes are computed.
type network struct {
	Network
	addr         netip.Addr
	mask4, mask6 int // 0 = not given
	policy       *Policy
}

func networkKeys() []key[network] {
	return []key[network]{
		{name: "name", usage: "NAME", help: "shown beside the number",
			set:  func(n *network, a *args) { n.Name = a.text("a name", 64) },
			show: func(n *network) []string { return some(n.Name) }},
		{name: "addr", usage: "IPv4", help: "the IPv4 network address",
			set:  func(n *network, a *args) { n.addr = a.network4() },
			show: func(n *network) []string { return someAddr(n.addr) }},
		{name: "mask", usage: "MASK", help: "its mask, dotted or as a length 1..32",
			set:  func(n *network, a *args) { n.mask4 = a.mask4() },
			show: func(n *network) []string { return dotted(n.mask4) }},
		{name: "real", usage: "IPv4", help: "this node's own address",
			set:  func(n *network, a *args) { n.Real4 = a.addr4() },
			show: func(n *network) []string { return someAddr(n.Real4) }},
		{name: "virt", usage: "IPv4", help: "the address that the master of two nodes holds",
			set:  func(n *network, a *args) { n.Virt4 = a.addr4() },
			show: func(n *network) []string { return someAddr(n.Virt4) }},
		{name: "mask6", usage: "LEN", help: "length of the IPv6 prefix, 1..128; the prefix itself is that of real6",
			set:  func(n *network, a *args) { n.mask6 = a.mask6() },
			show: func(n *network) []string { return someInt(n.mask6) }},
		{name: "real6", usage: "IPv6", help: "this node's own address",
			set:  func(n *network, a *args) { n.Real6 = a.addr6() },
			show: func(n *network) []string { return someAddr(n.Real6) }},
		{name: "virt6", usage: "IPv6", help: "the address that the master of two nodes holds",
			set:  func(n *network, a *args) { n.Virt6 = a.addr6() },
			show: func(n *network) []string { return someAddr(n.Virt6) }},
		{name: "syncpeer", usage: "ADDR", help: "real or real6 of the other node: both keep one table; the first one of a running node needs a restart",
			set:  func(n *network, a *args) { n.SyncPeer = a.addr() },
			show: func(n *network) []string { return someAddr(n.SyncPeer) }},
		{name: "nat", usage: "inside|outside", help: "side of the general NAT",
			set:  func(n *network, a *args) { n.NAT = a.choice("inside", "outside") },
			show: func(n *network) []string { return some(n.NAT) }},
		{name: "vlan", usage: "1..4094", help: "only frames with this 802.1Q tag; kept on replies",
			set:  func(n *network, a *args) { n.VLAN = uint16(a.number(1, 4094, "")) },
			show: func(n *network) []string { return someInt(int(n.VLAN)) }},
		{name: "mac", usage: "port", help: "answer with the port's own MAC, for places that allow only one",
			set: func(n *network, a *args) { n.MACPort = a.choice("port") == "port" },
			show: func(n *network) []string {
				if n.MACPort {
					return []string{"port"}
				}
				return nil
			}},
		{name: "tarpit", usage: "enable|disable|observe", help: "capture unused addresses; observe only logs what would be captured",
			set: func(n *network, a *args) {
				switch a.tarpitWord() {
				case "enable":
					n.Tarpit = TarpitEnable
				case "observe":
					n.Tarpit = TarpitObserve
				default:
					n.Tarpit = TarpitDisable
				}
			},
			show: func(n *network) []string {
				if n.Tarpit == TarpitDisable {
					return nil
				}
				return []string{n.Tarpit.String()}
			}},
		{name: "tarpit policy", usage: "slam|synack|mute|clamp WINDOW", help: "how held connections are answered; default: set tarpitpolicy",
			set: func(n *network, a *args) { p := a.policy(); n.policy = &p },
			show: func(n *network) []string {
				if n.policy == nil {
					return nil
				}
				return []string{n.policy.String()}
			}},
		{name: "tarpit hearing", usage: "proven|assume", help: "assume: capture although nobody on the segment ever answers an ARP request or a solicitation",
			set: func(n *network, a *args) {
				n.Hearing = HearingProven
				if a.choice("proven", "assume") == "assume" {
					n.Hearing = HearingAssume
				}
			},
			show: func(n *network) []string {
				if n.Hearing == HearingAssume {
					return []string{"assume"}
				}
				return nil
			}},
		{name: "tarpit exempt", usage: "ADDR|ADDR-ADDR|PREFIX", help: "never captured; may be repeated", repeat: true,
			set: func(n *network, a *args) {
				r := a.addrRange()
				if a.ok() && !slices.Contains(n.Exempt, r) {
					n.Exempt = append(slices.Clone(n.Exempt), r)
				}
			},
			show: func(n *network) []string {
				var out []string
				for _, r := range n.Exempt {
					out = append(out, r.String())
				}
				return out
			}},
		{name: "interface", usage: "NUMBER", help: "the interface it is on; two networks may share one",
			set:  func(n *network, a *args) { n.Interface = a.number(kindInterface.lo, kindInterface.hi, "") },
			show: func(n *network) []string { return someInt(n.Interface) }},
	}
}

// tarpitWord is the word behind `tarpit` in a network.
func (a *args) tarpitWord() string {
	const usage = "enable, disable, observe, policy, hearing or exempt"
	w := a.next(usage)
	all := []string{"enable", "disable", "observe", "policy", "hearing", "exempt"}
	if !a.bad && !slices.Contains(all[:3], w.text) {
		hint := didYouMean(Nearest(w.text, all))
		if w.text == "ignore" || w.text == "distrust" {
			hint = `"tarpit ` + w.text + `" holds for all networks: it stands outside of blocks`
		}
		a.fail(w, hint, "%s is %s, not %q", a.what, usage, w.text)
	}
	return w.text
}

// String is the mode as written in the configuration.
func (m TarpitMode) String() string {
	switch m {
	case TarpitEnable:
		return "enable"
	case TarpitObserve:
		return "observe"
	}
	return "disable"
}

// compute fills the prefixes from what was configured.
func (n *network) compute() {
	n.Prefix4, n.Prefix6 = netip.Prefix{}, netip.Prefix{}
	if n.addr.IsValid() && n.mask4 > 0 {
		n.Prefix4 = netip.PrefixFrom(n.addr, n.mask4).Masked()
	}
	if n.Real6.IsValid() && n.mask6 > 0 {
		n.Prefix6 = netip.PrefixFrom(n.Real6, n.mask6).Masked()
	}
}

func dotted(bits int) []string {
	if bits == 0 {
		return nil
	}
	m := ^uint32(0) << (32 - bits)
	return []string{netip.AddrFrom4([4]byte{byte(m >> 24), byte(m >> 16), byte(m >> 8), byte(m)}).String()}
}

func some(s string) []string {
	if s == "" {
		return nil
	}
	return []string{quote(s)}
}

func someInt(n int) []string {
	if n == 0 {
		return nil
	}
	return []string{itoa(n)}
}

func someAddr(a netip.Addr) []string {
	if !a.IsValid() {
		return nil
	}
	return []string{a.String()}
}
