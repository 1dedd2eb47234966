package neigh

import (
	"mire/dpdk/burst"
	"mire/engine/own"
	"mire/engine/packet"
	"mire/engine/session"
)

// hearPackets looks the on-link sources of all other packets up, in one batch.
// It makes no entries: a flood from invented sources writes nothing. Packets
// from behind a router, most of a scan, are not in b.OnLink and cost nothing.
func (o *Observer) hearPackets(b *burst.Burst) {
	all := b.Undecided & b.OnLink &^ b.Class[burst.ClassND]
	looked, known := o.lookUpPlain(b, all&b.Columns.Plain)
	var found burst.Mask
	for m := all &^ looked; m != 0; m = m.Rest() {
		i := m.First()
		var hi, lo uint64
		var at uint16
		if b.V6.Has(i) {
			hi, lo, _, _ = packet.Addrs6At(b, i)
			if at = o.segs.Locate6(b.In[i], b.Meta[i].VLAN, hi, lo); at == burst.NoNet || !isHost6(hi, lo) {
				continue
			}
		} else {
			a, _ := packet.Addrs4At(b, i)
			if at = o.segs.Locate4(b.In[i], b.Meta[i].VLAN, a); at == burst.NoNet || !isHost4(a) {
				continue
			}
			lo = own.Map4(a)
		}
		if n := &o.nets[at]; n.learn {
			o.keys[i] = n.key(hi, lo)
			o.from[i] = at
			found |= burst.Bit(i)
		}
	}
	if found != 0 {
		o.table.States(found, &o.keys, &o.states, b.Now)
	}
	for m := found | known; m != 0; m = m.Rest() {
		i := m.First()
		switch o.states[i] {
		case session.Trapped, session.Probing:
			o.hearSource(b, i)
		case session.Real:
			o.prolong(b, i)
		}
	}
}

// hearSource ends the capture or the proof of a source that just spoke.
func (o *Observer) hearSource(b *burst.Burst, i int) {
	at := int(o.from[i])
	n, k := &o.nets[at], &o.keys[i]
	mac := packet.EthernetAt(b, i).Src()
	late := o.nLate
	if o.believes(n, mac) {
		o.claim(b, i, at, k.Hi, k.Lo, mac, ByPacket)
		if o.nLate == late {
			return
		}
	}
	if o.states[i] == session.Trapped {
		o.Captured |= burst.Bit(i)
	}
}

// prolong lets a real entry live on. Most packets of a busy source end at the
// cache: an entry is written once in an eighth of its life.
func (o *Observer) prolong(b *burst.Burst, i int) {
	k := &o.keys[i]
	if o.recent.has(k, b.Now) {
		return
	}
	if !o.believes(&o.nets[o.from[i]], packet.EthernetAt(b, i).Src()) {
		return
	}
	r, ok := o.table.Get(*k, b.Now)
	if !ok || r.State != session.Real {
		return
	}
	if r.Expires-b.Now < o.ttl-o.ttl/8 {
		r.Expires = b.Now + o.ttl
		if o.table.Put(&r, 1<<session.Real, b.Now) != session.Done {
			return
		}
	}
	o.recent.add(k, b.Now+min(o.ttl/16, 1_000_000_000))
}

// recently is a cache of sources whose entry needs no look for a while, one
// place per hash. Losing one costs a lookup.
type recently [256]struct {
	key   session.Key
	until int64
}

func (c *recently) at(k *session.Key) int {
	return int((k.Lo ^ k.Hi*3 ^ uint64(k.Net)<<32) * 0x9e3779b97f4a7c15 >> 56)
}

func (c *recently) has(k *session.Key, now int64) bool {
	e := &c[c.at(k)]
	return now < e.until && e.key == *k
}

func (c *recently) add(k *session.Key, until int64) {
	e := &c[c.at(k)]
	e.key, e.until = *k, until
}
