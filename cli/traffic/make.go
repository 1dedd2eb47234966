package traffic

import (
	"runtime"

	"mire/dpdk/burst"
)

// yieldAfter is the sleep behind which Run passes by the Go scheduler, as a
// worker of the engine does, in nanoseconds.
const yieldAfter = 1_000_000

func yield() { runtime.Gosched() }

// sleepSlack is how much later than asked a sleep may end, in nanoseconds.
const sleepSlack = 100_000

func (g *Generator) turn(offer bool) {
	g.turning.Add(1)
	b := g.burst
	g.lat.begin()
	n := g.lane.Exchange(b)
	g.c.Turns++
	if offer && g.active {
		g.c.Active += b.Now - g.c.Now
	}
	g.active = offer
	g.c.Now = b.Now
	g.free = 0
	if n > 0 {
		g.receive(b)
	}
	if offer {
		g.offer(b)
	} else {
		g.pace.stop()
	}
	if n > 0 {
		g.settle(b)
	}
	g.rest(b)
	g.account(b)
	g.board.Publish()
	g.turning.Add(1)
}

// offer asks the clock and makes what is due.
func (g *Generator) offer(b *burst.Burst) {
	if g.done {
		return
	}
	c := &g.c
	rate := g.Rate()
	want := ^uint64(0)
	if rate != Unlimited {
		if rate == Original {
			c.Offered += g.streams[0].capture.due(b.Now)
		} else {
			c.Offered += g.pace.due(b.Now, rate)
		}
		want = c.Due()
	}
	made := uint64(0)
	for made < want && !g.done {
		i := g.slot(b)
		if i < 0 {
			if made == 0 {
				c.NoSpare++
			}
			break
		}
		b.Len[i] = g.emit(b.Data[i], b.Now)
		made++
	}
	c.Made += made
	switch {
	case rate == Unlimited:
		c.Offered += made
	case rate != Original:
		if due, limit := c.Due(), g.pace.limit(); due > limit {
			c.Late += due - limit
		}
	}
}

// slot takes a buffer for a frame of ours: that of a received one that nobody
// needs any more, else a spare; -1 when there is none.
func (g *Generator) slot(b *burst.Burst) int {
	if b.Room < g.prog.room {
		return -1
	}
	if g.free != 0 {
		i := g.free.First()
		g.free = g.free.Rest()
		b.SendTo(i, g.out)
		return i
	}
	if b.Originated >= b.Spares {
		return -1
	}
	i := burst.Size + int(b.Originated)
	b.Originated++
	b.Out[i] = g.out
	b.Verdicts.Originated++
	return i
}

// settle consumes what was received and is not sent on.
func (g *Generator) settle(b *burst.Burst) {
	b.Verdicts.Consumed += uint64(b.Undecided.Count())
	b.Undecided = 0
}

// rest sets how long the next exchange may sleep.
func (g *Generator) rest(b *burst.Burst) {
	b.Sleep = 0
	if g.sleep == 0 || g.c.Due() > 0 {
		return
	}
	if d := g.pace.next(b.Now) - sleepSlack; d > 0 {
		b.Sleep = min(d, g.sleep)
	}
}

// account brings the counters in line with those of the exchange.
func (g *Generator) account(b *burst.Burst) {
	c := &g.c
	c.Sent = b.IO.Transmitted - g.start.Transmitted
	c.Missed = b.IO.TxFull - g.start.TxFull
	c.Pending = c.Made + c.Answers - c.Sent - c.Missed
}
