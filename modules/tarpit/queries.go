package tarpit

import (
	"mire/dpdk/burst"
	"mire/engine/packet"
	"mire/engine/session"
)

const (
	// A switch that snoops MLD and forwards no foreign group to us shows itself
	// by queries without solicitations: this many, over this long.
	silentQueries = 3
	silentTime    = 300_000_000_000
)

// hearQueries notes MLD queries: worker 0 answers them with the groups of our
// own addresses, and counts those behind which no solicitation is heard. A query
// that crossed a router or has no link-local source is none (RFC 3810 section
// 5.1.14).
func (s *stage) hearQueries(b *burst.Burst) {
	for m := b.Undecided & b.Class[burst.ClassMLD] & b.V6; m != 0; m = m.Rest() {
		i := m.First()
		h := packet.MLDAt(b, i)
		ip := packet.IPv6At(b, i)
		if h.Type() != packet.ICMPv6MLDQuery || ip.HopLimit() != 1 || !packet.IsLinkLocal6(ip.Src()) {
			continue
		}
		for j := range s.nets {
			n := &s.nets[j]
			if n.port != b.In[i] || n.vlan != b.Meta[i].VLAN || !n.can[v6] {
				continue
			}
			n.ledger.asked.Store(b.Now)
			if n.watched() && n.ledger.queries.Add(1) == 1 {
				n.ledger.queried.Store(b.Now)
			}
		}
	}
}

// watchQueries schedules the answers, and warns once when nothing but queries
// is heard: solicitations for captured addresses do not reach this port.
func (s *stage) watchQueries(b *burst.Burst) {
	for j := range s.nets {
		n := &s.nets[j]
		l := n.ledger
		if t := l.asked.Load(); t > n.answeredQuery {
			n.answeredQuery = t
			s.groups.answer(n, t+s.random.around(answerDelay/2))
		}
		if !n.watched() || l.queries.Load() < silentQueries {
			continue
		}
		if l.solicited.Load() >= l.queried.Load() {
			l.queries.Store(0)
			n.warned = false
			continue
		}
		if b.Now-l.queried.Load() >= silentTime && !n.warned {
			n.warned = true
			var none session.Key
			s.event(kindQueryNoNS, n, &none, b.Now)
			s.emit()
		}
	}
}

// answer makes the leg of a network report its groups at the given time.
func (m *multicast) answer(n *network, at int64) {
	for i := range m.legs {
		if l := &m.legs[i]; l.port == n.port && l.vlan == n.vlan && !l.asked {
			l.asked = true
			l.nextReport = at
		}
	}
}
