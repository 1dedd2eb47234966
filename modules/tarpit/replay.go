package tarpit

import (
	"mire/dpdk/burst"
	"mire/engine/own"
	"mire/engine/session"
	"mire/modules/tarpit/stateless"
)

// again is a burst of this worker's own, on the heap, through which kept packets
// go the way of received ones. It has no spares.
type again struct {
	b     burst.Burst
	frame [keptSize]byte
}

// treat treats the packets that a proof kept, as if they had come now that it
// captured the address; false when one waits for a spare buffer. What a packet
// gets as its answer is a frame of our own: the packet itself was dropped when it
// came. One without an answer leaves its event and its counters.
func (s *stage) treat(b *burst.Burst, n *network, k *session.Key, q *backlog) bool {
	for ; q.at < q.n; q.at++ {
		if r, ok := s.w.Table.Get(*k, b.Now); !ok || r.State != session.Trapped {
			return true // came alive while we were waiting for a buffer
		}
		if b.Originated >= b.Spares {
			return false
		}
		if s.replay(b, n, k, &q.of[q.at]) {
			n.own[KeptTreated]++
		} else {
			n.own[KeptLost]++
		}
	}
	return true
}

// replay treats one kept packet; false when its sender became one that is never
// answered while the proof ran.
func (s *stage) replay(b *burst.Burst, n *network, k *session.Key, e *kept) bool {
	r := s.again.load(e, n, b.Now)
	s.keys[0], s.plain = *k, stateless.Plain{}
	if why := s.refuseKept(n, e, b.Now); why != accepted {
		if why == dropDHCP {
			s.sparedPacket(r, 0, n)
		}
		return false
	}
	s.serve(r, 1)
	if r.Send == 0 {
		return true
	}
	if p := b.Originate(r.Out[0], int(r.Len[0])); p != nil {
		copy(p, r.Frame(0))
	}
	return true
}

// load makes a kept packet slot 0, the only one, of the burst.
func (a *again) load(e *kept, n *network, now int64) *burst.Burst {
	r := &a.b
	r.N, r.Room, r.Now, r.Send = 1, keptSize, now, 0
	r.Begin()
	r.Map(0, a.frame[:], copy(a.frame[:], e.frame[:e.size]))
	r.In[0], r.Meta[0] = e.in, e.meta
	r.Meta[0].Net = uint16(n.index) // a reload may have moved it
	r.Class[e.meta.Class] = 1
	if e.v6 {
		r.V6 = 1
	}
	return r
}

// refuseKept is refusePacket for a kept packet: captured meanwhile, ignored by a
// reload, or a DHCP server that was just learnt.
func (s *stage) refuseKept(n *network, e *kept, now int64) burst.Own {
	hi, lo := e.flow.hi, e.flow.lo
	if s.isCaptured(e, hi, lo, now) {
		return dropSource
	}
	var port uint16
	if e.meta.Class != burst.ClassEcho {
		port = uint16(e.flow.ports >> 16)
	}
	return s.neverAnswered(n, hi, lo, port, now)
}

// isCaptured tells whether the source of a kept packet is held captured.
func (s *stage) isCaptured(e *kept, hi, lo uint64, now int64) bool {
	at := burst.NoNet
	if own.Is4(hi, lo) {
		at = int(s.segs.Locate4(e.in, e.meta.VLAN, uint32(lo)))
	} else {
		at = int(s.segs.Locate6(e.in, e.meta.VLAN, hi, lo))
	}
	if at >= len(s.nets) {
		return false
	}
	r, ok := s.w.Table.Get(s.nets[at].key(hi, lo), now)
	return ok && r.State == session.Trapped
}
