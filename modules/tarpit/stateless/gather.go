package stateless

import (
	"unsafe"

	"mire/dpdk/burst"
)

// gather reads addresses and ports of the slots of m into the columns and
// returns the slots that can be answered. Parse has checked all this; a slot
// that fails here is dropped and never read.
func (r *Rules) gather(b *burst.Burst, m burst.Mask) burst.Mask {
	ok := m
	for v4 := m &^ b.V6; v4 != 0; v4 = v4.Rest() {
		i := v4.First()
		mt := &b.Meta[i]
		if !r.usable(b, i, uint32(mt.L3)+len4) {
			ok &^= burst.Bit(i)
			continue
		}
		p := b.Data[i]
		r.tuples.Addr[0][i] = get64(p, uintptr(mt.L3)+12)
		r.tuples.Tail[i] = uint64(get32(p, uintptr(mt.L4))) | r.plans[mt.Net].tail4
	}
	for v6 := m & b.V6; v6 != 0; v6 = v6.Rest() {
		i := v6.First()
		mt := &b.Meta[i]
		if !r.usable(b, i, uint32(mt.L3)+len6) {
			ok &^= burst.Bit(i)
			continue
		}
		p := b.Data[i]
		ip := unsafe.Add(p, mt.L3)
		r.tuples.Addr[0][i] = get64(ip, 8)
		r.tuples.Addr[1][i] = get64(ip, 16)
		r.tuples.Addr[2][i] = get64(ip, 24)
		r.tuples.Addr[3][i] = get64(ip, 32)
		r.tuples.Tail[i] = uint64(get32(p, uintptr(mt.L4))) | r.plans[mt.Net].tail6
	}
	return ok
}

// usable checks that the headers of slot i lie inside its frame, the transport
// header not before least, that its network exists and that the slot has room
// for a reply. It drops the slot otherwise.
func (r *Rules) usable(b *burst.Burst, i int, least uint32) bool {
	mt := &b.Meta[i]
	if int(mt.Net) >= len(r.plans) {
		b.Drop(i, burst.NoNetwork)
		return false
	}
	if uint32(mt.L4) < least || uint32(mt.L4)+lenTCP > uint32(b.Len[i]) || uint32(mt.L3)+reach > b.Room {
		b.Drop(i, burst.TCPMalformed)
		return false
	}
	return true
}
