package tarpit

import (
	"mire/dpdk/burst"
	"mire/engine/event"
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
			n.own[ProofsReal]++
			s.finish(i)
		}
		if c.Record.State == session.Trapped {
			n.own[Releases]++
			s.event(event.Released, n, &c.Key, b.Now).MAC = c.MAC
			s.emit()
		}
		if c.Strong && c.By != neigh.ByDetection && c.By != neigh.ByLease {
			s.notice(n, &c.Key, c.MAC, b.Now)
		}
		s.watchFlood(n, c, b.Now)
		s.verify(b, n, c)
	}
}

// mustCorrect tells whether a claim names the owner of an address whose askers
// were told our MAC: it released the capture itself, or it is the first to say
// who released it.
func mustCorrect(c *neigh.Claim) bool {
	was := &c.Record
	return c.Strong && isUnicast(c.MAC) && was.Askers[0] != [6]byte{} &&
		(was.State == session.Trapped || was.State == session.Real && was.MAC == [6]byte{})
}
