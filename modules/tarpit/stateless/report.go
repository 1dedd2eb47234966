package stateless

import (
	"math/bits"
	"unsafe"

	"mire/dpdk/burst"
	"mire/engine/event"
)

// report shows the events of slot i, before the slot is rewritten.
func (r *Rules) report(b *burst.Burst, i int, d *Decision) {
	if r.events == nil || !d.Event {
		return
	}
	r.tell(b, i, d.Kind, d)
	if d.Payload {
		r.tell(b, i, kindFirstPayload, d)
	}
}

// tell shows one event of slot i, unless there is no room, which is counted.
func (r *Rules) tell(b *burst.Burst, i int, kind event.Kind, d *Decision) {
	e := r.events.Place(kind)
	if e == nil {
		return
	}
	r.describe(b, i, e)
	e.Kind = kind
	e.Verified = d.Verified && b.Meta[i].Flags&burst.Truncated == 0
	if kind == kindFirstPayload {
		keepPayload(b, i, e)
	}
	r.events.Show()
}

// reportSYNs shows an event for each slot of all, SYNs that are answered, in the
// order of the slots; those of p are built by columns. In a flood nothing is built
// that nobody can take.
func (r *Rules) reportSYNs(b *burst.Burst, all burst.Mask, p Plain) {
	if r.events == nil {
		return
	}
	want := all.Count()
	n := r.events.Room(want)
	for k := want; k > n; k-- {
		if n == 0 {
			all = 0
			break
		}
		all &^= 1 << (bits.Len64(uint64(all)) - 1)
	}
	p = p.And(all)
	if p.All() != 0 {
		r.describePlain(b, all, p)
	}
	for m := all &^ p.All(); m != 0; m = m.Rest() {
		i := m.First()
		e := r.events.Slot((all & (burst.Bit(i) - 1)).Count())
		r.describe(b, i, e)
		e.Kind = kindSYNACK
	}
	r.publish(n, want)
}

// describePlain writes the events of p, slots of all.
func (r *Rules) describePlain(b *burst.Burst, all burst.Mask, p Plain) {
	e, w := &r.like, r.events.Window()
	data := (*[burst.Size]unsafe.Pointer)(b.Data[:])
	e.Time, e.Count, e.Net, e.Kind = b.Now, 1, r.plans[p.Net].number, kindSYNACK
	if p.V4 != 0 {
		e.Family = 4
		e.Ours[10], e.Ours[11], e.Remote[10], e.Remote[11] = 0xff, 0xff, 0xff, 0xff
		events(data, &w, all, p.V4, e, false)
	}
	if p.V6 != 0 {
		e.Family = 6
		e.Ours[10], e.Ours[11], e.Remote[10], e.Remote[11] = 0, 0, 0, 0
		events(data, &w, all, p.V6, e, true)
	}
}

// publish shows the first n of want events and counts the others as lost.
func (r *Rules) publish(n, want int) {
	if n != 0 {
		r.events.Publish(n)
	}
	if n < want {
		r.events.Lose(uint64(want - n))
	}
}

// mapped is bytes 8..11 of an IPv4-mapped address, little-endian, as the low
// half of a word (RFC 4291 section 2.5.5.2).
const mapped = 0xffff0000

// describe sets every field of e but Kind for slot i: who, whom and when.
func (r *Rules) describe(b *burst.Burst, i int, e *event.Event) {
	t := &r.tuples
	ours, remote := unsafe.Pointer(&e.Ours), unsafe.Pointer(&e.Remote)
	if b.V6.Has(i) {
		e.Family = 6
		put64(remote, 0, t.Addr[0][i])
		put64(remote, 8, t.Addr[1][i])
		put64(ours, 0, t.Addr[2][i])
		put64(ours, 8, t.Addr[3][i])
	} else {
		e.Family = 4
		a := t.Addr[0][i]
		put64(remote, 0, 0)
		put64(remote, 8, mapped|a<<32)
		put64(ours, 0, 0)
		put64(ours, 8, mapped|a>>32<<32)
	}
	e.Time, e.Count = b.Now, 1
	e.Verified, e.PayloadLen = false, 0
	e.Net = r.plans[b.Meta[i].Net].number
	ports := uint32(t.Tail[i])
	e.RemotePort, e.OurPort = bits.ReverseBytes16(uint16(ports)), bits.ReverseBytes16(uint16(ports>>16))
	src := unsafe.Pointer(&e.MAC)
	put32(src, 0, get32(b.Data[i], 6))
	put16(src, 4, get16(b.Data[i], 10))
}

// keepPayload copies the first bytes of the payload that are inside the frame.
func keepPayload(b *burst.Burst, i int, e *event.Event) {
	mt := &b.Meta[i]
	start := min(mt.Payload, b.Len[i])
	end := min(uint32(b.Len[i]), uint32(start)+uint32(mt.PayloadLen))
	e.PayloadLen = uint8(copy(e.Payload[:], b.Frame(i)[start:end]))
}
