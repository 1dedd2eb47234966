package tarpit

import (
	"mire/dpdk/burst"
	"mire/engine/config"
	"mire/engine/own"
	"mire/engine/packet"
	"mire/engine/session"
	"mire/modules/tarpit/stateless"
)

// addressed returns the slots of IP packets that were sent to one of our MACs
// for another address of a watched network, with their keys in s.keys; those in
// s.plain have none. Those in usual are for a network that answers and from a source that refusePacket
// would not refuse: nearly all of a scan. Of the others usual says nothing.
func (s *stage) addressed(b *burst.Burst) (to, usual burst.Mask) {
	m := b.Undecided &^ (b.Class[burst.ClassARP] | b.Class[burst.ClassND])
	p := stateless.PlainOf(b, m)
	if p.All() != 0 {
		to, usual = s.addressedPlain(b, p)
		m &^= p.All()
	}
	s.plain = p.And(to)
	for ; m != 0; m = m.Rest() {
		i := m.First()
		at := int(b.Meta[i].Net)
		if at >= len(s.nets) {
			continue
		}
		n := &s.nets[at]
		dst, src := packet.MACsAt(b, i)
		if !n.watched() || !n.isMAC(dst) {
			continue
		}
		fine := n.mode == config.TarpitEnable && src&1 == 0
		k := &s.keys[i]
		if b.V6.Has(i) {
			srcHi, srcLo, hi, lo := packet.Addrs6At(b, i)
			k.Hi, k.Lo = hi, lo
			fine = fine && n.isUsual6(srcHi, srcLo)
		} else {
			from, a := packet.Addrs4At(b, i)
			k.Hi, k.Lo = 0, own.Map4(a)
			fine = fine && n.isUsual4(from)
		}
		k.Net, k.Kind = n.number, session.KindAddress
		to |= burst.Bit(i)
		if fine {
			usual |= burst.Bit(i)
		}
	}
	usual &^= s.w.Observer.Captured
	if len(s.snap.Ignore) > 0 {
		return to, 0
	}
	return to, usual&b.V6 | s.notServers(b, usual&^b.V6)
}

// isUsual4 tells whether an IPv4 source is another host's, as far as the
// address says; false decides nothing.
func (n *network) isUsual4(src uint32) bool {
	return src-0x01000000 < 0xe0000000-0x01000000 && src>>24 != 127 &&
		src != n.never[0] && src != n.never[1] && src != n.never[2]
}

// isUsual6 is isUsual4 for IPv6. Sources in ::/64, mapped ones among them, are
// none of the usual.
func (n *network) isUsual6(hi, lo uint64) bool {
	return hi != 0 && hi>>56 != 0xff && (hi != n.addrs.Real6.Hi || lo != n.addrs.Real6.Lo) &&
		(hi != n.addrs.Virt6.Hi || lo != n.addrs.Virt6.Lo)
}
