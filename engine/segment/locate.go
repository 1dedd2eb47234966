package segment

import (
	"mire/dpdk/burst"
	"mire/engine/packet"
)

// Locate fills Meta.Net of every undecided slot of a parsed burst: the network
// that owns the destination; for ARP and neighbour solicitations and
// advertisements the target, because those are broadcast or multicast. It also
// sets b.OnLink. Frames with a tag that no network of the port has are dropped.
func (m *Map) Locate(b *burst.Burst) {
	b.OnLink = 0
	arp := b.Undecided & b.Class[burst.ClassARP]
	v6 := b.Undecided & b.V6
	m.locate4(b, b.Undecided&^(arp|v6))
	if v6 != 0 {
		m.locate6(b, v6)
	}
	for ; arp != 0; arp = arp.Rest() {
		i := arp.First()
		if vlan := b.Meta[i].VLAN; m.tagged(b, i) {
			b.Meta[i].Net = m.Locate4(b.In[i], vlan, packet.ARPAt(b, i).TargetWord())
		}
	}
}

// locate4 is Locate for IPv4.
func (m *Map) locate4(b *burst.Burst, slots burst.Mask) {
	var near burst.Mask
	for ; slots != 0; slots = slots.Rest() {
		i := slots.First()
		if !m.tagged(b, i) {
			continue
		}
		meta := &b.Meta[i]
		src, dst := packet.Addrs4At(b, i)
		w := wire(b.In[i], meta.VLAN)
		net := uint16(burst.NoNet)
		for j := range m.legs {
			l := &m.legs[j]
			if l.wire != w {
				continue
			}
			if l.has4(src) {
				near |= burst.Bit(i)
			}
			if net == burst.NoNet && l.has4(dst) {
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
	for ; slots != 0; slots = slots.Rest() {
		i := slots.First()
		if !m.tagged(b, i) {
			continue
		}
		meta := &b.Meta[i]
		srcHi, srcLo, hi, lo := packet.Addrs6At(b, i)
		if meta.Class == burst.ClassND {
			if h := packet.NDAt(b, i); h.Type() == packet.ICMPv6NeighborSolicit || h.Type() == packet.ICMPv6NeighborAdvert {
				hi, lo = h.TargetWords()
			}
		}
		w := wire(b.In[i], meta.VLAN)
		net := uint16(burst.NoNet)
		for j := range m.legs {
			l := &m.legs[j]
			if l.wire != w {
				continue
			}
			if l.has6(srcHi, srcLo) {
				near |= burst.Bit(i)
			}
			if net == burst.NoNet && l.has6(hi, lo) {
				net = l.net
			}
		}
		meta.Net = net
	}
	b.OnLink |= near
}

// tagged tells whether the tag of slot i, if it has one, is known on its port;
// if not it drops the slot.
func (m *Map) tagged(b *burst.Burst, i int) bool {
	vlan := b.Meta[i].VLAN
	if vlan == 0 || m.Known(b.In[i], vlan) {
		return true
	}
	b.Drop(i, burst.VLANUnknown)
	return false
}
