package stateless

import (
	"encoding/binary"
	"math/rand/v2"
	"testing"

	"mire/dpdk/burst"
	"mire/engine/config"
)

// crowd is many TCP clients of one source on one wire with the rules, on the
// worker's clock, a millisecond at a time. Its frames are written by hand: the
// builders of enginetest are too slow for millions.
type crowd struct {
	*rig
	v6      bool
	random  *rand.Rand
	loss    float64 // share of frames lost, each way
	out     []datagram
	due     map[int64][]*writer // by the millisecond
	clients map[uint32]client   // by both ports
	now     int64               // ms
	lost    int
	frame   []byte
	replies int
}

// datagram is a segment from the source or to it.
type datagram struct {
	theirs, ours uint16 // ports
	flags        uint8
	seq, ack     uint32
	length       int // bytes of payload
	window       uint16
}

// client takes what comes back for its ports.
type client interface{ take(c *crowd, p datagram) }

func newCrowd(t *testing.T, v6 bool, p config.Policy, edits ...func(*config.Snapshot)) *crowd {
	c := &crowd{
		rig: newRig(t, p, edits...), v6: v6, random: rand.New(rand.NewPCG(1, 2)),
		due: map[int64][]*writer{}, clients: map[uint32]client{},
	}
	c.rules.events, c.worker.Events = nil, nil
	c.frame = segment(v6, ACK, 0, 0, "")
	return c
}

func portsOf(theirs, ours uint16) uint32 { return uint32(theirs)<<16 | uint32(ours) }

// send puts a segment on the wire, or loses it.
func (c *crowd) send(p datagram) {
	if c.loss == 0 || c.random.Float64() >= c.loss {
		c.out = append(c.out, p)
	}
}

// step is one millisecond: what is due is sent, in bursts, and what came back is
// taken; what that leads to is sent in the next.
func (c *crowd) step() {
	c.b.Now = c.now * 1e6
	c.rules.Tick(&c.b)
	for _, w := range c.due[c.now] {
		if w.timer == c.now {
			w.expired(c)
		}
	}
	delete(c.due, c.now)
	out := c.out
	c.out = nil
	for len(out) > 0 {
		n := min(len(out), burst.Size)
		c.exchange(out[:n])
		out = out[n:]
	}
	c.now++
}

// exchange gives the rules one burst.
func (c *crowd) exchange(list []datagram) {
	b := &c.b
	b.N, b.Send, b.Room = uint32(len(list)), 0, c.room
	b.Begin()
	l4 := 34
	if c.v6 {
		l4 = 54
	}
	for i, p := range list {
		f := c.bufs[i][:]
		copy(f, c.frame)
		binary.BigEndian.PutUint16(f[l4:], p.theirs)
		binary.BigEndian.PutUint16(f[l4+2:], p.ours)
		binary.BigEndian.PutUint32(f[l4+4:], p.seq)
		binary.BigEndian.PutUint32(f[l4+8:], p.ack)
		f[l4+13] = p.flags
		b.Map(i, f, len(c.frame))
		m := burst.Meta{L3: 14, L4: uint16(l4), Payload: uint16(l4 + 20), PayloadLen: uint16(p.length), Proto: 6, Class: burst.ClassTCP, Flags: burst.Truncated}
		if p.flags&SYN != 0 {
			m.Class = burst.ClassTCPSyn
		}
		b.Meta[i] = m
		b.Class[m.Class] |= burst.Bit(i)
		if c.v6 {
			b.V6 |= burst.Bit(i)
		}
	}
	c.rules.Process(b, burst.Lowest(len(list)), c.snap)
	if b.Undecided != 0 {
		c.t.Fatal("a segment without a verdict")
	}
	for m := b.Send; m != 0; m = m.Rest() {
		f := b.Frame(m.First())
		c.replies++
		if c.loss > 0 && c.random.Float64() < c.loss {
			continue
		}
		p := datagram{
			theirs: binary.BigEndian.Uint16(f[l4+2:]), ours: binary.BigEndian.Uint16(f[l4:]),
			seq: binary.BigEndian.Uint32(f[l4+4:]), ack: binary.BigEndian.Uint32(f[l4+8:]),
			flags: f[l4+13], window: binary.BigEndian.Uint16(f[l4+14:]),
		}
		if who := c.clients[portsOf(p.theirs, p.ours)]; who != nil {
			who.take(c, p)
		}
	}
}

// writer is a Linux client with more to write than the window takes, as its
// kernel behaves with tcp_retries2 = 5: it retransmits and probes 200 ms after,
// then after twice the time each, and gives up after five without an answer.
type writer struct {
	datagram   // its ports, and the next sequence number it expects in ack
	isn        uint32
	una, next  uint32 // bytes
	state      int
	unanswered int
	backoff    int
	timer      int64
}

const (
	opening = iota
	sending
	persisting
	gone
)

const (
	rto     = 200     // ms
	rtoMax  = 120_000 // ms
	retries = 5
	mss     = 1440
)

// write starts a writer at a millisecond.
func (c *crowd) write(theirs, ours uint16, at int64) *writer {
	w := &writer{datagram: datagram{theirs: theirs, ours: ours, flags: ACK}, isn: c.random.Uint32()}
	c.clients[portsOf(theirs, ours)] = w
	w.wait(c, at)
	return w
}

func (w *writer) wait(c *crowd, at int64) {
	w.timer = at
	c.due[at] = append(c.due[at], w)
}

// again sets the timer for the next attempt.
func (w *writer) again(c *crowd) {
	w.wait(c, c.now+int64(min(rto<<w.backoff, rtoMax)))
	w.backoff++
}

func (w *writer) expired(c *crowd) {
	if w.unanswered >= retries {
		if w.state != gone {
			c.lost++
		}
		w.state = gone
		return
	}
	p := w.datagram
	switch w.state {
	case gone:
		return
	case opening:
		p.flags, p.seq = SYN, w.isn
	case sending: // the head again
		p.seq, p.length = w.isn+1+w.una, int(min(w.next-w.una, mss))
	case persisting:
		p.seq = w.isn + 1 + w.una - 1
	}
	w.unanswered++
	c.send(p)
	w.again(c)
}

func (w *writer) take(c *crowd, p datagram) {
	switch {
	case w.state == gone:
	case p.flags&SYN != 0 && w.state == opening:
		w.ack = p.seq + 1
		c.send(datagram{theirs: w.theirs, ours: w.ours, flags: ACK, seq: w.isn + 1, ack: w.ack})
		w.state, w.unanswered, w.backoff = sending, 0, 0
		for room := min(int(p.window), 10*mss); room > 0; room -= mss {
			n := min(room, mss)
			c.send(datagram{theirs: w.theirs, ours: w.ours, flags: ACK, seq: w.isn + 1 + w.next, ack: w.ack, length: n})
			w.next += uint32(n)
		}
		w.again(c)
	case p.flags&SYN == 0 && w.state != opening:
		taken := p.ack - w.isn - 1
		if taken < w.una || taken > w.next || taken == w.una && w.state == sending {
			return // old, or of what was never sent
		}
		w.una, w.unanswered = taken, 0
		if w.state == sending { // new data is acknowledged: the timer starts over
			if w.una == w.next {
				w.state = persisting
			}
			w.backoff = 0
			w.again(c)
		}
	}
}

// held counts the writers that were opened and not lost.
func held(list []*writer) (n int) {
	for _, w := range list {
		if w.state == sending || w.state == persisting {
			n++
		}
	}
	return n
}
