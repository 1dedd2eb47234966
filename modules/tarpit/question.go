package tarpit

import (
	"sync/atomic"

	"mire/dpdk/burst"
	"mire/engine/own"
	"mire/engine/packet"
)

// Who is a DHCP server is found out by asking, because what servers say to
// others is unicast and passes us by behind a switch: a DISCOVER from `real`'s
// MAC that wants its OFFER by broadcast. The offer is never taken.

const (
	// questionTime is the least time between two questions in a domain.
	questionTime = 600_000_000_000
	// questionDelay is how long a question waits after its cause, and how long
	// after the last DISCOVER of a client, whose turn it is: some servers serve
	// one client at a time, and look for three seconds. questionPatience is the
	// most that clients can put it off.
	questionDelay    = 3_000_000_000
	questionCalm     = 5_000_000_000
	questionPatience = 30_000_000_000
	// answerTime is how long an answer is waited for.
	answerTime = 10_000_000_000
	// searchTime is when a client that repeats its DISCOVER was served by nobody.
	searchTime = 8_000_000_000
	searchEnd  = 60_000_000_000
)

// question is what is asked in one domain.
type question struct {
	cause atomic.Int64  // since when there is something to ask; 0: there is not
	sent  atomic.Int64  // when the last one went out; 0: none yet
	until atomic.Int64  // end of the time for answers; 0: none is under way
	xid   atomic.Uint32 // its transaction
	mac   atomic.Uint64 // its client
	// A client that is looking for a server, and when it first was.
	searcher atomic.Uint64
	searches atomic.Int64
	heard    atomic.Int64 // the last DISCOVER of any client
	// For people.
	asked, answered atomic.Uint64
}

// want has a question asked as soon as there may be one.
func (q *question) want(now int64) { q.cause.CompareAndSwap(0, now) }

// isAnswer tells whether a message answers the question that is under way.
func (q *question) isAnswer(h packet.DHCP, now int64) bool {
	return now < q.until.Load() && h.XID() == q.xid.Load() && word(h.ClientMAC()) == q.mac.Load()
}

// isDue tells whether it is time to ask.
func (q *question) isDue(now int64) bool {
	c, sent := q.cause.Load(), q.sent.Load()
	return c != 0 && now-c >= questionDelay && (sent == 0 || now-sent >= questionTime) &&
		(now-q.heard.Load() >= questionCalm || now-c >= questionPatience)
}

// search notes a client's DISCOVER, and tells whether it has been searching for
// so long that nobody can have served it.
func (q *question) search(mac uint64, now int64) (vain bool) {
	since := now - q.searches.Load()
	if q.searcher.Load() == mac && since < searchEnd {
		return since >= searchTime
	}
	if q.searcher.Load() == 0 || since >= searchTime {
		q.searcher.Store(mac)
		q.searches.Store(now)
	}
	return false
}

// tickDHCP goes on with what worker 0 does: looking for the MACs of servers that
// spoke, asking, and ending a question.
func (s *stage) tickDHCP(b *burst.Burst) {
	if !s.master || !s.learns() {
		return
	}
	for i := range s.homes {
		h := &s.homes[i]
		if h.candidates.speaks.Load() > 0 {
			s.seekSpeakers(b, h)
		}
		if t := h.question.until.Load(); t != 0 && b.Now >= t {
			s.endQuestion(b, h)
		}
		if h.question.isDue(b.Now) && !s.w.Role.Frozen() {
			s.askServers(b, h)
		}
	}
}

