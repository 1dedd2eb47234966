package stateless

import (
	"unsafe"

	"mire/dpdk/burst"
)

// answerSegments is every row but the first.
func (r *Rules) answerSegments(b *burst.Burst, m burst.Mask) {
	if m == 0 {
		return
	}
	r.findCookies(b, m)
	for ; m != 0; m = m.Rest() {
		i := m.First()
		n := &r.plans[b.Meta[i].Net]
		s := r.segment(b, i)
		d := Decide(n.policy, s)
		if d.Reply && !r.pay(b, i, &r.replies) {
			continue
		}
		r.rows[d.Row]++
		r.report(b, i, &d)
		if !d.Reply {
			b.Drop(i, d.Reason)
			continue
		}
		b.Reply(i)
		if b.V6.Has(i) {
			write6(b, i, &n.mac6, &bare6, &r.tuples, d.Seq, d.Ack, control(0, d.Flags, d.Window))
		} else {
			write4(b, i, &n.mac4, &bare4, &r.tuples, d.Seq, d.Ack, control(0, d.Flags, d.Window))
		}
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

// pay spends a token of the source of slot i. When there is none it drops the
// slot: row 13, which is counted and makes no event.
func (r *Rules) pay(b *burst.Burst, i int, g *budget) bool {
	source, tail := r.tuples.Addr[0][i], uint64(sourceTail6)
	if !b.V6.Has(i) {
		source, tail = source&0xffffffff, sourceTail4
	}
	if g.take(source, tail) {
		return true
	}
	r.rows[Row13]++
	b.Drop(i, burst.TarpitBudget)
	return false
}

// allowed is the slots of m whose source could pay.
func (r *Rules) allowed(b *burst.Burst, m burst.Mask, g *budget) (ok burst.Mask) {
	for ; m != 0; m = m.Rest() {
		if i := m.First(); r.pay(b, i, g) {
			ok |= burst.Bit(i)
		}
	}
	return ok
}
