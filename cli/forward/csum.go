package forward

import (
	"encoding/binary"
	"sync/atomic"

	"mire/dpdk/burst"
	"mire/engine/packet"
)

// Sums are what a mode found out about checksums.
type Sums interface {
	// BadSums are how many frames came with a wrong IPv4 header checksum, and
	// with a wrong TCP or UDP checksum, since the mode was made.
	BadSums() (ip, l4 uint64)
}

// csum recomputes checksums and addresses frames like mac.
type csum struct{ badIP, badL4 atomic.Uint64 }

var _ Sums = (*csum)(nil)

// BadSums implements Sums; safe from any goroutine.
func (c *csum) BadSums() (ip, l4 uint64) { return c.badIP.Load(), c.badL4.Load() }

// count adds one to a word that only the worker writes.
func count(n *atomic.Uint64) { n.Store(n.Load() + 1) }

func (c *csum) Turn(b *burst.Burst, _, out *Port) {
	for m := b.Undecided; m != 0; m = m.Rest() {
		f := b.Frame(m.First())
		address(f, out)
		h, ok := find(f)
		if !ok {
			continue
		}
		if !h.v6 {
			ip := packet.IPv4(f[h.l3:h.l4])
			was := ip.Checksum()
			if ip.UpdateChecksum(); ip.Checksum() != was {
				count(&c.badIP)
			}
		}
		c.transport(f, &h)
	}
	sendAll(b, b.Undecided, out)
}

// transport recomputes the checksum of TCP, and of UDP that has one. The sum
// of a fragment covers what is not here.
func (c *csum) transport(f []byte, h *headers) {
	at, least := 16, packet.TCPLen
	switch {
	case !h.first || !h.v6 && packet.IPv4(f[h.l3:]).Fragment()&0x3fff != 0:
		return
	case h.proto == packet.ProtoUDP:
		at, least = 6, packet.UDPLen
	case h.proto != packet.ProtoTCP:
		return
	}
	l4 := f[h.l4:h.end]
	if len(l4) < least {
		return
	}
	was := binary.BigEndian.Uint16(l4[at:])
	if h.proto == packet.ProtoUDP && was == 0 {
		return
	}
	var s uint64
	if h.v6 {
		ip := packet.IPv6(f[h.l3:])
		s = packet.Pseudo6(ip.Src(), ip.Dst(), h.proto, uint32(len(l4)))
	} else {
		ip := packet.IPv4(f[h.l3:])
		s = packet.Pseudo4(ip.Src(), ip.Dst(), h.proto, uint16(len(l4)))
	}
	binary.BigEndian.PutUint16(l4[at:], 0)
	sum := packet.Fold(packet.Sum(s, l4))
	if sum == 0 && h.proto == packet.ProtoUDP {
		sum = 0xffff // 0 says that there is none (RFC 768)
	}
	if sum != was {
		count(&c.badL4)
	}
	binary.BigEndian.PutUint16(l4[at:], sum)
}
