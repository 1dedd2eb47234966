package stateless

import (
	"unsafe"

	"mire/dpdk/burst"
)

// answerSegments is every row but the first: what each segment is, which of them
// one reply answers together, what that costs, and then the replies.
func (r *Rules) answerSegments(b *burst.Burst, m burst.Mask) {
	if m == 0 {
		return
	}
	r.findCookies(b, m)
	replies, data, bulk := r.decide(b, m)
	covered := r.cover(data)
	paid := r.payAll(b, replies&^covered, bulk)
	for ; m != 0; m = m.Rest() {
		i := m.First()
		d := &r.decisions[i]
		by := i
		if d.Reply {
			if by = r.answering(i, covered); !paid.Has(by) {
				r.refuse(b, i, r.refusals[by])
				continue
			}
		}
		r.plans[b.Meta[i].Net].tally.rows[d.Row]++
		r.report(b, i, d)
		switch {
		case !d.Reply:
			b.Drop(i, r.drops.Of(d.Reason))
		case by != i:
			b.Drop(i, r.drops.Of(dropCovered))
		default:
			r.reply(b, i, d)
		}
	}
}

// decide fills the decisions of the slots of m. It returns those that want a
// reply, of these the ones with payload, and the ones that may not touch what is
// kept for probes: a FIN, and more payload than the single byte with which some
// stacks probe a closed window (RFC 9293 section 3.8.6.1).
func (r *Rules) decide(b *burst.Burst, m burst.Mask) (replies, data, bulk burst.Mask) {
	for ; m != 0; m = m.Rest() {
		i := m.First()
		s := r.segment(b, i)
		d := &r.decisions[i]
		*d = Decide(r.plans[b.Meta[i].Net].policy, s)
		if !d.Reply {
			continue
		}
		replies |= burst.Bit(i)
		r.connections[i] = r.connectionHash(b, i)
		if s.Len > 0 {
			data |= burst.Bit(i)
			r.ends[i] = s.Seq + s.Len
		}
		if s.Len > 1 || d.Row == Row12 {
			bulk |= burst.Bit(i)
		}
	}
	return replies, data, bulk
}

// payAll is the slots of m whose reply is paid for; r.refusals says who refused
// the others.
func (r *Rules) payAll(b *burst.Burst, m, bulk burst.Mask) (paid burst.Mask) {
	for ; m != 0; m = m.Rest() {
		i := m.First()
		why, ok := r.pay(b, i, r.decisions[i].Row, bulk.Has(i))
		if ok {
			paid |= burst.Bit(i)
		} else {
			r.refusals[i] = why
		}
	}
	return paid
}

// reply makes slot i the reply that was decided.
func (r *Rules) reply(b *burst.Burst, i int, d *Decision) {
	n := &r.plans[b.Meta[i].Net]
	b.Reply(i)
	if b.V6.Has(i) {
		write6(b, i, &n.mac6, &bare6, &r.tuples, d.Seq, d.Ack, control(0, d.Flags, d.Window))
	} else {
		write4(b, i, &n.mac4, &bare4, &r.tuples, d.Seq, d.Ack, control(0, d.Flags, d.Window))
	}
}

// segment reads what decides about the TCP segment in slot i.
func (r *Rules) segment(b *burst.Burst, i int) Segment {
	mt := &b.Meta[i]
	tcp := unsafe.Add(b.Data[i], mt.L4)
	return Segment{
		Seq: get32be(tcp, 4), Ack: get32be(tcp, 8), Len: uint32(mt.PayloadLen), Cookie: r.cookies[i],
		Flags: uint16(get8(tcp, 12)&1)<<8 | uint16(get8(tcp, 13)),
	}
}

// findCookies fills the cookies of the slots of m whose row depends on one: by
// the current key, and where that makes no valid segment by the previous one,
// then near the end of an epoch by the next.
func (r *Rules) findCookies(b *burst.Burst, m burst.Mask) {
	var need burst.Mask
	for ; m != 0; m = m.Rest() {
		i := m.First()
		tcp := unsafe.Add(b.Data[i], b.Meta[i].L4)
		if f := get8(tcp, 13); f&RST != 0 || f&(SYN|ACK) == ACK {
			need |= burst.Bit(i)
		}
		r.deltas[i] = get32be(tcp, 4) - get32be(tcp, 8)
	}
	r.keys.Current.Batch(need, b.V6, &r.tuples, &r.cookies)
	if need &^= r.valid(need, &r.cookies); need == 0 {
		return
	}
	r.keys.Previous.Batch(need, b.V6, &r.tuples, &r.other)
	if need = r.adopt(need); need == 0 || !r.keys.UseNext {
		return
	}
	r.keys.Next.Batch(need, b.V6, &r.tuples, &r.other)
	r.adopt(need)
}

// valid is the slots of m that are segments of ours by the given cookies.
func (r *Rules) valid(m burst.Mask, cookies *[burst.Size]uint32) (ok burst.Mask) {
	for ; m != 0; m = m.Rest() {
		i := m.First()
		if inside(r.deltas[i] + cookies[i]) {
			ok |= burst.Bit(i)
		}
	}
	return ok
}

// adopt takes over the cookies of r.other that make segments of m valid, and
// returns the slots that still are not.
func (r *Rules) adopt(m burst.Mask) burst.Mask {
	ok := r.valid(m, &r.other)
	for a := ok; a != 0; a = a.Rest() {
		i := a.First()
		r.cookies[i] = r.other[i]
	}
	return m &^ ok
}
