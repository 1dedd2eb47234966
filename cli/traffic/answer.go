package traffic

import (
	"encoding/binary"
	"unsafe"

	"mire/dpdk/burst"
	"mire/engine/packet"
)

// reply makes received slot i a frame of shape s for the flow t, and sends it.
func (g *Generator) reply(b *burst.Burst, i int, s *shape, t *tuple, seq, ack uint32) {
	s.write(b.Data[i&63], t, seq, ack, 0, 0)
	b.Len[i] = s.n
	b.SendTo(i, g.out)
	g.c.Answers++
}

// follow acknowledges a SYN-ACK as its stream wants: seq and ack are those of
// the SYN-ACK, t its flow, from target to source.
func (g *Generator) follow(b *burst.Burst, i int, st *stream, t *tuple, seq, ack uint32, pl places) {
	if st.follow.ack < 0 || b.Room < g.prog.room {
		return
	}
	back := t.reverse()
	if st.kind == Hold {
		l := st.held.link(st.number(pl))
		if l == nil {
			return
		}
		if !l.open {
			g.c.Open++
		}
		l.open, l.wait, l.peer = true, false, seq+1
	}
	g.reply(b, i, &g.shapes[st.follow.ack], &back, ack, seq+1)
	g.c.Handshakes++
	if st.follow.data < 0 {
		return
	}
	if b.Originated >= b.Spares {
		g.c.NoSpare++
		return
	}
	k := burst.Size + int(b.Originated)
	b.Originated++
	b.Verdicts.Originated++
	s := &g.shapes[st.follow.data]
	s.write(b.Data[k], &back, ack, seq+1, 0, 0)
	b.Out[k], b.Len[k] = g.out, s.n
	g.c.Answers++
	g.c.DataSent++
}

// link is held connection i; nil when there are fewer.
func (h *holding) link(i uint64) *link {
	if i >= uint64(len(h.links)) {
		return nil
	}
	return &h.links[i]
}

// probed is a segment of a held connection: an answer to a probe when it
// acknowledges nothing new.
func (g *Generator) probed(st *stream, l *link, beyond uint32, now int64, at int) {
	switch {
	case l == nil || !l.open || beyond != 0:
		g.c.Unexpected++
	case !l.wait:
		g.c.Ack++
	default:
		l.wait = false
		g.c.ProbeACKs++
		g.tallies[at].answered++
		if g.timed {
			g.lat.record(int64(uint32(now>>stampShift)-l.sent) << stampShift)
		}
	}
}

// lose ends a held connection that was reset; its next turn opens it again.
func (g *Generator) lose(l *link) {
	if l != nil && l.open {
		l.open, l.wait = false, false
		g.c.Open--
		g.c.Lost++
	}
}

// arp answers for our sources and hears about our targets.
func (g *Generator) arp(b *burst.Burst, i int) {
	c := &g.c
	h := packet.ARPAt(b, i)
	sender, target := h.SenderIP(), h.TargetIP()
	from, to := end4(sender), end4(target)
	switch {
	case h.Op() == packet.ARPReply:
		if g.resolve.heard(&from, false, h.SenderMAC()) {
			c.Other++
		} else if at, ok := g.isTarget(&from, ARP); ok {
			c.ARPReply++
			g.tallies[at].answered++
		} else {
			c.Other++
		}
	case g.isSource(&to, false):
		c.Asked++
		mac := h.SenderMAC()
		if b.Room < packet.ARPSize {
			return
		}
		l := packet.Link{Dst: mac, Src: g.prog.link.Src, VLAN: b.Meta[i&63].VLAN}
		b.Len[i] = uint16(packet.PutARPReply(whole(b, i), l, g.prog.link.Src, target, mac, sender))
		b.SendTo(i, g.out)
		c.Answers++
	case g.isSource(&from, false):
		c.Returned++
	default:
		c.Other++
	}
}

// neighbour is the same for IPv6.
func (g *Generator) neighbour(b *burst.Burst, i int) {
	c := &g.c
	h := packet.NDAt(b, i)
	if h.Type() != packet.ICMPv6NeighborSolicit && h.Type() != packet.ICMPv6NeighborAdvert {
		c.Other++
		return
	}
	target := h.Target()
	about := end16(target)
	asker := packet.IPv6At(b, i).Src()
	from := end16(asker)
	switch {
	case h.Type() == packet.ICMPv6NeighborAdvert:
		mac, ok := h.LinkLayer(packet.NDOptionTargetLinkLayer)
		if !ok {
			mac = packet.EthernetAt(b, i).Src()
		}
		if g.resolve.heard(&about, true, mac) {
			c.Other++
		} else if at, ok := g.isTarget(&about, ND); ok {
			c.Advert++
			g.tallies[at].answered++
		} else {
			c.Other++
		}
	case g.isSource(&about, true):
		c.Asked++
		// Whoever checks whether the address is free is not answered: it is.
		l := packet.Link{Dst: packet.EthernetAt(b, i).Src(), Src: g.prog.link.Src, VLAN: b.Meta[i&63].VLAN}
		if asker == ([16]byte{}) || b.Room < uint32(l.NeighborSize()) {
			return
		}
		b.Len[i] = uint16(packet.PutNA(whole(b, i), l, target, asker, target, packet.NAFlagSolicited|packet.NAFlagOverride, l.Src))
		b.SendTo(i, g.out)
		c.Answers++
	case g.isSource(&from, true):
		c.Returned++
	default:
		c.Other++
	}
}

// whole is the buffer of received slot i.
func whole(b *burst.Burst, i int) []byte {
	return unsafe.Slice((*byte)(b.Data[i&63]), b.Room)
}

func end4(a [4]byte) end { return end{lo: uint64(binary.BigEndian.Uint32(a[:]))} }

func end16(a [16]byte) end {
	return end{hi: binary.BigEndian.Uint64(a[:8]), lo: binary.BigEndian.Uint64(a[8:])}
}
