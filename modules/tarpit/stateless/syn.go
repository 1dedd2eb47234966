package stateless

import (
	"unsafe"

	"mire/dpdk/burst"
)

// answerSYNs is row 1: every SYN becomes its SYN-ACK.
func (r *Rules) answerSYNs(b *burst.Burst, m burst.Mask) {
	if r.syns.on() {
		m = r.allowed(b, m, &r.syns)
	}
	if m == 0 {
		return
	}
	r.rows[Row1] += uint64(m.Count())
	r.keys.Current.Batch(m, b.V6, &r.tuples, &r.cookies)
	r.reportSYNs(b, m)
	b.ReplyAll(m)
	for v4 := m &^ b.V6; v4 != 0; v4 = v4.Rest() {
		i := v4.First()
		n := &r.plans[b.Meta[i].Net]
		v := offersSACK(b, i)
		seq := get32be(b.Data[i], uintptr(b.Meta[i].L4)+4)
		write4(b, i, &n.mac4, &n.syn4[v], &r.tuples, seq+r.cookies[i], seq+1, n.synWord[v])
	}
	for v6 := m & b.V6; v6 != 0; v6 = v6.Rest() {
		i := v6.First()
		n := &r.plans[b.Meta[i].Net]
		v := offersSACK(b, i)
		seq := get32be(b.Data[i], uintptr(b.Meta[i].L4)+4)
		write6(b, i, &n.mac6, &n.syn6[v], &r.tuples, seq+r.cookies[i], seq+1, n.synWord[v])
	}
}

// offersSACK is 1 when the SYN in slot i permits selective acknowledgements,
// else 0. Options behind the end of the frame do not count.
func offersSACK(b *burst.Burst, i int) int {
	mt := &b.Meta[i]
	start, end := uintptr(mt.L4)+lenTCP, uintptr(min(mt.Payload, b.Len[i]))
	if end <= start {
		return 0
	}
	return sackPermitted(unsafe.Add(b.Data[i], start), end-start)
}
