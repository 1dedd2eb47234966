package config

import (
	"math/bits"
	"net"
	"net/netip"
	"strconv"
	"strings"
)

// parseAddr reads an address. On failure msg says what is wrong. IPv4 in
// mapped form becomes plain IPv4.
func parseAddr(s string) (a netip.Addr, msg, hint string) {
	if strings.Contains(s, "/") {
		return a, strconv.Quote(s) + " is a prefix, an address is needed", ""
	}
	if strings.Contains(s, "%") {
		return a, strconv.Quote(s) + " has a zone", "the interface of the network says where it is: leave out the % and what follows"
	}
	a, err := netip.ParseAddr(s)
	if err == nil {
		return a.Unmap(), "", ""
	}
	if msg, hint := incomplete(s); msg != "" {
		return a, msg, hint
	}
	return a, strconv.Quote(s) + " is no address", `write IPv4 as "192.0.2.1" and IPv6 as "2001:db8::1"`
}

// incomplete explains an address of which a part is missing, as it happens
// when text is copied out of a document.
func incomplete(s string) (msg, hint string) {
	low := strings.ToLower(s)
	parts := strings.Split(s, ".")
	switch {
	case low == "::ffff:" || low == "::ffff:0:" || strings.HasPrefix(low, "::ffff:") && strings.Trim(low[7:], "0123456789.") == "":
		return "incomplete address " + strconv.Quote(s) + ": its IPv4 part is missing or cut short", `write all of it, such as "::ffff:192.0.2.1", or just "192.0.2.1"`
	case strings.Contains(s, ":") && strings.Trim(low, "0123456789abcdef:") == "" &&
		(strings.HasSuffix(s, ":") || !strings.Contains(s, "::") && strings.Count(s, ":") < 7):
		return "incomplete address " + strconv.Quote(s) + ": an IPv6 address has eight groups, or \"::\" for those that are zero", ""
	case len(s) > 0 && len(parts) < 5 && strings.Trim(s, "0123456789.") == "" && (len(parts) < 4 || strings.HasSuffix(s, ".")):
		return "incomplete address " + strconv.Quote(s) + ": an IPv4 address has four numbers", ""
	}
	return "", ""
}

// parsePrefix reads ADDR/LEN, or ADDR as a prefix of one address. Host bits
// are cleared.
func parsePrefix(s string) (p netip.Prefix, msg, hint string) {
	host, length, has := strings.Cut(s, "/")
	a, msg, hint := parseAddr(host)
	if msg != "" {
		return p, msg, hint
	}
	if !has {
		return netip.PrefixFrom(a, a.BitLen()), "", ""
	}
	n, ok := digits(length)
	if ok && a.Is4() && strings.Contains(host, ":") {
		n -= 96 // written in mapped form, with the length of that
	}
	if !ok || n < 0 || n > a.BitLen() {
		return p, "the prefix length of " + strconv.Quote(s) + " is not " + rangeText(0, a.BitLen(), ""), ""
	}
	return netip.PrefixFrom(a, n).Masked(), "", ""
}

// addr takes an address of either family that a host can have.
func (a *args) addr() netip.Addr { return a.hostAddr("an IPv4 or IPv6 address", 0) }

// addr4 takes an IPv4 address that a host can have.
func (a *args) addr4() netip.Addr { return a.hostAddr("an IPv4 address", 4) }

// addr6 takes an IPv6 address that a host can have.
func (a *args) addr6() netip.Addr { return a.hostAddr("an IPv6 address", 6) }

func (a *args) hostAddr(usage string, family int) netip.Addr {
	w := a.next(usage)
	if a.bad {
		return netip.Addr{}
	}
	ip, msg, hint := parseAddr(w.text)
	switch {
	case msg != "":
		a.fail(w, hint, "%s", msg)
	case family == 4 && !ip.Is4():
		a.fail(w, a.otherFamily("6"), "%s is an IPv4 address, %s is IPv6", a.what, ip)
	case family == 6 && !ip.Is6():
		a.fail(w, a.otherFamily(""), "%s is an IPv6 address, %s is IPv4", a.what, ip)
	case ip.IsUnspecified() || ip.IsLoopback() || ip.IsMulticast() || ip == netip.AddrFrom4([4]byte{255, 255, 255, 255}):
		a.fail(w, "", "%s is no address that a host on a segment can have", ip)
	}
	if a.bad {
		return netip.Addr{}
	}
	return ip
}

// otherFamily is the hint for an address of the wrong family: the keys of both
// differ by a 6 at their end.
func (a *args) otherFamily(suffix string) string {
	i := strings.LastIndexByte(a.what, ' ') + 1
	return `write "` + strings.TrimSuffix(a.what[i:], "6") + suffix + `" for it`
}

