package tarpit

import (
	"mire/dpdk/burst"
	"mire/engine/neigh"
	"mire/engine/session"
)

const (
	// maxChecks is how many claims one worker verifies at once.
	maxChecks = 1024
	// claimDelay is when a claimant is asked whether it is there.
	claimDelay = 2_000_000_000
	// detectionDelay is the same for a host that is only about to take the
	// address: RFC 5227 section 1.1 has it silent for up to 7 s.
	detectionDelay = 8_000_000_000
	claimProbes    = 3
	claimPatience  = 10_000_000_000
	// strayTime is how long packets for a released address are passed on: by
	// then whoever uses its neighbour cache has asked again.
	strayTime = 60_000_000_000
)

// check is one claim to be verified: after a while the claimant is asked, and a
// claim that nobody stands by is forgotten.
type check struct {
	net    int
	mac    [6]byte    // the owner that the claim named; zero when it named none
	askers [2][6]byte // who is to be told the owner
	told   uint8      // how many of them were
	tries  uint8      // questions asked
	known  bool       // verified: only the strays are left to end
	at     int64      // next question, or the end of the strays
	asked  int64      // when the first question went out
	until  int64      // end of patience for a probe over the bound; 0 when not waiting
}

// verify puts a claim on the list. An answer to a question of ours needs no
// verification, but ends one that is under way; an answer to no question is a
// claim like any other.
func (s *stage) verify(b *burst.Burst, n *network, c *neigh.Claim) {
	i := s.checks.find(&c.Key)
	correct, fresh := mustCorrect(c), i < 0
	by := c.By
	if by == neigh.ByAnswer && !s.asked(c, i) {
		by = neigh.BySender
	}
	if fresh {
		if by == neigh.ByAnswer && !correct {
			return
		}
		if i = s.checks.add(&c.Key, b.Now); i < 0 {
			n.own[ClaimsUnchecked]++
			return
		}
	}
	v := &s.check[i]
	old := *v
	*v = check{net: n.index, mac: c.Owner, at: b.Now + claimDelay, told: uint8(len(v.askers))}
	if !fresh && v.mac != [6]byte{} {
		v.askers, v.told = old.askers, old.told // corrections still to be sent
	}
	switch by {
	case neigh.ByAnswer:
		n.own[ClaimsVerified]++
		v.known, v.at = true, b.Now+strayTime
	case neigh.ByDetection:
		v.at = b.Now + detectionDelay
	case neigh.ByPacket:
		v.at = b.Now // the owner's MAC is still to be learnt
	}
	if correct {
		v.askers, v.told = c.Record.Askers, 0
	}
	s.checks.set(i, b.Now)
	s.advanceCheck(b, i)
}

// asked tells whether a question about the address of a claim was under way:
// its proof, a recheck of this worker, or the verification in slot i (-1: none).
func (s *stage) asked(c *neigh.Claim, i int) bool {
	if c.Record.State == session.Probing || i >= 0 && s.check[i].tries > 0 {
		return true
	}
	r := s.rechecks.find(&c.Key)
	return r >= 0 && s.recheck[r].sent != 0
}

// advanceCheck does what is due.
func (s *stage) advanceCheck(b *burst.Burst, i int) {
	v, k := &s.check[i], &s.checks.keys[i]
	n := &s.nets[v.net]
	for int(v.told) < len(v.askers) {
		if !s.correct(b, n, k, v.askers[v.told], v.mac) {
			s.checks.set(i, b.Now+moment)
			return
		}
		v.told++
	}
	if b.Now < v.at {
		s.checks.set(i, v.at)
		return
	}
	r, ok := s.w.Table.Get(*k, b.Now)
	switch {
	case !ok || r.State != session.Real:
		s.checks.remove(i) // expired, or released by command
	case v.known:
		s.endStrays(n, &r, b.Now)
		s.checks.remove(i)
	case v.tries > 0 && v.standsBy(&r):
		n.own[ClaimsVerified]++
		v.known, v.at = true, b.Now+strayTime
		s.checks.set(i, v.at)
	case v.tries < claimProbes:
		s.askClaimant(b, n, i)
	case !s.common.ears.since(v.asked + hearTime):
		s.checks.set(i, b.Now+moment)
	case !s.proves(n, familyOf(k)) || s.common.unheardUntil(n) >= v.asked:
		n.own[ClaimsUnchecked]++
		s.checks.remove(i) // we may not have heard: the claim stands
	default:
		if s.w.Table.Delete(*k, 1<<session.Real, b.Now) == session.Done {
			n.own[ClaimsRefuted]++
		}
		s.checks.remove(i)
	}
}

// standsBy tells whether the claimant was heard again since it was asked. A claim
// that named no owner may have come with the question; anything that names one
// is more than it said.
func (v *check) standsBy(r *session.Record) bool {
	if v.mac == [6]byte{} {
		return r.MAC != [6]byte{} || r.Proven > v.asked
	}
	return r.Proven >= v.asked
}

// askClaimant sends the next question: to the claimant first, then to all.
func (s *stage) askClaimant(b *burst.Burst, n *network, i int) {
	v := &s.check[i]
	var to [6]byte
	if v.tries == 0 {
		to = v.mac
	}
	wait := s.probe(b, n, &s.checks.keys[i], to, forUpkeep)
	if wait == 0 {
		if v.tries == 0 {
			v.asked = session.Cut(b.Now) // as Proven is
		}
		v.tries, v.until, v.at = v.tries+1, 0, b.Now+settle
		if v.tries == 1 && v.mac == [6]byte{} {
			v.at = b.Now + claimDelay // the first only asked for the owner's MAC
		}
		s.checks.set(i, v.at)
		return
	}
	if v.until == 0 {
		v.until = b.Now + claimPatience
		n.own[ProbesQueued]++
	}
	if b.Now >= v.until {
		n.own[ProbesExpired]++
		n.own[ClaimsUnchecked]++
		s.checks.remove(i) // no decision: the claim stands
		return
	}
	s.checks.set(i, min(b.Now+wait, v.until))
}

// endStrays forgets that an address was captured once, so that its packets are
// no longer taken for strays.
func (s *stage) endStrays(n *network, r *session.Record, now int64) {
	if r.Askers != [2][6]byte{} {
		r.Askers = [2][6]byte{}
		s.w.Table.Put(r, 1<<session.Real, now)
	}
}
