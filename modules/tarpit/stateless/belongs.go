package stateless

import (
	"mire/dpdk/burst"
	"mire/engine/config"
)

// Belongs tells whether the TCP segment in slot i belongs to a connection that
// was answered under a key that still counts: it carries a valid cookie. It
// decides nothing and leaves the frame alone. SYNs belong to none yet.
func (r *Rules) Belongs(b *burst.Burst, i int, snap *config.Snapshot) bool {
	mt := &b.Meta[i]
	least := uint32(len4)
	if b.V6.Has(i) {
		least = len6
	}
	if mt.Class != burst.ClassTCP || snap != r.snap || int(mt.Net) >= len(r.plans) || !fits(mt, b.Len[i], least, b.Room) {
		return false
	}
	if !r.keys.Ready() {
		r.rekey(b.Now)
	}
	m := r.gather(b, burst.Bit(i))
	r.findCookies(b, m)
	s := r.segment(b, i)
	switch rowOf(&s) {
	case Row5:
		return s.Valid()
	case Row7, Row8, Row9, Row10, Row10a, Row11, Row12:
		return true
	}
	return false
}
