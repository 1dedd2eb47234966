package tarpit

import "mire/dpdk/burst"

// doubtAge is how old a proof must be for an answer to shake it, nanoseconds.
const doubtAge = 1_000_000_000

// answers returns the slots of m that answer something: SYN-ACKs, and ICMP
// that is no request. We never ask as a captured address, so either the source
// was forged, or somebody has taken the address who knew his peer's MAC from
// before and never had to ask for it.
func answers(b *burst.Burst, m burst.Mask) burst.Mask {
	found := m & b.Class[burst.ClassICMP]
	for t := m & b.Class[burst.ClassTCP]; t != 0; t = t.Rest() {
		i := t.First()
		if b.Frame(i)[int(b.Meta[i].L4)+13]&(flagSYN|flagACK) == flagSYN|flagACK {
			found |= burst.Bit(i)
		}
	}
	return found
}

// TCP flags (RFC 9293 section 3.1).
const (
	flagSYN = 0x02
	flagACK = 0x10
)

// doubt has the captured addresses of m proven again, within the share of the
// probe bound that upkeep has: whoever holds the address hears the question.
func (s *stage) doubt(b *burst.Burst, m burst.Mask) {
	for ; m != 0; m = m.Rest() {
		i := m.First()
		k := &s.keys[i]
		if r, ok := s.w.Table.Get(*k, b.Now); ok && b.Now-r.Proven >= doubtAge {
			s.proveAgain(b, &s.nets[b.Meta[i].Net], k, forUpkeep)
		}
	}
}
