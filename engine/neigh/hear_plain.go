package neigh

import (
	"mire/dpdk/burst"
	"mire/engine/packet"
	"mire/engine/session"
)

// lookUpPlain looks up the on-link sources of plain SYNs by columns: of those
// slots of m that came by the port of the first, if it has one untagged network
// alone, so that every source lies there. It returns which slots these are, and
// those of known addresses with their keys, networks and states filled in.
func (o *Observer) lookUpPlain(b *burst.Burst, m burst.Mask) (looked, known burst.Mask) {
	if m == 0 {
		return 0, 0
	}
	port := b.In[m.First()]
	at := o.segs.Alone(port)
	if at == burst.NoNet {
		return 0, 0
	}
	m &= packet.CameBy(b, port)
	n, c := &o.nets[at], &b.Columns
	if !n.learn {
		return m, 0
	}
	found := o.table.States4(m&^b.V6, &c.Addr[0], session.Sources, n.number, b.Now, &o.finder)
	if six := m & b.V6; six != 0 {
		found.Join(o.table.States6(six, &c.Addr[0], &c.Addr[1], n.number, b.Now, &o.finder))
	}
	for s := found[session.Trapped] | found[session.Probing] | found[session.Real]; s != 0; s = s.Rest() {
		i := s.First()
		k := &o.keys[i]
		if b.V6.Has(i) {
			if *k = session.WordsKey(c.Addr[0][i], c.Addr[1][i], n.number); !isHost6(k.Hi, k.Lo) {
				continue
			}
		} else if *k = session.PairKey(c.Addr[0][i], session.Sources, n.number); !isHost4(uint32(k.Lo)) {
			continue
		}
		o.from[i], o.states[i] = at, found.State(i)
		known |= burst.Bit(i)
	}
	return m, known
}
