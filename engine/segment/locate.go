package segment

import (
	"encoding/binary"

	"mire/dpdk/burst"
)

// Locate fills Meta.Net of every undecided slot of a parsed burst: the network
// that owns the destination; for ARP and neighbour solicitations and
// advertisements the target, because those are broadcast or multicast. Frames
// with a tag that no network of the port has are dropped.
func (m *Map) Locate(b *burst.Burst) {
	for u := b.Undecided; u != 0; u = u.Rest() {
		i := u.First()
		meta := &b.Meta[i]
		f := b.Frame(i)
		port, vlan := b.In[i], meta.VLAN
		if vlan != 0 && !m.Known(port, vlan) {
			b.Drop(i, burst.VLANUnknown)
			continue
		}
		l3 := f[meta.L3:]
		switch {
		case meta.Class == burst.ClassARP:
			meta.Net = m.Locate4(port, vlan, binary.BigEndian.Uint32(l3[24:28]))
		case b.V6.Has(i):
			a := l3[24:40]
			if meta.Class == burst.ClassND {
				if nd := f[meta.L4:]; nd[0] == ndSolicit || nd[0] == ndAdvert {
					a = nd[8:24]
				}
			}
			meta.Net = m.Locate6(port, vlan, binary.BigEndian.Uint64(a[:8]), binary.BigEndian.Uint64(a[8:]))
		default:
			meta.Net = m.Locate4(port, vlan, binary.BigEndian.Uint32(l3[16:20]))
		}
	}
}

// ICMPv6 types whose target, not destination, names the address asked for
// (RFC 4861 sections 4.3, 4.4).
const (
	ndSolicit = 135
	ndAdvert  = 136
)
