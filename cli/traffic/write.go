package traffic

import (
	"math/bits"
	"unsafe"
)

// write makes a frame of a shape at p, which has room for its chunks. seq and
// ack are of TCP; of an echo seq is its number.
func (s *shape) write(p unsafe.Pointer, t *tuple, seq, ack uint32, mark uint64, now int64) {
	copyChunks(p, s.at(), uintptr(len(s.data)))
	switch s.body {
	case bodyTCP:
		w, a := ports(t), bits.ReverseBytes32(ack)
		q := bits.ReverseBytes32(seq)
		store32(p, s.l4, w)
		store32(p, s.l4+4, q)
		store32(p, s.l4+8, a)
		sum := s.addresses(p, t) + uint64(w) + uint64(q) + uint64(a)
		store16(p, s.l4+16, fold(s.sum+sum))
	case bodyUDP:
		w := ports(t)
		store32(p, s.l4, w)
		sum := s.addresses(p, t) + uint64(w) + s.putStamp(p, mark, now)
		c := fold(s.sum + sum)
		if c == 0 {
			c = 0xffff // RFC 768: zero means none
		}
		store16(p, s.l4+6, c)
	case bodyEcho:
		w := uint32(bits.ReverseBytes16(t.src.port)) | uint32(bits.ReverseBytes16(uint16(seq)))<<16
		store32(p, s.l4+4, w)
		sum := s.addresses(p, t)
		if !s.v6 {
			sum = 0
		}
		sum += uint64(w) + s.putStamp(p, mark, now)
		store16(p, s.l4+2, fold(s.sum+sum))
	case bodyARP:
		store32(p, s.l3+14, bits.ReverseBytes32(uint32(t.src.lo)))
		store32(p, s.l3+24, bits.ReverseBytes32(uint32(t.dst.lo)))
	case bodyND:
		s.solicit(p, t)
	}
}

// ports is source and destination port as one word of the frame.
func ports(t *tuple) uint32 {
	return uint32(bits.ReverseBytes16(t.src.port)) | uint32(bits.ReverseBytes16(t.dst.port))<<16
}

// addresses writes both, over IPv4 the header checksum too, and returns what
// they add to the sum of the transport part.
func (s *shape) addresses(p unsafe.Pointer, t *tuple) uint64 {
	if s.v6 {
		return put6(p, s.l3+8, &t.src) + put6(p, s.l3+24, &t.dst)
	}
	src, dst := bits.ReverseBytes32(uint32(t.src.lo)), bits.ReverseBytes32(uint32(t.dst.lo))
	store32(p, s.l3+12, src)
	store32(p, s.l3+16, dst)
	sum := uint64(src) + uint64(dst)
	store16(p, s.l3+10, fold(s.ip+sum))
	return sum
}

// putStamp writes mark and time into the payload and returns their sum.
func (s *shape) putStamp(p unsafe.Pointer, mark uint64, now int64) uint64 {
	if s.stamp == 0 {
		return 0
	}
	store64(p, s.stamp, mark)
	store64(p, s.stamp+8, uint64(now))
	return halves(mark) + halves(uint64(now))
}

// solicit fills in a neighbour solicitation: the target, its solicited-node
// group and the MAC of that (RFC 4861 section 4.3, RFC 4291 section 2.7.1).
func (s *shape) solicit(p unsafe.Pointer, t *tuple) {
	dst := bits.ReverseBytes64(t.dst.lo)
	group := uint32(dst>>32) | 0xff // ff and the last three bytes
	store32(p, 2, group)
	store32(p, s.l3+36, group)
	sum := put6(p, s.l3+8, &t.src) + put6(p, s.l4+8, &t.dst) + uint64(group)
	store16(p, s.l4+2, fold(s.sum+sum))
}

// put6 writes an IPv6 address and returns its sum.
func put6(p unsafe.Pointer, o uintptr, e *end) uint64 {
	hi, lo := bits.ReverseBytes64(e.hi), bits.ReverseBytes64(e.lo)
	store64(p, o, hi)
	store64(p, o+8, lo)
	return halves(hi) + halves(lo)
}
