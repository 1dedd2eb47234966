package segment

import (
	"mire/dpdk/burst"
	"mire/engine/packet"
)

// Locate fills Meta.Net of every undecided slot of a parsed burst: the network
// that owns the destination, or whose link-local address of ours it is; for ARP and neighbour solicitations and
// advertisements the target, because those are broadcast or multicast. It also
// sets b.OnLink. Frames with a tag that no network of the port has are dropped.
func (m *Map) Locate(b *burst.Burst) {
	b.OnLink = 0
	rest := b.Undecided
	if vector {
		rest &^= m.locatePlain(b)
	}
	if rest == 0 {
		return
	}
	arp := rest & b.Class[burst.ClassARP]
	v6 := rest & b.V6
	m.locate4(b, rest&^(arp|v6))
	if v6 != 0 {
		m.locate6(b, v6)
	}
	for ; arp != 0; arp = arp.Rest() {
		i := arp.First()
		meta := &b.Meta[i]
		if m.on(wire(b.In[i], meta.VLAN)) == nil && meta.VLAN != 0 {
			b.Drop(i, burst.VLANUnknown)
			continue
		}
		meta.Net = m.Locate4(b.In[i], meta.VLAN, packet.ARPAt(b, i).TargetWord())
	}
}

// locatePlain is Locate for the slots of b.Columns that came by the same port as
// the first of them; it returns which those are. Parse has set their Net to
// NoNet. The network of the lowest leg wins, so it comes last.
func (m *Map) locatePlain(b *burst.Burst) burst.Mask {
	plain := b.Undecided & b.Columns.Plain
	if plain == 0 {
		return 0
	}
	port := b.In[plain.First()]
	plain &= packet.CameBy(b, port)
	v4, v6 := plain&^b.V6, plain&b.V6
	legs := m.on(wire(port, 0))
	for j := len(legs) - 1; j >= 0; j-- {
		l := &legs[j]
		if v4 != 0 && l.four {
			b.OnLink |= match4(b, v4, l)
		}
		if v6 != 0 && l.six {
			b.OnLink |= match6(b, v6, l)
		}
	}
	return plain
}

// locate4 is Locate for IPv4. Most frames of a burst came by one port with one
// tag or none: the legs of that are looked for once.
func (m *Map) locate4(b *burst.Burst, slots burst.Mask) {
	var near burst.Mask
	var legs []leg
	at := nowhere
	for ; slots != 0; slots = slots.Rest() {
		i := slots.First()
		meta := &b.Meta[i]
		if w := uint64(wire(b.In[i], meta.VLAN)); w != at {
			at, legs = w, m.on(uint32(w))
		}
		if len(legs) == 0 && meta.VLAN != 0 {
			b.Drop(i, burst.VLANUnknown)
			continue
		}
		src, dst := packet.Addrs4At(b, i)
		net := uint16(burst.NoNet)
		for j := len(legs) - 1; j >= 0; j-- {
			l := &legs[j]
			if l.has4(src) {
				near |= burst.Bit(i)
			}
			if l.has4(dst) {
				net = l.net
			}
		}
		meta.Net = net
	}
	b.OnLink |= near
}

// locate6 is Locate for IPv6.
func (m *Map) locate6(b *burst.Burst, slots burst.Mask) {
	var near burst.Mask
	var legs []leg
	at := nowhere
	for ; slots != 0; slots = slots.Rest() {
		i := slots.First()
		meta := &b.Meta[i]
		if w := uint64(wire(b.In[i], meta.VLAN)); w != at {
			at, legs = w, m.on(uint32(w))
		}
		if len(legs) == 0 && meta.VLAN != 0 {
			b.Drop(i, burst.VLANUnknown)
			continue
		}
		srcHi, srcLo, hi, lo := packet.Addrs6At(b, i)
		if meta.Class == burst.ClassND {
			if h := packet.NDAt(b, i); h.Type() == packet.ICMPv6NeighborSolicit || h.Type() == packet.ICMPv6NeighborAdvert {
				hi, lo = h.TargetWords()
			}
		}
		net := uint16(burst.NoNet)
		for j := len(legs) - 1; j >= 0; j-- {
			l := &legs[j]
			if l.has6(srcHi, srcLo) {
				near |= burst.Bit(i)
			}
			if l.has6(hi, lo) || l.isLink(hi, lo) {
				net = l.net
			}
		}
		meta.Net = net
	}
	b.OnLink |= near
}

// nowhere is no wire.
const nowhere = uint64(1 << 32)
