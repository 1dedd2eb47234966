package tarpit

import (
	"mire/dpdk/burst"
	"mire/engine/session"
)

// proofAge is how old a proof must be, in nanoseconds, for packets to shake it.
const proofAge = 1_000_000_000

// doubt has a captured address proven again if its proof is old, within the
// share of the probe bound that upkeep has: whoever holds the address hears the
// question.
func (s *stage) doubt(b *burst.Burst, n *network, k *session.Key) {
	f := familyOf(k)
	if n.ledger.background[f].wait(n.bounds[f].background, 0, b.Now) > 0 {
		return
	}
	if r, ok := s.w.Table.Get(*k, b.Now); ok && r.State == session.Trapped && b.Now-r.Proven > proofAge {
		s.proveAgain(b, n, k, forUpkeep)
	}
}

// doubtAnswered doubts the captured addresses of m that are answered something.
func (s *stage) doubtAnswered(b *burst.Burst, m burst.Mask) {
	for m = answers(b, m); m != 0; m = m.Rest() {
		i := m.First()
		s.doubt(b, &s.nets[b.Meta[i].Net], &s.keys[i])
	}
}

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
