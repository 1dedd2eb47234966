package traffic

import (
	"mire/dpdk/burst"
	"mire/engine/packet"
)

// receive accounts for what came in and answers what needs one. Frames it has
// no more use for become buffers of the next ones.
func (g *Generator) receive(b *burst.Burst) {
	b.Begin()
	packet.Parse(b, &g.parse)
	c := &g.c
	c.Received += uint64(b.N)
	c.Invalid += uint64(int(b.N) - b.Undecided.Count())
	valid := b.Undecided
	for m := valid & b.Class[burst.ClassTCP]; m != 0; m = m.Rest() {
		g.segment(b, m.First())
	}
	for m := valid & b.Class[burst.ClassTCPSyn]; m != 0; m = m.Rest() {
		g.returnedSYN(b, m.First())
	}
	for m := valid & b.Class[burst.ClassUDP]; m != 0; m = m.Rest() {
		g.datagram(b, m.First())
	}
	for m := valid & (b.Class[burst.ClassICMP] | b.Class[burst.ClassEcho]); m != 0; m = m.Rest() {
		g.message(b, m.First())
	}
	for m := valid & b.Class[burst.ClassARP]; m != 0; m = m.Rest() {
		g.arp(b, m.First())
	}
	for m := valid & b.Class[burst.ClassND]; m != 0; m = m.Rest() {
		g.neighbour(b, m.First())
	}
	c.Other += uint64((valid & (b.Class[burst.ClassOther] | b.Class[burst.ClassMLD] | b.Class[burst.ClassDHCP] | b.Class[burst.ClassVRRP])).Count())
	g.free = b.Undecided
}

// owner is the stream that a frame from one of its targets to one of its
// sources belongs to, of those that sent wants; nil when there is none.
func (g *Generator) owner(t *tuple, v6 bool, wants func(Kind) bool) (*stream, int, places) {
	for i := range g.streams {
		st := &g.streams[i]
		if st.v6 != v6 || !wants(st.kind) {
			continue
		}
		var p places
		var ok bool
		if p.dst, ok = st.dst.index(&t.src); !ok {
			continue
		}
		if p.src, ok = st.src.index(&t.dst); !ok {
			continue
		}
		if p.sport, ok = st.sports.index(t.dst.port); !ok {
			continue
		}
		if st.kind != Echo {
			if p.dport, ok = st.dports.index(t.src.port); !ok {
				continue
			}
		}
		return st, i, p
	}
	return nil, 0, places{}
}

func (t *tuple) reverse() tuple { return tuple{t.dst, t.src} }

// repeatedAfter is the age, in nanoseconds, from which on a SYN-ACK is taken
// for a retransmission.
const repeatedAfter = 900_000_000

// segment is a TCP segment that is no plain SYN.
func (g *Generator) segment(b *burst.Burst, i int) {
	c, v6 := &g.c, b.V6.Has(i)
	t := flow(b, i)
	st, at, pl := g.owner(&t, v6, Kind.tcp)
	if st == nil {
		r := t.reverse()
		if own, _, _ := g.owner(&r, v6, Kind.tcp); own != nil {
			c.Returned++
		} else if g.isSource(&t.dst, v6) {
			c.Unexpected++
		} else {
			c.Other++
		}
		return
	}
	h := packet.TCPAt(b, i)
	seq, ack := h.Seq(), h.Ack()
	mark := t.mark(g.salt)
	timed := g.timed && st.kind != Hold
	switch f := h.Flags(); {
	case f&packet.TCPRst != 0:
		c.RST++
		if st.kind == Hold {
			g.lose(st.held.link(st.number(pl)))
		}
	case f&packet.TCPSyn != 0:
		ns, ok := age(ack-1, mark, b.Now, timed)
		if !ok || st.kind == ACK || f&packet.TCPAck == 0 {
			c.Unexpected++
			return
		}
		if ns >= repeatedAfter {
			c.Repeated++
		} else {
			c.SYNACK++
			g.tallies[at].answered++
			if timed {
				g.lat.record(ns)
			}
		}
		g.follow(b, i, st, &t, seq, ack, pl)
	case st.kind == Hold:
		g.probed(st, st.held.link(st.number(pl)), ack-uint32(mark>>32)-1, b.Now, at)
	case st.kind == ACK || !timed && ack-uint32(mark>>32)-1 > uint32(st.bytes)+1:
		c.Unexpected++
	default:
		c.Ack++
	}
}

