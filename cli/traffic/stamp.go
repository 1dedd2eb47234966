package traffic

import (
	"math/bits"

	"mire/dpdk/burst"
	"mire/engine/packet"
)

// end is one end of a flow: an address, IPv4 in the low 32 bits of lo, and a
// port or identifier.
type end struct {
	hi, lo uint64
	port   uint16
}

// tuple is a flow as its frames carry it.
type tuple struct{ src, dst end }

// mark is a number that only who knows the salt can make for a flow, the same
// for both directions. It is quick and good enough to tell answers from
// accidents; it keeps no secret.
func (t *tuple) mark(salt uint64) uint64 {
	hi, lo := bits.Mul64(t.src.word(salt), t.dst.word(salt))
	x := hi ^ lo
	return (x ^ x>>29) * 0x9fb21c651e98df25
}

func (e *end) word(salt uint64) uint64 {
	return (e.lo ^ salt) + e.hi*0xa0761d6478bd642f + uint64(e.port)*0xe7037ed1a0b428db
}

// stampShift makes ticks of a SYN's 32-bit time from nanoseconds: 16 ns each,
// 68 s in all.
const stampShift = 4

// maxAge is the oldest time that an answer may bring back, in nanoseconds: Linux
// sends a SYN-ACK five times again, the last after 31 s. Half of all wrong numbers
// look older.
const maxAge = 34_000_000_000

// initial is the sequence number of a SYN of the flow: its mark, and the time
// when latencies are wanted.
func initial(mark uint64, now int64, timed bool) uint32 {
	isn := uint32(mark >> 32)
	if timed {
		isn += uint32(now >> stampShift)
	}
	return isn
}

// age is how long ago, in nanoseconds, a SYN with the given sequence number
// left; ok is false when it is not one of ours.
func age(isn uint32, mark uint64, now int64, timed bool) (ns int64, ok bool) {
	d := isn - uint32(mark>>32)
	if !timed {
		return 0, d == 0
	}
	ns = int64(uint32(now>>stampShift)-d) << stampShift
	return ns, ns <= maxAge
}

// stampLen is what a stamp takes of a payload: the mark of the flow and the
// time in nanoseconds, each 8 bytes.
const stampLen = 16

// flow reads the tuple of received slot i, which holds TCP or UDP.
func flow(b *burst.Burst, i int) (t tuple) {
	t = addresses(b, i)
	w := load32(b.Data[i&63], uintptr(b.Meta[i&63].L4))
	t.src.port, t.dst.port = bits.ReverseBytes16(uint16(w)), bits.ReverseBytes16(uint16(w>>16))
	return t
}

// addresses reads the tuple of received slot i, which holds IP, without ports.
func addresses(b *burst.Burst, i int) (t tuple) {
	if b.V6.Has(i) {
		t.src.hi, t.src.lo, t.dst.hi, t.dst.lo = packet.Addrs6At(b, i)
		return t
	}
	s, d := packet.Addrs4At(b, i)
	t.src.lo, t.dst.lo = uint64(s), uint64(d)
	return t
}