// askServers sends the question, and leaves whoever may want to answer it alone.
func (s *stage) askServers(b *burst.Burst, h *home) {
	n := &s.nets[h.net]
	l := n.link(packet.BroadcastMAC, n.realMAC)
	if !n.can[v4] || b.Originated >= b.Spares || !h.try() {
		return
	}
	defer h.done()
	xid := s.random.word()
	p := b.Originate(n.port, l.DHCPDiscoverSize())
	if p == nil {
		return
	}
	packet.PutDHCPDiscover(p, l, n.realMAC, xid)
	q := &h.question
	q.xid.Store(xid)
	q.mac.Store(word(n.realMAC))
	q.cause.Store(0)
	q.sent.Store(b.Now)
	q.until.Store(b.Now + answerTime)
	q.asked.Add(1)
	n.own[DHCPQuestions]++
	h.pauses.renew(b.Now)
	h.pauses.until.Store(max(h.pauses.until.Load(), b.Now+pauseTime))
	h.pauses.asking.Store(b.Now + answerTime)
	for i := range h.candidates.of {
		if c := &h.candidates.of[i]; c.isPending() {
			c.asked.Store(b.Now)
		}
	}
}

// endQuestion refutes the candidates that had the question and did not answer, once
// every worker has heard what came until then.
func (s *stage) endQuestion(b *burst.Burst, h *home) {
	until := h.question.until.Load()
	if !s.common.ears.since(until) && b.Now < until+patience || !h.try() {
		return
	}
	defer h.done()
	for i := range h.candidates.of {
		c := &h.candidates.of[i]
		if c.isPending() && c.state.Load() != spoken && c.asked.Load() == h.question.sent.Load() {
			s.refute(b, h, c)
		}
	}
	h.question.until.Store(0)
}

// refute ends a candidacy. The caller is the writer of the domain.
func (s *stage) refute(b *burst.Burst, h *home, c *candidate) {
	why := "it did not answer our DISCOVER"
	if c.state.Load() == strange {
		why = "its OFFER came from this MAC, at which ARP does not find it or its relay"
	}
	h.candidates.turn(c, refuted)
	c.since.Store(b.Now)
	s.refused(&s.nets[h.net], c.addr.Load(), macOf(c.mac.Load()), why, b.Now)
}

// refused reports that an address is not believed to be a server's.
func (s *stage) refused(n *network, addr uint32, mac [6]byte, why string, now int64) {
	k := n.key(0, own.Map4(addr))
	e := s.event(kindDHCPRefused, n, &k, now)
	e.Remote, e.MAC = e.Ours, mac
	e.PayloadLen = uint8(copy(e.Payload[:], why))
	s.emit()
}

// seekSpeakers asks by ARP whether those who sent an OFFER are where it came
// from, and believes those that are.
func (s *stage) seekSpeakers(b *burst.Burst, h *home) {
	for i := range h.candidates.of {
		c := &h.candidates.of[i]
		if c.addr.Load() == 0 || c.state.Load() != spoken {
			continue
		}
		addr, by, mac := c.addr.Load(), c.by.Load(), macOf(c.mac.Load())
		n := s.holder(h, by)
		switch {
		case n != nil && s.isAt(n, by, mac, b.Now):
			s.believe(b, h, addr, by, mac, c.answer.Load())
		case n == nil || b.Now-c.spoke.Load() >= speakTime:
			s.disbelieve(b, h, c)
		case b.Now-c.spoke.Load() >= speakGap*int64(c.tries.Load()):
			k := n.key(0, own.Map4(by))
			if s.probe(b, n, &k, mac, forUpkeep) == 0 {
				c.tries.Add(1)
			}
		}
	}
}

// disbelieve notes that an OFFER came from a MAC that is not its sender's.
func (s *stage) disbelieve(b *burst.Burst, h *home, c *candidate) {
	if !h.try() {
		return
	}
	defer h.done()
	if c.state.Load() != spoken {
		return
	}
	h.candidates.turn(c, strange)
	if c.asked.Load() != 0 && h.question.until.Load() == 0 {
		s.refute(b, h, c)
		return
	}
	h.question.want(b.Now)
}

// holder is the watched network of a domain that holds an IPv4 address, or nil.
func (s *stage) holder(h *home, addr uint32) *network {
	if at := int(s.segs.Locate4(h.port, h.vlan, addr)); at < len(s.nets) && s.nets[at].watched() {
		return &s.nets[at]
	}
	return nil
}