// returnedSYN is a SYN: one of ours that came back, its addresses swapped or
// not, or somebody else's.
func (g *Generator) returnedSYN(b *burst.Burst, i int) {
	v6 := b.V6.Has(i)
	t := flow(b, i)
	r := t.reverse()
	st, at, _ := g.owner(&r, v6, Kind.tcp)
	if st == nil {
		st, at, _ = g.owner(&t, v6, Kind.tcp)
	}
	if st == nil {
		g.c.Other++
		return
	}
	timed := g.timed && st.kind != Hold
	ns, ok := age(packet.TCPAt(b, i).Seq(), t.mark(g.salt), b.Now, timed)
	if !ok {
		g.c.Unexpected++
		return
	}
	g.c.Returned++
	g.tallies[at].answered++
	if timed {
		g.lat.record(ns)
	}
}

func isUDP(k Kind) bool  { return k == UDP }
func isEcho(k Kind) bool { return k == Echo }

// datagram is UDP: an answer, or one of ours that came back.
func (g *Generator) datagram(b *burst.Burst, i int) {
	v6 := b.V6.Has(i)
	t := flow(b, i)
	if st, at, _ := g.owner(&t, v6, isUDP); st != nil {
		g.c.UDP++
		g.tallies[at].answered++
		g.stamped(b, i, &t)
		return
	}
	r := t.reverse()
	st, at, _ := g.owner(&r, v6, isUDP)
	switch {
	case st != nil && g.stamped(b, i, &t):
		g.c.Returned++
		g.tallies[at].answered++
	case g.isSource(&t.dst, v6):
		g.c.Unexpected++
	default:
		g.c.Other++
	}
}

// stamped tells whether the payload begins with a stamp of ours for this flow,
// and records its age.
func (g *Generator) stamped(b *burst.Burst, i int, t *tuple) bool {
	m := &b.Meta[i&63]
	if m.PayloadLen < stampLen || int(m.Payload)+stampLen > int(b.Len[i]) {
		return false
	}
	p, o := b.Data[i&63], uintptr(m.Payload)
	if load64(p, o) != t.mark(g.salt) {
		return false
	}
	if at := int64(load64(p, o+8)); at != 0 {
		g.lat.record(b.Now - at)
	}
	return true
}

// message is ICMP or ICMPv6, requests included.
func (g *Generator) message(b *burst.Burst, i int) {
	c, v6 := &g.c, b.V6.Has(i)
	h := packet.ICMPAt(b, i)
	t := addresses(b, i)
	reply, request := byte(packet.ICMPEchoReply), byte(packet.ICMPEchoRequest)
	if v6 {
		reply, request = packet.ICMPv6EchoReply, packet.ICMPv6EchoRequest
	}
	typ := h.Type()
	switch {
	case typ != reply && typ != request:
		if g.isSource(&t.dst, v6) {
			c.ICMPError++
		} else {
			c.Other++
		}
		return
	case len(h) < packet.ICMPLen:
		c.Other++
		return
	}
	t.src.port, t.dst.port = h.ID(), h.ID()
	st, at, _ := g.owner(&t, v6, isEcho)
	if st == nil && typ == request {
		r := t.reverse()
		st, at, _ = g.owner(&r, v6, isEcho)
	}
	switch {
	case st == nil && g.isSource(&t.dst, v6):
		c.Unexpected++
	case st == nil:
		c.Other++
	case !g.stamped(b, i, &t):
		c.Unexpected++
	default:
		g.tallies[at].answered++
		if typ == reply {
			c.EchoReply++
		} else {
			c.Returned++
		}
	}
}

// isSource tells whether an address is one that a stream sends from.
func (g *Generator) isSource(e *end, v6 bool) bool {
	for i := range g.streams {
		st := &g.streams[i]
		if st.v6 != v6 || !st.kind.made() {
			continue
		}
		if _, ok := st.src.index(e); ok {
			return true
		}
	}
	return false
}

// isTarget tells whether an address is one that a stream of the kind asks for.
func (g *Generator) isTarget(e *end, k Kind) (int, bool) {
	for i := range g.streams {
		if st := &g.streams[i]; st.kind == k {
			if _, ok := st.dst.index(e); ok {
				return i, true
			}
		}
	}
	return 0, false
}
