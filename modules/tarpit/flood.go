package tarpit

import (
	"mire/engine/neigh"
)

const (
	floodPlaces = 64
	floodWindow = 60_000_000_000 // nanoseconds
	// floodClaims is how many claims in a window make one MAC suspicious.
	floodClaims = 30
	// proxyProofs is how many proofs must have ended before a share of them
	// means anything; at four times that both sides are halved.
	proxyProofs = 32
)

// flood watches the claims of one network on one worker: a place per hash of
// the MAC, so that it stays small whatever is claimed.
type flood struct {
	of     [floodPlaces]claimant
	proofs uint32 // that ended, either way
}

type claimant struct {
	mac     [6]byte
	claims  uint32 // in this window
	began   int64
	told    bool   // reported in this window
	answers uint32 // proofs that it ended
	proxy   bool   // reported as proxy
}

// place returns the place of a MAC, or nil when a busier one has it.
func (f *flood) place(mac [6]byte, now int64) *claimant {
	c := &f.of[word(mac)*0x9e3779b97f4a7c15>>58]
	if c.mac != mac {
		if now-c.began < floodWindow && c.claims > floodClaims/2 {
			return nil
		}
		*c = claimant{mac: mac, began: now}
	}
	if now-c.began >= floodWindow {
		c.claims, c.began, c.told = 0, now, false
	}
	return c
}

// proven counts a proof that ended in silence.
func (f *flood) proven() {
	f.proofs++
	f.decay()
}

func (f *flood) decay() {
	if f.proofs < 4*proxyProofs {
		return
	}
	f.proofs /= 2
	for i := range f.of {
		f.of[i].answers /= 2
	}
}

// watchFlood reports a MAC that claims many addresses a minute, once a minute.
func (s *stage) watchFlood(n *network, c *neigh.Claim, now int64) {
	p := n.ward.place(c.MAC, now)
	if p == nil {
		return
	}
	if p.claims++; p.claims < floodClaims || p.told {
		return
	}
	p.told = true
	e := s.event(kindClaimFlood, n, &c.Key, now)
	e.MAC, e.Count = c.MAC, p.claims
	s.emit()
}

// watchProxy reports, once, a MAC that answers more than half of what is
// probed: a router with proxy ARP, for `tarpit distrust`.
func (s *stage) watchProxy(n *network, c *neigh.Claim, now int64) {
	n.ward.proofs++
	if p := n.ward.place(c.MAC, now); p != nil {
		p.answers++
		if !p.proxy && n.ward.proofs >= proxyProofs && 2*p.answers > n.ward.proofs {
			p.proxy = true
			e := s.event(kindProxyARP, n, &c.Key, now)
			e.MAC, e.Count = c.MAC, p.answers
			s.emit()
		}
	}
	n.ward.decay()
}