// network takes an IPv4 network address.
func (a *args) network4() netip.Addr {
	w := a.next("an IPv4 network address")
	if a.bad {
		return netip.Addr{}
	}
	host, _, both := strings.Cut(w.text, "/")
	ip, msg, hint := parseAddr(host)
	switch {
	case msg != "":
		a.fail(w, hint, "%s", msg)
	case both:
		a.fail(w, `write "addr `+host+`" and the length with "mask"`, "%s takes no prefix length", a.what)
	case !ip.Is4():
		a.fail(w, `an IPv6 network is given by "real6" and "mask6"`, "%s is an IPv4 address, %s is IPv6", a.what, ip)
	case ip.IsMulticast() || ip.IsLoopback():
		a.fail(w, "", "%s is no network of hosts", ip)
	}
	if a.bad {
		return netip.Addr{}
	}
	return ip
}

// mask4 takes an IPv4 mask, dotted or as a length, and returns its length.
func (a *args) mask4() int {
	w := a.next("a mask such as 255.255.255.0 or 24")
	if a.bad {
		return 0
	}
	text := strings.TrimPrefix(w.text, "/")
	if n, ok := digits(text); ok {
		if n < 1 || n > 32 {
			a.fail(w, "", "%s is 1..32 or dotted, %s is outside", a.what, w.text)
		}
		return n
	}
	ip, msg, hint := parseAddr(text)
	if msg != "" || !ip.Is4() {
		a.fail(w, hint, "%s is a mask such as 255.255.255.0 or a length such as 24, not %q", a.what, w.text)
		return 0
	}
	b := ip.As4()
	m := uint32(b[0])<<24 | uint32(b[1])<<16 | uint32(b[2])<<8 | uint32(b[3])
	n := bits.LeadingZeros32(^m)
	if m<<n != 0 || n == 0 {
		a.fail(w, "", "%s %s is no mask: its ones must be on the left, without a gap, and at least one", a.what, w.text)
		return 0
	}
	return n
}

// mask6 takes the length of an IPv6 prefix.
func (a *args) mask6() int {
	if len(a.rest) > 0 {
		a.rest[0].text = strings.TrimPrefix(a.rest[0].text, "/")
	}
	return a.number(1, 128, "bits")
}

// addrRange takes A-B, A, or a prefix.
func (a *args) addrRange() Range {
	w := a.next("ADDR, ADDR-ADDR or a prefix")
	if a.bad {
		return Range{}
	}
	from, to, both := strings.Cut(w.text, "-")
	if !both {
		p, msg, hint := parsePrefix(w.text)
		if msg != "" {
			a.fail(w, hint, "%s", msg)
			return Range{}
		}
		return rangeOf(p)
	}
	f, msg, hint := parseAddr(from)
	if msg == "" {
		var t netip.Addr
		if t, msg, hint = parseAddr(to); msg == "" {
			switch {
			case f.BitLen() != t.BitLen():
				msg = "the range " + strconv.Quote(w.text) + " mixes IPv4 and IPv6"
			case t.Less(f):
				msg, hint = "the range "+strconv.Quote(w.text)+" runs backwards", "write "+to+"-"+from
			default:
				return Range{f, t}
			}
		}
	}
	a.fail(w, hint, "%s", msg)
	return Range{}
}

// rangeOf is all of a prefix.
func rangeOf(p netip.Prefix) Range {
	s := spanOf(p)
	last := s.to.addr()
	if p.Addr().Is4() {
		last = last.Unmap()
	}
	return Range{p.Masked().Addr(), last}
}

// String is the range as written in the configuration: one address, a prefix
// when it is exactly that, or FROM-TO.
func (r Range) String() string {
	if r.From == r.To {
		return r.From.String()
	}
	for n := r.From.BitLen() - 1; n >= 0; n-- {
		p := netip.PrefixFrom(r.From, n)
		if p.Masked().Addr() != r.From {
			break
		}
		if rangeOf(p).To == r.To {
			return p.String()
		}
	}
	return r.From.String() + "-" + r.To.String()
}

// mac takes an Ethernet address of one station.
func (a *args) mac() MAC {
	w := a.next("an Ethernet address such as 02:00:5e:10:00:01")
	if a.bad {
		return MAC{}
	}
	hw, err := net.ParseMAC(w.text)
	if err != nil || len(hw) != 6 {
		a.fail(w, `write six pairs of digits, such as "02:00:5e:10:00:01"`, "%q is no Ethernet address", w.text)
		return MAC{}
	}
	if hw[0]&1 != 0 {
		a.fail(w, "", "%s is a group address, no station sends with it", w.text)
		return MAC{}
	}
	return MAC(hw)
}

// String is the address in lower case with colons.
func (m MAC) String() string { return net.HardwareAddr(m[:]).String() }

// quote writes a value as the language wants it: bare if possible.
func quote(s string) string {
	if s == "" || strings.HasPrefix(s, "//") || strings.HasPrefix(s, "#") || strings.ContainsAny(s, " \t{}") {
		return `"` + s + `"`
	}
	return s
}

func itoa(n int) string { return strconv.Itoa(n) }
