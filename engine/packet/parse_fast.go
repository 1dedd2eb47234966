package packet

import (
	"math/bits"
	"unsafe"

	"mire/dpdk/burst"
)

// parseFast accepts the slots of m that hold an untagged TCP segment, over IPv4
// without options or IPv6 without extension headers, and returns the others.
// Each length is checked against the frame before the first load that rests on
// it. It is one loop, with a call for long segments only, so that most of it
// stays in registers.
func parseFast(b *burst.Burst, slots burst.Mask) (rest burst.Mask) {
	const l3 = EthernetLen
	var syn, tcp, v6, alone burst.Mask
	c := &b.Columns
	for m := slots; m != 0; m = m.Rest() {
		i := m.First()
		bit := m &^ m.Rest()
		p, n, rx := b.Data[i], uintptr(b.Len[i]), b.Rx[i]
		if n < l3+IPv4Len+TCPLen || n > uintptr(b.Room) || rx&burst.MultiSegment != 0 {
			continue
		}
		var l4, size uintptr // the segment: its offset and length
		var s uint64         // the sum of the addresses
		switch first := load32(p, 12); {
		case first&0xffffff == 0x450008: // type 0x0800, version 4, header of 20 bytes
			head := load32(p, l3)    // version, length, TOS, total length
			mid := load64(p, l3+4)   // ID, fragment word, TTL, protocol, checksum
			addr := load64(p, l3+12) // source, destination
			total := uintptr(bits.ReverseBytes16(uint16(head >> 16)))
			if total < IPv4Len+TCPLen || total > n-l3 {
				continue
			}
			// No MF, no offset, and TCP.
			if mid&0x0000_ff00_ff3f_0000 != ProtoTCP<<40 {
				continue
			}
			c.Addr[0][i] = addr
			s = uint64(uint32(addr)) + addr>>32
			if !valid(uint64(head) + uint64(uint32(mid)) + mid>>32 + s) {
				continue
			}
			l4, size = l3+IPv4Len, total-IPv4Len
		case first&0xf0ffff == 0x60dd86: // type 0x86dd, version 6
			lens := load32(p, l3+4) // payload length, next header, hop limit
			l4, size = l3+IPv6Len, uintptr(bits.ReverseBytes16(uint16(lens)))
			if size < TCPLen || l4+size > n || lens>>16&0xff != ProtoTCP {
				continue
			}
			for o := range uintptr(4) {
				w := load64(p, l3+8+8*o)
				c.Addr[o][i] = w
				s += uint64(uint32(w)) + w>>32
			}
			v6 |= bit // if it is accepted below
		default:
			continue
		}
		c.Head[i] = load64(p, 0)
		c.Source[i] = load64(p, 4) >> 16
		p = unsafe.Add(p, l4)
		word := load32(p, 12) // header length, flags, window
		head := uintptr(word >> 2 & 0x3c)
		if head < TCPLen || head > size {
			continue
		}
		if rx&burst.L4ChecksumGood == 0 {
			s += wire16(ProtoTCP + uint64(size))
			if vector && size >= vectorSum {
				s += sumVector(p, size)
			} else {
				// Sums of 32-bit words need no carry: 64 bits hold 2^32 of them.
				s += uint64(load32(p, 0)) + uint64(load32(p, 4)) + uint64(load32(p, 8)) +
					uint64(word) + uint64(load32(p, 16))
				o := uintptr(20)
				for ; o+8 <= size; o += 8 {
					s += uint64(load32(p, o)) + uint64(load32(p, o+4))
				}
				// The 0 to 7 bytes left: one load that ends where the segment does,
				// with what was counted already shifted out.
				last := load64(p, size-8) >> (64 - 8*(size-o))
				s += uint64(uint32(last)) + last>>32
			}
			if !valid(s) {
				continue
			}
		}
		class := burst.ClassTCP
		if word>>8&(TCPSyn|TCPAck|TCPRst|TCPFin) == TCPSyn {
			class = burst.ClassTCPSyn
			syn |= bit
			c.Ports[i], c.Seq[i] = load32(p, 0), load32(p, 4)
			if head == TCPLen+4 && load32(p, 20)&0xffff == 0x0402 {
				alone |= bit
			}
		} else {
			tcp |= bit
		}
		// Field by field: a literal is made on the stack and copied, and that
		// copy waits for all of its small stores.
		meta := &b.Meta[i]
		meta.L3, meta.L4, meta.Payload, meta.PayloadLen = l3, uint16(l4), uint16(l4+head), uint16(size-head)
		meta.VLAN, meta.Net, meta.Class, meta.Proto, meta.Flags = 0, burst.NoNet, class, ProtoTCP, 0
	}
	b.Class[burst.ClassTCPSyn] |= syn
	b.Class[burst.ClassTCP] |= tcp
	b.V6 |= v6 & (syn | tcp)
	c.Plain |= syn
	c.MSSAlone |= alone
	return slots &^ (syn | tcp)
}
