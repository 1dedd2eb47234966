package stateless

import (
	"unsafe"

	"mire/dpdk/burst"
	"mire/engine/config"
)

// Plain are plain SYNs (burst.Columns.Plain) on one network: most of a flood.
// They are answered by columns, many at a time.
type Plain struct {
	V4, V6 burst.Mask
	Net    uint16     // index into Snapshot.Networks
	made   burst.Mask // whose cookies Prepare has made
}

// All is the slots of both families.
func (p Plain) All() burst.Mask { return p.V4 | p.V6 }

// And is p without the slots outside m.
func (p Plain) And(m burst.Mask) Plain { return Plain{p.V4 & m, p.V6 & m, p.Net, p.made & m} }

// vectorRoom is how much of a slot the vector path may read and write, bytes.
const vectorRoom = 128

// ByColumns tells whether this CPU answers plain SYNs by columns.
func ByColumns() bool { return vector }

// PlainOf returns the plain SYNs of m on the network of the first of them that
// has one, or none where this CPU cannot answer them by columns.
func PlainOf(b *burst.Burst, m burst.Mask) (p Plain) {
	if !vector || b.Room < vectorRoom {
		return p
	}
	m &= b.Columns.Plain
	for range 2 {
		if m == 0 {
			break
		}
		net := b.Meta[m.First()].Net
		same := m & sameNet(&b.Meta, net)
		if net != burst.NoNet {
			return Plain{V4: same &^ b.V6, V6: same & b.V6, Net: net}
		}
		m &^= same
	}
	return p
}

// stamp is a SYN-ACK of one network and family as it is stored, with zeros where
// the answered SYN or a checksum has its say.
type stamp struct {
	bytes [96]byte
	ipSum uint64 // of the constant words, as in shape
	sum   uint64
	size  uint64 // frame, bytes
}

// newStamp makes the stamp of a shape behind an Ethernet header without a tag.
func newStamp(s *shape, m *mac, word uint32, v6 bool) (t stamp) {
	t.ipSum, t.sum, t.size = s.ipSum, s.sum+uint64(word), max(uint64(minFrame), l3Plain+uint64(s.size))
	p := unsafe.Pointer(&t.bytes)
	put64(p, 0, m.high)
	put32(p, 8, m.low)
	put16(p, 12, 0x0008)
	l4 := uintptr(l3Plain + len4)
	if v6 {
		put16(p, 12, 0xdd86)
		l4 = l3Plain + len6
	} else {
		put32(p, l3Plain+8, ttl|proto<<8)
	}
	put64(p, l3Plain, s.head)
	put32(p, l4+12, word)
	put64(p, l4+20, s.opts)
	return t
}

// l3Plain is where the IP header of a plain SYN begins.
const l3Plain = 14

// fields are what a reply does not take from its SYN or its stamp, 16 bytes a
// slot: sequence and acknowledgement number as stored, checksums of IP and TCP.
type fields [burst.Size][2]uint64

// Prepare makes the cookies of p before it is known which of p will be answered:
// work for the time in which the lookup's memory is on its way. The result is for
// ProcessPlain in the same turn.
func (r *Rules) Prepare(b *burst.Burst, p Plain, snap *config.Snapshot) Plain {
	if snap == r.snap && r.keys.Ready() && !r.limitsOpenings() && int(p.Net) < len(r.plans) {
		r.makeCookies(b, p)
		p.made = p.All()
	}
	return p
}

// makeCookies makes those of p that are not made yet.
func (r *Rules) makeCookies(b *burst.Burst, p Plain) {
	n := &r.plans[p.Net]
	if m := p.V4 &^ p.made; m != 0 {
		r.keys.Current.Column4(m, &b.Columns, n.tail4, &r.cookies)
	}
	if m := p.V6 &^ p.made; m != 0 {
		r.keys.Current.Column6(m, &b.Columns, n.tail6, &r.cookies)
	}
}

// answerPlain makes the plain SYNs of p, whose cookies are made, SYN-ACKs.
func (r *Rules) answerPlain(b *burst.Burst, p Plain) {
	if p.All() == 0 {
		return
	}
	var sack burst.Mask
	for m := p.All() &^ b.Columns.MSSAlone; m != 0; m = m.Rest() {
		if i := m.First(); offersSACK(b, i) != 0 {
			sack |= burst.Bit(i)
		}
	}
	n := &r.plans[p.Net]
	data, lens := (*[burst.Size]unsafe.Pointer)(b.Data[:]), (*[burst.Size]uint16)(b.Len[:])
	for v, m := range [2]burst.Mask{^sack, sack} {
		if four := p.V4 & m; four != 0 {
			stamp4(data, lens, &b.Columns, &n.stamp4[v], &r.cookies, four, &r.fields)
		}
		if six := p.V6 & m; six != 0 {
			stamp6(data, lens, &b.Columns, &n.stamp6[v], &r.cookies, six, &r.fields)
		}
	}
}
