package tarpit

import (
	"encoding/binary"

	"mire/dpdk/burst"
	"mire/engine/config"
	"mire/engine/own"
	"mire/engine/packet"
	"mire/engine/session"
)

const (
	// maxKept is how many packets a proof keeps.
	maxKept = 2
	// keptPayload is how much of a packet's payload is kept, in bytes; an echo
	// request with more is not kept, as its reply would lack the end.
	keptPayload = 64
	// keptSize bounds what is kept of a packet, in bytes from the Ethernet header
	// on. The headers of IPv4 with all options fit, of IPv6 with 74 bytes of
	// extensions.
	keptSize = 256
)

// backlog is the packets that a proof keeps: copies, no mbufs. One that starts a
// proof, or comes while it runs, is treated when it ends in a capture as if it
// had come then. Of a flow only the latest is kept (RFC 1122 section 2.3.2.2).
type backlog struct {
	of [maxKept]kept
	n  uint8
	at uint8 // the next one to be treated
}

// kept is one packet: as much of the frame as decides how it is answered.
type kept struct {
	flow  flow
	meta  burst.Meta
	in    uint16
	size  uint16
	v6    bool
	frame [keptSize]byte
}

// flow tells the packets to one address apart by who sends them for what.
type flow struct {
	hi, lo uint64 // source
	ports  uint32 // of TCP and UDP; the identifier of an echo request
	proto  uint8
}

// flowAt is the flow of the packet in slot i, an echo request, TCP or UDP.
func flowAt(b *burst.Burst, i int) (f flow) {
	m := &b.Meta[i]
	if b.V6.Has(i) {
		f.hi, f.lo, _, _ = packet.Addrs6At(b, i)
	} else {
		a, _ := packet.Addrs4At(b, i)
		f.lo = own.Map4(a)
	}
	l4 := b.Frame(i)[m.L4:]
	if f.proto = m.Proto; m.Class == burst.ClassEcho {
		f.ports = uint32(binary.BigEndian.Uint16(l4[4:6]))
	} else {
		f.ports = binary.BigEndian.Uint32(l4[:4])
	}
	return f
}

// place is where a packet of the flow is to be kept, or nil when none is free.
func (q *backlog) place(f *flow) *kept {
	for j := range q.n {
		if q.of[j].flow == *f {
			return &q.of[j]
		}
	}
	if q.n == maxKept {
		return nil
	}
	q.n++
	return &q.of[q.n-1]
}

// left is how many packets wait.
func (q *backlog) left() uint64 { return uint64(q.n - q.at) }

// keep has the packet in slot i wait for the end of the proof of its destination
// k. A proof of another worker keeps none: it is that worker's alone.
func (s *stage) keep(b *burst.Burst, i int, n *network, k *session.Key) {
	if n.mode != config.TarpitEnable || !s.isAnswered(b, i) {
		return
	}
	m := &b.Meta[i]
	p := s.proofs.find(k)
	if p < 0 || int(m.Payload) > keptSize-keptPayload || m.Class == burst.ClassEcho && m.PayloadLen > keptPayload {
		n.own[KeptNot]++
		return
	}
	f := flowAt(b, i)
	q := &s.backlogs[p]
	was := q.n
	e := q.place(&f)
	if e == nil {
		n.own[KeptNot]++
		return
	}
	if q.n != was {
		n.own[Kept]++
	}
	e.flow, e.meta, e.in, e.v6 = f, *m, b.In[i], b.V6.Has(i)
	e.size = uint16(copy(e.frame[:min(int(m.Payload)+keptPayload, int(b.Len[i]))], b.Frame(i)))
}

// isAnswered tells whether a packet to a captured address would be answered or
// reported: other packets need not wait.
func (s *stage) isAnswered(b *burst.Burst, i int) bool {
	switch b.Meta[i].Class {
	case burst.ClassTCPSyn, burst.ClassUDP, burst.ClassDHCP:
		return true
	case burst.ClassEcho:
		return b.Meta[i].Flags&burst.Truncated == 0
	case burst.ClassTCP:
		return s.rules.Belongs(b, i, s.snap)
	}
	return false
}
