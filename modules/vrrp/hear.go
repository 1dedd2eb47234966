package vrrp

import (
	"mire/dpdk/burst"
	"mire/engine/event"
	"mire/engine/packet"
)

// hear looks at one packet of protocol 112. What is not for our virtual
// router's network is left undecided.
func (s *stage) hear(b *burst.Burst, i int) {
	mt := &b.Meta[i]
	if !s.r.on || b.In[i] != s.r.port || mt.VLAN != s.r.vlan {
		return
	}
	f := Flow{V6: b.V6.Has(i)}
	l := &s.r.legs[0]
	frame := b.Frame(i)
	ip := frame[mt.L3:]
	var ttl uint8
	if f.V6 {
		l = &s.r.legs[1]
		h := packet.IPv6(ip)
		f.Src, f.Dst, ttl = h.Src(), h.Dst(), h.HopLimit()
	} else {
		h := packet.IPv4(ip)
		src, dst := h.Src(), h.Dst()
		copy(f.Src[:], src[:])
		copy(f.Dst[:], dst[:])
		ttl = h.TTL()
	}
	if !l.on || f.Dst != group4 && f.Dst != group6 && f.Dst != l.flow.Src {
		return
	}
	// The IP length counts: adverts are padded to 60 bytes.
	end := int(mt.Payload) + int(mt.PayloadLen)
	if mt.Flags&burst.Truncated != 0 || end > len(frame) {
		s.fault(b, i, Length)
		return
	}
	h := packet.VRRP(frame[mt.L4:end])
	n := news{v6: f.V6}
	var why Fault
	if n.dialect, why = examine(h, &f, ttl, &s.r.want); why == None {
		why = s.whose(l, f.Src, h.Priority())
	}
	switch why {
	case None:
	case Version, Authenticated, Interval, Stranger, SecondOwner:
		if s.c.told[tellMismatch].changed(f.Src, digest(digestStart, f.Src[:])+uint64(why)<<8, b.Now, remindEvery) {
			s.report(b, i, &f, kindVRRPMismatch, Faults[why].Help)
		}
		fallthrough
	default:
		s.fault(b, i, why)
		return
	}
	if is, known := l.isPeer(f.Src, s.w.Role.Peer()); known && !is && s.c.told[tellForeign].changed(f.Src, digest(digestStart, f.Src[:]), b.Now, remindEvery) {
		s.report(b, i, &f, kindForeignVRRP, "")
	}
	s.compareLists(b, i, h, &f, l)
	n.Priority, n.Interval = h.Priority(), interval(h)
	n.Higher = l.above(f.Src)
	n.sender = address16(&f)
	b.Consume(i)
	if s.w.ID == 0 {
		s.take(b, &n)
	} else if !s.c.boxes[s.w.ID].Push(&n) {
		s.c.lost.Add(1)
	}
}

// whose finds fault with who sent a message.
func (s *stage) whose(l *leg, src [16]byte, priority uint8) Fault {
	if src == l.flow.Src {
		return Ourselves
	}
	if is, known := l.isPeer(src, s.w.Role.Peer()); s.r.only && known && !is {
		return Stranger
	}
	if priority == Owner && s.r.priority == Owner {
		return SecondOwner
	}
	return None
}

// fault drops an advertisement and counts why.
func (s *stage) fault(b *burst.Burst, i int, why Fault) {
	s.c.faults[why].Add(1)
	b.Drop(i, s.reasons.Of(dropIgnored))
}

// take gives an advertisement to the machine. Both families elect one master:
// IPv4 decides ties as long as it is heard.
func (s *stage) take(b *burst.Burst, n *news) {
	s.received++
	n.Tie = true
	if !n.v6 {
		s.heard4 = b.Now
		if n.dialect != Either {
			s.dialect = n.dialect
		}
	} else if s.r.legs[0].on && s.heard4 != 0 && b.Now-s.heard4 < s.m.MasterDown() {
		n.Tie = false
	}
	o := &s.c.shown.Own
	o.master, o.masterPriority, o.heard = n.sender, n.Priority, b.Now
	s.do(b, s.m.Advert(n.Heard, b.Now))
}

// report tells people about a sender; the aggregator limits how often.
func (s *stage) report(b *burst.Burst, i int, f *Flow, k event.Kind, text string) {
	s.w.Events.Push(s.about(b, i, f, k, text))
}

// about makes an event about a sender.
func (s *stage) about(b *burst.Burst, i int, f *Flow, k event.Kind, text string) *event.Event {
	e := &s.seen
	*e = event.Event{Time: b.Now, Count: 1, Net: s.r.number, Kind: k, Family: 4, Remote: address16(f), MAC: packet.EthernetAt(b, i).Src()}
	if f.V6 {
		e.Family = 6
	}
	e.PayloadLen = uint8(copy(e.Payload[:], text))
	return e
}

// address16 is the sender, IPv4 mapped.
func address16(f *Flow) (a [16]byte) {
	if f.V6 {
		return f.Src
	}
	a[10], a[11] = 0xff, 0xff
	copy(a[12:], f.Src[:4])
	return a
}
