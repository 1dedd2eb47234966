package stateless

import (
	"math/bits"
	"unsafe"

	"mire/dpdk/burst"
	"mire/engine/cookie"
)

// minFrame is the least Ethernet frame without its check sequence, in bytes; a
// tagged frame may be as short (IEEE 802.1Q annex G). The stores below clear
// what lies between a shorter reply and it.
const minFrame = 60

// reach is how many bytes from the IP header on a reply may store: the IPv6
// and TCP headers and the options.
const reach = len6 + lenTCP + lenOpts

// flip turns the Ethernet header round. The tag and the EtherType stay.
func flip(p unsafe.Pointer, m *mac) {
	put64(p, 0, get64(p, 6)&0xffffffffffff|m.high)
	put32(p, 8, m.low)
}

// putIP4 writes the IPv4 header of a reply; addrs are as they came in.
func putIP4(h unsafe.Pointer, s *shape, addrs uint64, sum uint16) {
	put64(h, 0, s.head)
	put32(h, 8, ttl|proto<<8|uint32(sum)<<16)
	put64(h, 12, bits.RotateLeft64(addrs, 32))
}

// putIP6 writes the IPv6 header of a reply to a packet from a0, a1 to a2, a3.
func putIP6(h unsafe.Pointer, s *shape, a0, a1, a2, a3 uint64) {
	put64(h, 0, s.head)
	put64(h, 8, a2)
	put64(h, 16, a3)
	put64(h, 24, a0)
	put64(h, 32, a1)
}

// putTCP writes the TCP header of a reply and the room for its options; ports
// are as they came in, seq and ack as they are stored.
func putTCP(h unsafe.Pointer, ports, seq, ack, word uint32, sum uint16, opts uint64) {
	put64(h, 0, uint64(bits.RotateLeft32(ports, 16))|uint64(seq)<<32)
	put64(h, 8, uint64(ack)|uint64(word)<<32)
	put64(h, 16, uint64(sum)|opts<<32) // no urgent pointer
	put32(h, 24, uint32(opts>>32))
}

// write4 makes slot i, whose addresses and ports are in t as they came in, a
// reply over IPv4. seq and ack are numbers, word comes from control. The verdict
// is the caller's.
func write4(b *burst.Burst, i int, m *mac, s *shape, t *cookie.Tuples, seq, ack, word uint32) {
	p, l3 := b.Data[i], b.Meta[i].L3
	addrs, ports := t.Addr[0][i], uint32(t.Tail[i])
	seq, ack = be32(seq), be32(ack)
	// Turning addresses and ports round changes no sum.
	both := half(addrs)
	ipSum := checksum(both + s.ipSum)
	sum := checksum(both + s.sum + uint64(ports) + uint64(seq) + uint64(ack) + uint64(word))
	flip(p, m)
	h := unsafe.Add(p, l3)
	putIP4(h, s, addrs, ipSum)
	putTCP(unsafe.Add(h, len4), ports, seq, ack, word, sum, s.opts)
	b.Len[i] = max(l3+s.size, minFrame)
}

// write6 is write4 over IPv6.
func write6(b *burst.Burst, i int, m *mac, s *shape, t *cookie.Tuples, seq, ack, word uint32) {
	p, l3 := b.Data[i], b.Meta[i].L3
	a0, a1, a2, a3 := t.Addr[0][i], t.Addr[1][i], t.Addr[2][i], t.Addr[3][i]
	ports := uint32(t.Tail[i])
	seq, ack = be32(seq), be32(ack)
	sum := checksum(half(a0) + half(a1) + half(a2) + half(a3) +
		s.sum + uint64(ports) + uint64(seq) + uint64(ack) + uint64(word))
	flip(p, m)
	h := unsafe.Add(p, l3)
	putIP6(h, s, a0, a1, a2, a3)
	putTCP(unsafe.Add(h, len6), ports, seq, ack, word, sum, s.opts)
	b.Len[i] = l3 + s.size
}
