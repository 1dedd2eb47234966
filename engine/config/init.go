package config

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
)

// IfaceFacts is what is known of an interface when a first configuration is
// proposed for it.
type IfaceFacts struct {
	Name string
	// Addrs are the addresses that the host's kernel has on it, each with the
	// length of its prefix.
	Addrs []netip.Prefix
	// Taken are addresses known to be in use: gateways, neighbours.
	Taken []netip.Addr
}

// InitFile is a commented configuration for the segment of an interface, all
// of it in observe mode. Per prefix found it proposes an address for `real`
// near the upper end of the subnet (IPv6: ...::f001) that is none of those known
// to be in use, and says that it must be checked: only the person who runs the
// segment can know that it is free.
func InitFile(f IfaceFacts) string {
	var v4, v6 []netip.Prefix
	taken := map[netip.Addr]bool{}
	for _, a := range f.Taken {
		taken[a.Unmap().WithZone("")] = true
	}
	for _, p := range f.Addrs {
		a := p.Addr().Unmap().WithZone("")
		taken[a] = true
		p = netip.PrefixFrom(a, p.Bits()).Masked()
		switch {
		case !p.IsValid() || a.IsLoopback():
		case a.Is4() && p.Bits() >= 1 && p.Bits() <= 30 && !slices.Contains(v4, p):
			v4 = append(v4, p)
		case a.Is6() && p.Bits() >= 1 && p.Bits() <= 126 && !p.Overlaps(mapped) && !slices.Contains(v6, p):
			v6 = append(v6, p)
		}
	}
	// The global prefix shares a network with IPv4, link-local has its own.
	slices.SortStableFunc(v6, func(a, b netip.Prefix) int { return linkLocal(a) - linkLocal(b) })
	var w initWriter
	w.head(f)
	var numbers []string
	for n := 1; len(v4)+len(v6) > 0; n++ {
		var p4, p6 netip.Prefix
		if len(v4) > 0 {
			p4, v4 = v4[0], v4[1:]
		}
		if len(v6) > 0 && (!p4.IsValid() || linkLocal(v6[0]) == 0) {
			p6, v6 = v6[0], v6[1:]
		}
		w.network(n, p4, p6, taken)
		numbers = append(numbers, itoa(n))
	}
	w.tail(numbers)
	return w.String()
}

func linkLocal(p netip.Prefix) int {
	if p.Addr().IsLinkLocalUnicast() {
		return 1
	}
	return 0
}

type initWriter struct{ strings.Builder }

func (w *initWriter) line(format string, a ...any) { fmt.Fprintf(w, format+"\n", a...) }

func (w *initWriter) head(f IfaceFacts) {
	w.line("// Proposed by \"mire init %s\". It only observes: Mire proves which addresses", f.Name)
	w.line("// nobody has and logs what it would capture, but answers nothing for them.")
	w.line("// 1. Check each \"real\" address: it must be free and outside of DHCP pools.")
	w.line("// 2. \"mire check FILE\", then \"mire run -c FILE\", and read the log for a day.")
	w.line("// 3. Change \"tarpit observe\" to \"tarpit enable\" and \"mire reload\".")
	w.line("")
	w.line("modules   arp,ping,master,tarpit")
	w.line("")
	w.line("interface 1 {")
	w.line("          name %s", quote(f.Name))
	w.line("}")
	w.line("register  interface 1")
	w.line("enable    interface 1")
	w.line("")
}

func (w *initWriter) network(number int, p4, p6 netip.Prefix, taken map[netip.Addr]bool) {
	w.line("network   %d {", number)
	if p4.IsValid() {
		w.line("          // CHECK that %s is free: nothing here could know.", proposal(p4, taken))
		w.line("          addr %s", p4.Addr())
		w.line("          mask %s", dotted(p4.Bits())[0])
		w.line("          real %s", proposal(p4, taken))
	}
	if p6.IsValid() {
		w.line("          // CHECK that %s is free: nothing here could know.", proposal(p6, taken))
		w.line("          mask6 %d", p6.Bits())
		w.line("          real6 %s", proposal(p6, taken))
	}
	w.line("          tarpit observe")
	w.line("          interface 1")
	w.line("}")
}

func (w *initWriter) tail(numbers []string) {
	if len(numbers) == 0 {
		w.line("// The interface has no address from which to learn its networks. Fill in:")
		w.line("//network   1 {")
		w.line("//          addr 192.0.2.0")
		w.line("//          mask 255.255.255.0")
		w.line("//          real 192.0.2.250")
		w.line("//          tarpit observe")
		w.line("//          interface 1")
		w.line("//}")
		w.line("//register  network 1")
		w.line("//enable    network 1")
		return
	}
	list := strings.Join(numbers, ",")
	w.line("register  networks %s", list)
	w.line("enable    networks %s", list)
	w.line("")
	w.line("// Addresses of this host's own kernel are never captured. Neither are these:")
	w.line("//arp     ADDR")
	w.line("// Sources that must never be answered (scanners of your own, monitoring,")
	w.line("// address management):")
	w.line("//tarpit  ignore ADDR")
	w.line("// DHCP servers are found out; one that is named here need not be:")
	w.line("//dhcp    server ADDR")
}

// proposal is an address for `real`: for IPv4 the sixth from the upper end of
// the subnet (routers often have the last ones), for IPv6 the one that ends in
// f001, and downward from there past those in use. In a subnet whose upper end
// is too near it begins at the last host address.
func proposal(p netip.Prefix, taken map[netip.Addr]bool) netip.Addr {
	s := spanOf(p)
	last := s.to
	if p.Addr().Is4() {
		last = last.prev() // not the broadcast address
		if p.Bits() <= 28 {
			last.lo -= 4
		}
	} else if p.Bits() <= 112 {
		last = s.from
		last.lo |= 0xf001
	}
	for w := last; w.compare(s.from) > 0; w = w.prev() {
		if a := w.addr().Unmap(); !taken[a] {
			return a
		}
	}
	return last.addr().Unmap() // all are known to be in use; the comment says to check
}
