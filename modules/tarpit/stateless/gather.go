package stateless

import (
	"unsafe"

	"mire/dpdk/burst"
)

// gather reads addresses and ports of the slots of m into the columns and
// returns the slots that can be answered. Parse has checked all this; a slot
// that fails here is dropped and never read.
func (r *Rules) gather(b *burst.Burst, m burst.Mask) burst.Mask {
	var bad burst.Mask
	plans := r.plans
	for v4 := m &^ b.V6; v4 != 0; v4 = v4.Rest() {
		i := v4.First()
		mt := &b.Meta[i]
		if int(mt.Net) >= len(plans) || !fits(mt, b.Len[i], len4, b.Room) {
			bad |= burst.Bit(i)
			continue
		}
		p := b.Data[i]
		r.tuples.Addr[0][i] = get64(p, uintptr(mt.L3)+12)
		r.tuples.Tail[i] = uint64(get32(p, uintptr(mt.L4))) | plans[mt.Net].tail4
	}
	for v6 := m & b.V6; v6 != 0; v6 = v6.Rest() {
		i := v6.First()
		mt := &b.Meta[i]
		if int(mt.Net) >= len(plans) || !fits(mt, b.Len[i], len6, b.Room) {
			bad |= burst.Bit(i)
			continue
		}
		p := b.Data[i]
		ip := unsafe.Add(p, mt.L3)
		r.tuples.Addr[0][i] = get64(ip, 8)
		r.tuples.Addr[1][i] = get64(ip, 16)
		r.tuples.Addr[2][i] = get64(ip, 24)
		r.tuples.Addr[3][i] = get64(ip, 32)
		r.tuples.Tail[i] = uint64(get32(p, uintptr(mt.L4))) | plans[mt.Net].tail6
	}
	if bad != 0 {
		b.DropAll(bad, burst.TCPMalformed)
	}
	return m &^ bad
}

// fits tells whether a network header of at least n bytes and a TCP header lie
// one behind the other inside a frame of the given length, and a reply inside
// the room of its slot.
func fits(mt *burst.Meta, length uint16, n, room uint32) bool {
	return uint32(mt.L4) >= uint32(mt.L3)+n &&
		uint32(mt.L4)+lenTCP <= uint32(length) &&
		uint32(mt.L3)+reach <= room
}
