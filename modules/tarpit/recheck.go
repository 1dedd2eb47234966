package tarpit

import (
	"mire/dpdk/burst"
	"mire/engine/session"
)

// maxRechecks is how many captures one worker proves again at once.
const maxRechecks = 256

// recheck is one probe for an address that stays captured meanwhile: a sign of
// life would release it as at any other time.
type recheck struct {
	net   int
	why   urgency
	sent  int64 // when the probe went out; 0 before
	until int64 // end of patience
}

// proveAgain starts a recheck unless one runs or too many do.
func (s *stage) proveAgain(b *burst.Burst, n *network, k *session.Key, why urgency) {
	if !n.can[familyOf(k)] || s.rechecks.find(k) >= 0 {
		return
	}
	i := s.rechecks.add(k, b.Now)
	if i < 0 {
		return
	}
	s.recheck[i] = recheck{net: n.index, why: why, until: b.Now + patience}
	s.advanceRecheck(b, i)
}

// advanceRecheck does what is due.
func (s *stage) advanceRecheck(b *burst.Burst, i int) {
	c := &s.recheck[i]
	n, k := &s.nets[c.net], &s.rechecks.keys[i]
	if c.sent == 0 {
		wait := s.probe(b, n, k, [6]byte{}, c.why)
		switch {
		case wait == 0:
			c.sent, c.until = b.Now, b.Now+settle+patience
			s.rechecks.set(i, b.Now+settle)
		case b.Now < c.until:
			if b.Now+patience == c.until {
				n.own[ProbesQueued]++
			}
			s.rechecks.set(i, min(b.Now+wait, c.until))
		default:
			n.own[ProbesExpired]++
			s.rechecks.remove(i)
		}
		return
	}
	if !s.common.ears.since(c.sent+hearTime) && b.Now < c.until {
		s.rechecks.set(i, b.Now+moment)
		return
	}
	if r, ok := s.w.Table.Get(*k, b.Now); ok && r.State == session.Trapped && b.Now < c.until {
		r.Proven, r.Expires = b.Now, b.Now+s.trapTTL
		if s.w.Table.Put(&r, 1<<session.Trapped, b.Now) == session.Done && c.why == forUpkeep {
			n.own[Renewals]++
		}
	}
	s.rechecks.remove(i)
}
