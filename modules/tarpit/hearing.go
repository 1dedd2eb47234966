package tarpit

import (
	"sync/atomic"

	"mire/dpdk/burst"
	"mire/engine/event"
	"mire/engine/neigh"
	"mire/engine/session"
)

// Silence proves something only to who can hear. A probe goes out from the MAC
// of `real`, and on a port that gets no unicast to that MAC (a macvlan child, a
// virtual switch without promiscuous mode, an untrusted VF) every address looks
// like nobody's. So stations are asked for themselves, and what is captured
// rests on an answer of one of them.

const (
	hearingTime   = 600_000_000_000 // for how long an answer shows that we hear
	renewTime     = hearingTime / 2 // after which stations are asked again
	quietTime     = 30_000_000_000  // the same while one of them is silent
	answerWindow  = 2_000_000_000   // how late an answer to a question may come
	suspectTime   = 500_000_000     // after which silence of one that answered before is odd
	unheardTime   = 3_500_000_000   // how long a proof waits to know whether it was heard
	unheardPoll   = 5_000_000
	maxQuestions  = 3
	questionSpace = 1_000_000_000 // between two questions to one station
)

// Hearing is whether a network's answers reach this node, for one family.
type Hearing int32

// The states of hearing.
const (
	Untested Hearing = iota // no answer yet, or none any more, and nothing that speaks against it
	Hears                   // an answer to the MAC we ask from came within ten minutes
	Deaf                    // every station that is heard, or once answered, was silent to three questions
	Assumed                 // not asked for: `tarpit hearing assume`, or a port without neighbours
)

func (h Hearing) String() string {
	return [...]string{"untested", "hears", "deaf", "assumed"}[h]
}

// hearing is what all workers know of it for one network and family.
type hearing struct {
	place atomic.Uint64 // port, tag, MAC and prefix that it holds for
	last  atomic.Int64  // when an answer was heard last; 0: never
	since atomic.Int64  // since when, without a gap
	deaf  atomic.Int64  // since when nobody answers; 0: not deaf
	state atomic.Int32  // Hearing as worker 0 saw it last, for the control plane
	list  stations
}

// moveTo forgets everything when the network is another place than before.
func (h *hearing) moveTo(place uint64) {
	if h.place.Swap(place) != place {
		h.last.Store(0)
		h.since.Store(0)
		h.deaf.Store(0)
		h.list.forget()
	}
}

// answered notes that an answer was heard. It clears every station: that others
// were silent until now was their affair.
func (h *hearing) answered(now int64) {
	if last := h.last.Load(); last == 0 || now-last >= hearingTime || h.deaf.Load() != 0 {
		h.since.Store(now)
	}
	h.last.Store(now)
	h.deaf.Store(0)
	h.list.clear()
}

// at tells the state now.
func (h *hearing) at(now int64) Hearing {
	switch last := h.last.Load(); {
	case h.deaf.Load() != 0:
		return Deaf
	case last == 0 || now-last >= hearingTime || h.list.isOdd(now):
		return Untested
	}
	return Hears
}

// hearing is the state of a network and family for this turn.
func (s *stage) hearing(n *network, f int) Hearing {
	if n.assumed {
		return Assumed
	}
	return n.ledger.hearing[f].at(s.now)
}

// isDeaf tells whether what is captured must not be answered for.
func (n *network) isDeaf(f int) bool { return !n.assumed && n.ledger.hearing[f].deaf.Load() != 0 }

// proves tells whether silence proves anything now.
func (s *stage) proves(n *network, f int) bool {
	h := s.hearing(n, f)
	return h == Hears || h == Assumed
}

// hearAnswers looks for answers to questions of ours: to one for the station
// itself, or to a probe for its address. What nobody asked for shows nothing.
func (s *stage) hearAnswers(b *burst.Burst) {
	o := s.w.Observer
	for j := range o.NAnswers {
		a := &o.Answers[j]
		if a.Net >= len(s.nets) {
			continue
		}
		n, f := &s.nets[a.Net], family(a.Hi, a.Lo)
		h := &n.ledger.hearing[f]
		if n.assumed || !n.watched() || h.place.Load() != n.place {
			continue
		}
		st := h.list.find(a.Hi, a.Lo)
		if (st == nil || !st.wasAsked(b.Now)) && !s.hasProbed(n, a) {
			continue
		}
		if st == nil {
			st = h.list.enter(a.Hi, a.Lo, a.MAC, false, b.Now)
		}
		if st != nil {
			st.answered.Store(b.Now)
			st.heard.Store(b.Now)
			st.setMAC(a.MAC)
		}
		h.answered(b.Now)
	}
}

// hasProbed tells whether a probe for the address of an answer is out.
func (s *stage) hasProbed(n *network, a *neigh.Answer) bool {
	k := n.key(a.Hi, a.Lo)
	if i := s.proofs.find(&k); i >= 0 && s.proof[i].sent > 0 {
		return true
	}
	if i := s.rechecks.find(&k); i >= 0 && s.recheck[i].sent != 0 {
		return true
	}
	if i := s.checks.find(&k); i >= 0 && s.check[i].tries > 0 {
		return true
	}
	for j := range s.w.Observer.N { // another worker's proof, which the answer has ended
		if c := &s.w.Observer.Claims[j]; c.Key == k && c.Record.State == session.Probing {
			return true
		}
	}
	return false
}

// mishears holds a proof back whose silence proves nothing yet, or ends it; false
// when it may decide.
func (s *stage) mishears(b *burst.Burst, i int) bool {
	p := &s.proof[i]
	n, f := &s.nets[p.net], familyOf(&s.proofs.keys[i])
	if s.common.unheardUntil(n) > p.round {
		s.askAgain(b, i)
		return true
	}
	if n.assumed {
		return false
	}
	h := &n.ledger.hearing[f]
	switch h.at(b.Now) {
	case Hears:
		if h.since.Load() > p.last {
			s.askAgain(b, i) // the probes were out before we could hear
			return true
		}
		return false
	case Deaf:
		n.count(ProofsDeaf, f)
		s.abort(i, b.Now)
	default:
		if p.until == 0 {
			p.until = b.Now + unheardTime
		}
		if b.Now >= p.until {
			n.count(ProofsDeaf, f)
			s.abort(i, b.Now)
			break
		}
		s.proofs.set(i, b.Now+unheardPoll)
	}
	return true
}

// askAgain begins a proof anew, with who waits for it: what its probes brought
// about was not heard. The life of its entry bounds how often.
func (s *stage) askAgain(b *burst.Burst, i int) {
	p := &s.proof[i]
	if int(p.sent)+int(s.probes) > 255 {
		s.abort(i, b.Now)
		return
	}
	p.need = p.sent + uint8(s.probes)
	s.nets[p.net].ledger.owed[familyOf(&s.proofs.keys[i])].Add(s.probes)
	p.phase, p.until, p.round = asking, 0, b.Now
	s.ask(b, i)
}

// tellHearing reports that a network became deaf, or hears again.
func (s *stage) tellHearing(n *network, f int, kind event.Kind, now int64) {
	k := n.key(0, 0)
	if f == v4 {
		k.Lo = 0xffff << 32
	}
	s.event(kind, n, &k, now).MAC = n.realMAC
	s.emit()
}
