package stateless

import (
	"encoding/binary"

	"mire/engine/config"
	"mire/engine/cookie"
)

// plan is a network prepared for the packet path.
type plan struct {
	tail4, tail6 uint64 // last word of a cookie's message, without the ports
	mac4, mac6   mac    // the source of our replies
	policy       config.Policy
	number       uint16
	// SYN-ACKs: index 1 when the client permits selective acknowledgements.
	syn4, syn6     [2]shape
	synWord        [2]uint32 // their control words
	stamp4, stamp6 [2]stamp
	tally          *tally
}

// mac is an Ethernet address as it is stored: its first two bytes on top of a
// word that starts with another address, its last four as a word.
type mac struct {
	high uint64
	low  uint32
}

func newMAC(m config.MAC) mac {
	return mac{uint64(binary.LittleEndian.Uint16(m[:2])) << 48, binary.LittleEndian.Uint32(m[2:])}
}

// shape is the constant part of a reply: everything but addresses, ports,
// sequence numbers and the word with the flags and the window. Words are
// little-endian, as they are stored.
type shape struct {
	head  uint64 // first 8 bytes of the IP header
	ipSum uint64 // sum over the constant words of the IPv4 header
	sum   uint64 // sum over length, protocol and options for the TCP checksum
	opts  uint64 // TCP options, zeros behind them
	size  uint16 // IP packet, bytes
}

// Header lengths in bytes.
const (
	len4    = 20
	len6    = 40
	lenTCP  = 20
	lenOpts = 8 // the most options of ours
	ttl     = 64
	proto   = 6
)

// newShape4 is a reply over IPv4 with the first n of the given option bytes, a
// multiple of 4. The header has DF and identification 0, which needs no
// uniqueness because the datagram is atomic (RFC 6864 section 4.1).
func newShape4(opts [lenOpts]byte, n int) shape {
	size := uint16(len4 + lenTCP + n)
	head := [12]byte{0x45, 0, byte(size >> 8), byte(size), 0, 0, 0x40, 0, ttl, proto}
	s := newShape(opts, n)
	s.head = binary.LittleEndian.Uint64(head[:8])
	s.ipSum = half(s.head) + uint64(binary.LittleEndian.Uint32(head[8:]))
	s.size = size
	return s
}

// newShape6 is newShape4 over IPv6: traffic class and flow label are 0.
func newShape6(opts [lenOpts]byte, n int) shape {
	size := uint16(lenTCP + n)
	head := [8]byte{0x60, 0, 0, 0, byte(size >> 8), byte(size), proto, ttl}
	s := newShape(opts, n)
	s.head = binary.LittleEndian.Uint64(head[:])
	s.size = len6 + size
	return s
}

func newShape(opts [lenOpts]byte, n int) shape {
	clear(opts[n:])
	o := binary.LittleEndian.Uint64(opts[:])
	// The pseudo header's protocol and length, as 16-bit words on the wire.
	pseudo := [4]byte{0, proto, 0, byte(lenTCP + n)}
	return shape{opts: o, sum: half(o) + uint64(binary.LittleEndian.Uint32(pseudo[:]))}
}

// bare4 and bare6 are replies without options.
var (
	bare4 = newShape4([lenOpts]byte{}, 0)
	bare6 = newShape6([lenOpts]byte{}, 0)
)

// control is the word of a TCP header with its length (20 plus n bytes of
// options), flags and window, as it is stored.
func control(n int, flags uint8, window uint16) uint32 {
	return uint32(lenTCP+n)/4<<4 | uint32(flags)<<8 | uint32(window>>8)<<16 | uint32(window&0xff)<<24
}

// Largest segment sizes in bytes of payload (RFC 6691): Ethernet's 1500 less
// the headers.
const (
	mss4 = 1460
	mss6 = 1440
)

// mssOption is MSS, then SACK-permitted behind two NOPs as Linux aligns it
// (RFC 9293 section 3.2, RFC 2018 section 2).
func mssOption(mss int) [lenOpts]byte {
	return [lenOpts]byte{2, 4, byte(mss >> 8), byte(mss), 1, 1, 4, 2}
}

// minMTU4 is the least MTU of an IPv4 link, in bytes (RFC 791).
const minMTU4 = 68

// newPlan prepares a network. MTU 0 means 1500.
func newPlan(n *config.Network) plan {
	mtu := n.MTU
	if mtu == 0 {
		mtu = 1500
	}
	mtu = max(mtu, minMTU4)
	four := mssOption(min(mss4, mtu-len4-lenTCP))
	six := mssOption(min(mss6, mtu-len6-lenTCP))
	number := uint16(n.Number)
	p := plan{
		tail4: cookie.Tail4(number), tail6: cookie.Tail6(number),
		mac4: newMAC(n.VirtMAC), mac6: newMAC(n.Virt6MAC),
		policy: n.Policy, number: number,
		syn4: [2]shape{newShape4(four, 4), newShape4(four, 8)},
		syn6: [2]shape{newShape6(six, 4), newShape6(six, 8)},
		synWord: [2]uint32{
			control(4, SYN|ACK, openWindow(n.Policy)), control(8, SYN|ACK, openWindow(n.Policy)),
		},
	}
	for v := range p.synWord {
		p.stamp4[v] = newStamp(&p.syn4[v], &p.mac4, p.synWord[v], false)
		p.stamp6[v] = newStamp(&p.syn6[v], &p.mac6, p.synWord[v], true)
	}
	return p
}
