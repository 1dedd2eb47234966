package tarpit

import (
	"mire/dpdk/burst"
	"mire/engine/neigh"
	"mire/engine/session"
)

// hearClaims acts on the signs of life of this turn. The shared table knows
// them already: whatever is answered from here on is answered for nobody alive.
func (s *stage) hearClaims(b *burst.Burst) {
	o := s.w.Observer
	for j := range o.N {
		c := &o.Claims[j]
		if c.Net >= len(s.nets) {
			continue
		}
		n := &s.nets[c.Net]
		n.own[Claims]++
		if i := s.proofs.find(&c.Key); i >= 0 {
			if c.Record.State == session.Probing && c.Strong {
				s.watchProxy(n, c, b.Now)
			}
			n.count(ProofsReal, familyOf(&c.Key))
			s.finish(i)
		}
		if c.Record.State == session.Trapped {
			n.own[Releases]++
			n.own[releasedAlive]++
			e := s.event(n.released(), n, &c.Key, b.Now)
			e.MAC = c.MAC
			e.PayloadLen = uint8(copy(e.Payload[:], heardHow(c)))
			s.emit()
		}
		if c.Strong && c.By != neigh.ByDetection && c.By != neigh.ByLease {
			s.notice(n, &c.Key, c.MAC, b.Now)
		}
		s.watchFlood(n, c, b.Now)
		s.verify(b, n, c)
	}
}

// heardHow says what the MAC of a claim is that names no owner; nothing when it
// is the owner's.
func heardHow(c *neigh.Claim) string {
	switch {
	case c.Owner != [6]byte{}:
		return ""
	case c.By == neigh.ByDetection:
		return "probed for by"
	}
	return "heard from"
}

// mustCorrect tells whether a claim names the owner of an address whose askers
// were told our MAC: it released the capture itself, or it is the first to say
// who released it.
func mustCorrect(c *neigh.Claim) bool {
	was := &c.Record
	return c.Owner != [6]byte{} && was.Askers[0] != [6]byte{} &&
		(was.State == session.Trapped || was.State == session.Real && was.MAC == [6]byte{})
}
