package stateless

import (
	"unsafe"

	"mire/dpdk/burst"
)

// answerSYNs is row 1: every SYN becomes its SYN-ACK, those of m one by one,
// those of p by columns.
func (r *Rules) answerSYNs(b *burst.Burst, m burst.Mask, p Plain) {
	if r.limitsOpenings() {
		m = r.allowed(b, m)
	}
	all := m | p.All()
	if all == 0 {
		return
	}
	if m != 0 {
		r.keys.Current.Batch(m, b.V6, &r.tuples, &r.cookies)
	}
	if p.All() != 0 {
		r.makeCookies(b, p)
		r.plans[p.Net].tally.rows[Row1] += uint64(p.All().Count())
	}
	r.reportSYNs(b, all, p)
	b.ReplyAll(all)
	r.answerPlain(b, p)
	r.synAcks4(b, m&^b.V6)
	r.synAcks6(b, m&b.V6)
}

// synAcks4 makes each SYN of m over IPv4 its SYN-ACK. It is write4 with what a
// call costs taken out: this is the path of a flood.
func (r *Rules) synAcks4(b *burst.Burst, m burst.Mask) {
	for ; m != 0; m = m.Rest() {
		i := m.First()
		mt, p := &b.Meta[i], b.Data[i]
		n := &r.plans[mt.Net]
		n.tally.rows[Row1]++
		v := 0
		if !offersMSSAlone(mt, p) {
			v = offersSACK(b, i)
		}
		s, word := &n.syn4[v], n.synWord[v]
		addrs, ports := r.tuples.Addr[0][i], uint32(r.tuples.Tail[i])
		client := get32be(p, uintptr(mt.L4)+4)
		seq, ack := be32(client+r.cookies[i]), be32(client+1)
		both := half(addrs)
		flip(p, &n.mac4)
		h := unsafe.Add(p, mt.L3)
		putIP4(h, s, addrs, checksum(both+s.ipSum))
		putTCP(unsafe.Add(h, len4), ports, seq, ack, word,
			checksum(both+s.sum+uint64(ports)+uint64(seq)+uint64(ack)+uint64(word)), s.opts)
		b.Len[i] = max(mt.L3+s.size, minFrame)
	}
}

// synAcks6 is synAcks4 over IPv6, and write6.
func (r *Rules) synAcks6(b *burst.Burst, m burst.Mask) {
	for ; m != 0; m = m.Rest() {
		i := m.First()
		mt, p := &b.Meta[i], b.Data[i]
		n := &r.plans[mt.Net]
		n.tally.rows[Row1]++
		v := 0
		if !offersMSSAlone(mt, p) {
			v = offersSACK(b, i)
		}
		s, word := &n.syn6[v], n.synWord[v]
		a0, a1, a2, a3 := r.tuples.Addr[0][i], r.tuples.Addr[1][i], r.tuples.Addr[2][i], r.tuples.Addr[3][i]
		ports := uint32(r.tuples.Tail[i])
		client := get32be(p, uintptr(mt.L4)+4)
		seq, ack := be32(client+r.cookies[i]), be32(client+1)
		flip(p, &n.mac6)
		h := unsafe.Add(p, mt.L3)
		putIP6(h, s, a0, a1, a2, a3)
		putTCP(unsafe.Add(h, len6), ports, seq, ack, word, checksum(half(a0)+half(a1)+half(a2)+half(a3)+
			s.sum+uint64(ports)+uint64(seq)+uint64(ack)+uint64(word)), s.opts)
		b.Len[i] = mt.L3 + s.size
	}
}

// offersMSSAlone tells whether a maximum segment size is all that the options of
// a SYN hold: what scanners send. Gather has checked the header before them, and
// Parse that they lie in the frame unless that is cut, which sets a flag.
func offersMSSAlone(mt *burst.Meta, p unsafe.Pointer) bool {
	return mt.Payload == mt.L4+lenTCP+4 && mt.Flags&burst.Truncated == 0 && get16(p, uintptr(mt.L4)+lenTCP) == 0x0402
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
