package stateless

import (
	"testing"

	"mire/engine/config"
)

const (
	manyWriters = 10_000
	openingTime = 3000 // ms in which they connect
	heldTime    = 60_000
)

// holders are manyWriters of one source, to four ports.
func (c *crowd) holders() (list []*writer) {
	for i := range manyWriters {
		list = append(list, c.write(uint16(10_000+i), uint16(80+i%4), int64(i*openingTime/manyWriters)))
	}
	return list
}

// passes runs the clock, with what else the source does each millisecond.
func (c *crowd) passes(ms int, also func(ms int)) {
	for i := range ms {
		also(i)
		c.step()
	}
}

// all fails unless every writer is held.
func (c *crowd) all(list []*writer) {
	c.t.Helper()
	if n := held(list); n != len(list) || c.lost != 0 {
		c.t.Errorf("%d of %d held, %d lost", n, len(list), c.lost)
	}
	probing := 0
	for _, w := range list {
		if w.state == persisting && w.backoff > 5 {
			probing++
		}
	}
	if probing < len(list)*9/10 {
		c.t.Errorf("only %d of %d got as far as window probes", probing, len(list))
	}
	c.balanced()
}

// visitor is a connection of a scanner: connect, a request, FIN twice.
type visitor struct{ isn uint32 }

func (v visitor) take(c *crowd, p datagram) {
	if p.flags&SYN == 0 {
		return
	}
	to := datagram{theirs: p.theirs, ours: p.ours, flags: ACK, seq: v.isn + 1, ack: p.seq + 1}
	c.send(to)
	to.length = 18
	c.send(to)
	to.seq, to.length, to.flags = to.seq+18, 0, ACK|FIN
	c.send(to)
	c.send(to)
}

// scan is a scan of the same source: half-open, of ACKs, of stealth flags, and
// with whole connections that ask what listens.
func (c *crowd) scan(ms int) {
	for i := range 3 {
		p := datagram{theirs: uint16(1000 + ms%9000), ours: uint16(ms*3 + i), flags: SYN, seq: c.random.Uint32()}
		c.send(p)
		p.flags, p.ack = ACK, c.random.Uint32()
		c.send(p)
		p.flags = FIN | PSH | URG
		c.send(p)
	}
	v := datagram{theirs: uint16(30_000 + ms%30_000), ours: 443, flags: SYN, seq: c.random.Uint32()}
	c.clients[portsOf(v.theirs, v.ours)] = visitor{v.seq}
	c.send(v)
}

// Ten thousand Linux writers of one source, one frame in a hundred lost, and a
// scan from the same source beside: nobody is let go.
func TestTenThousandWritersOfOneSourceStayHeld(t *testing.T) {
	for _, p := range []config.Policy{{}, {Kind: config.PolicyClamp, Window: 100}} {
		for _, v6 := range []bool{false, true} {
			c := newCrowd(t, v6, p)
			c.loss = 0.01
			writers := c.holders()
			c.passes(openingTime+heldTime, c.scan)
			c.all(writers)
		}
	}
}

// The clients of this test do give up: without answers all of them, within the
// time that Linux takes.
func TestWritersGiveUpOnSilence(t *testing.T) {
	for _, kind := range []config.PolicyKind{config.PolicyMute, config.PolicySynack} {
		c := newCrowd(t, false, config.Policy{Kind: kind})
		c.holders()
		c.passes(openingTime+14_000, func(int) {})
		if c.lost != manyWriters {
			t.Errorf("policy %d: %d of %d lost", kind, c.lost, manyWriters)
		}
	}
}

// More payload than the source may have answers for, in connections that are
// valid: the probes of those that are held come first.
func TestBulkBeyondTheLimitLetsNobodyGo(t *testing.T) {
	const calm, others = 4000, 16_000
	c := newCrowd(t, false, config.Policy{}, replyRate(20_000))
	writers := c.holders()
	cookies := map[uint16]uint32{}
	c.passes(calm+heldTime, func(ms int) {
		port := func(i int) uint16 { return uint16(20_000 + i%others) }
		if ms < calm {
			for i := range others / calm {
				p := port(ms*(others/calm) + i)
				c.clients[portsOf(p, 443)] = learner{cookies}
				c.send(datagram{theirs: p, ours: 443, flags: SYN, seq: 1})
			}
			return
		}
		for i := range 60 { // 60,000 a second, up to four for each connection
			p := port(ms*60 + i)
			c.send(datagram{theirs: p, ours: 443, flags: ACK, seq: 500, ack: cookies[p] + 2, length: 1000})
		}
	})
	c.all(writers)
	for _, w := range writers {
		if w.unanswered != 0 {
			t.Fatalf("the last %d probes of a writer were not answered", w.unanswered)
		}
	}
	if l := c.rules.Limits()[Source]; l.Refused < 100_000 {
		t.Errorf("the source's limit was hardly reached: %+v", l)
	}
}

// learner notes the cookies of connections that were opened with sequence number 1.
type learner struct{ cookies map[uint16]uint32 }

func (l learner) take(_ *crowd, p datagram) {
	if p.flags&SYN != 0 {
		l.cookies[p.theirs] = p.seq - 1
	}
}

// acker acknowledges every acknowledgement at once, and says so again when none
// comes for 10 ms.
type acker struct {
	datagram
	open    bool
	heard   int64
	replies int
}

func (a *acker) take(c *crowd, p datagram) {
	a.heard = c.now
	if p.flags&SYN != 0 {
		a.seq, a.ack, a.flags, a.open = a.seq+500, p.seq+1, ACK, true
	} else {
		a.replies++
	}
	c.send(a.datagram)
}

// A hundred connections that acknowledge every acknowledgement get four replies
// a second each, and cost nobody else his hold.
func TestAcknowledgingEveryAcknowledgementEnds(t *testing.T) {
	for _, v6 := range []bool{false, true} {
		c := newCrowd(t, v6, config.Policy{})
		var ackers []*acker
		for i := range 100 {
			a := &acker{datagram: datagram{theirs: uint16(5000 + i), ours: 22, flags: SYN, seq: c.random.Uint32()}}
			c.clients[portsOf(a.theirs, a.ours)] = a
			c.send(a.datagram)
			ackers = append(ackers, a)
		}
		writers := c.holders()
		c.passes(openingTime+heldTime, func(int) {
			for _, a := range ackers {
				if a.open && c.now-a.heard >= 10 {
					a.heard = c.now
					c.send(a.datagram)
				}
			}
		})
		c.all(writers)
		const most = connectionBurst + connectionRate*(openingTime+heldTime)/1000
		for _, a := range ackers {
			if a.replies > most || a.replies < most-connectionBurst {
				t.Errorf("IPv6 %v: %d replies to one connection, want at most %d", v6, a.replies, most)
			}
		}
		if l := c.rules.Limits()[Connection]; l.Refused < 100_000 || l.Collided != 0 || l.Shared != 0 {
			t.Errorf("%+v", l)
		}
	}
}

// A client that acknowledges only what it is sent falls silent with the first
// refusal: the loop is over, not slowed down.
func TestLoopEndsWithTheFirstRefusal(t *testing.T) {
	c := newCrowd(t, false, config.Policy{})
	a := &acker{datagram: datagram{theirs: 5000, ours: 22, flags: SYN, seq: 7}}
	c.clients[portsOf(a.theirs, a.ours)] = a
	c.send(a.datagram)
	c.passes(60_000, func(int) {})
	if a.replies != connectionBurst {
		t.Errorf("%d replies, want %d", a.replies, connectionBurst)
	}
}
