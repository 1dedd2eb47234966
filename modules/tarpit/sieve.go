package tarpit

import (
	"math/bits"

	"mire/dpdk/burst"
	"mire/engine/config"
	"mire/engine/session"
	"mire/modules/tarpit/stateless"
)

// sieve is what isMAC, isUsual4 and isUsual6 compare with, as the vector code
// wants it.
type sieve struct {
	macs  [3]uint64 // ours, in the upper six bytes
	never [3]uint64 // IPv4 sources that are not answered, as numbers
	six   [4]uint64 // real and virt over IPv6, as words from the wire
}

func (n *network) newSieve() (s sieve) {
	for i := range s.macs {
		s.macs[i], s.never[i] = n.macs[i]<<16, uint64(n.never[i])
	}
	for i, w := range [4]uint64{n.addrs.Real6.Hi, n.addrs.Real6.Lo, n.addrs.Virt6.Hi, n.addrs.Virt6.Lo} {
		s.six[i] = bits.ReverseBytes64(w)
	}
	return s
}

// addressedPlain is addressed for the plain SYNs of p, without their keys. What
// stateless.PlainOf finds is looked at and looked up by columns, many at a time.
func (s *stage) addressedPlain(b *burst.Burst, p stateless.Plain) (to, usual burst.Mask) {
	if int(p.Net) >= len(s.nets) {
		return 0, 0
	}
	n := &s.nets[p.Net]
	if !n.watched() {
		return 0, 0
	}
	if p.V4 != 0 {
		t, u := sieve4(&b.Columns, &n.sieve)
		to, usual = t&p.V4, t&u&p.V4
	}
	if p.V6 != 0 {
		t, u := sieve6(&b.Columns, &n.sieve)
		to, usual = to|t&p.V6, usual|t&u&p.V6
	}
	if n.mode != config.TarpitEnable {
		usual = 0
	}
	return to, usual
}

// lookUp finds the states of the destinations of m: those of s.plain by columns,
// the others by their keys.
func (s *stage) lookUp(b *burst.Burst, m burst.Mask) {
	s.found = session.Found{}
	if p := s.plain; p.All() != 0 {
		n, c, t := s.nets[p.Net].number, &b.Columns, s.w.Table
		if p.V4 != 0 {
			t.Seek4(p.V4, &c.Addr[0], session.Destinations, n, &s.finder)
			s.prepare(b, p.V4)
			s.found = t.Sought4(p.V4, &c.Addr[0], session.Destinations, n, b.Now, &s.finder)
		}
		if p.V6 != 0 {
			t.Seek6(p.V6, &c.Addr[2], &c.Addr[3], n, &s.finder)
			s.prepare(b, p.V6)
			s.found.Join(t.Sought6(p.V6, &c.Addr[2], &c.Addr[3], n, b.Now, &s.finder))
		}
		s.flood = s.found[session.Trapped].Count() >= burst.Size/2
		m &^= p.All()
	}
	if m != 0 {
		s.found.Join(s.w.Table.StatesOf(m, &s.keys, b.Now, &s.finder))
	}
}

// prepare has the cookies of m made ahead when most of the last burst was answered
// and m is all there is to answer by columns.
func (s *stage) prepare(b *burst.Burst, m burst.Mask) {
	if s.flood && m == s.plain.All() {
		s.plain = s.rules.Prepare(b, s.plain, s.snap)
	}
}

// nameAll fills the keys of those slots of m that have none yet.
func (s *stage) nameAll(b *burst.Burst, m burst.Mask) {
	for m &= s.plain.All(); m != 0; m = m.Rest() {
		i := m.First()
		n, c := s.nets[s.plain.Net].number, &b.Columns
		if s.plain.V6.Has(i) {
			s.keys[i] = session.WordsKey(c.Addr[2][i], c.Addr[3][i], n)
		} else {
			s.keys[i] = session.PairKey(c.Addr[0][i], session.Destinations, n)
		}
	}
}
