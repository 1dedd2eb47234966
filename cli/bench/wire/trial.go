package wire

import (
	"context"
	"fmt"
	"time"

	"mire/cli/bench/search"
	"mire/cli/traffic"
)

// settle is how long nothing must come back before what is missing is lost: a
// device without a CPU for so long would be misjudged.
const settle = 50 * time.Millisecond

// answered counts the frames that came back for one that was sent: replies of
// the engine, and returned frames of a forwarder.
func answered(c *traffic.Counters) uint64 {
	return c.SYNACK + c.EchoReply + c.Returned
}

// trial offers the workload at a rate for a time to a device that works.
func (b *Bed) trial(ctx context.Context, l *link, rate float64, d time.Duration) (search.Outcome, error) {
	before := l.gen.Counters()
	a, err := b.offer(ctx, l, rate, d)
	if err != nil {
		return search.Outcome{}, err
	}
	c := l.gen.Counters().Since(before)
	o := outcome(&c)
	o.Disturbed = b.disturbed(&o, rate, a)
	if odd := c.Invalid + c.Unexpected; odd > 0 {
		return o, fmt.Errorf("%d of %d frames came back wrong (%d invalid, %d unexpected): %s does not answer as it should",
			odd, c.Received, c.Invalid, c.Unexpected, l.device.Side())
	}
	return o, nil
}

// absence is for how long the two threads of a trial had no CPU while frames
// were offered.
type absence struct{ device, generator time.Duration }

// disturbed tells whether that explains what is wrong with a trial: what was
// lost, when the device was away for longer than half of what the wire bridges
// and what came meanwhile is at least half of it; what the generator left out,
// when as much was due while it was away.
func (b *Bed) disturbed(o *search.Outcome, rate float64, a absence) bool {
	bridged := float64(b.Depth) / rate // seconds
	lost := o.Lost > 0 && a.device.Seconds() > bridged/2 && a.device.Seconds()*rate > float64(o.Lost)/2
	late := float64(o.Late) > maxMisses*float64(o.Offered) && a.generator.Seconds()*rate > float64(o.Late)/2
	return lost || late
}

// outcome reads the counters of one trial. What was due in the end and never
// made is late too. When more came back than was made, frames of an earlier
// trial were still on their way, and this one says nothing: all of it is late.
func outcome(c *traffic.Counters) search.Outcome {
	o := search.Outcome{Offered: c.Offered, Late: c.Offered - min(c.Made, c.Offered), Sent: c.Sent, Received: answered(c)}
	if o.Received > c.Made {
		return search.Outcome{Offered: c.Offered, Late: c.Offered}
	}
	o.Lost = c.Made - o.Received
	return o
}

// offer runs the generator for a time and waits until nothing is on its way.
func (b *Bed) offer(ctx context.Context, l *link, rate float64, d time.Duration) (a absence, err error) {
	gen, worker := l.gen, l.device.Thread()
	before := gen.Counters()
	gen.SetRate(rate)
	b.loop.Start()
	defer b.loop.Park()
	device, generator := worker.now(), b.thread.now()
	gen.Resume()
	err = sleep(ctx, d)
	gen.Pause()
	a = absence{worker.away(device), b.thread.away(generator)}
	drain(func() bool {
		c := gen.Counters().Since(before)
		return answered(&c) >= c.Sent && c.Pending == 0
	}, func() uint64 { return gen.Counters().Received })
	return a, err
}

// flush waits until nothing comes back any more of what was sent before.
func (b *Bed) flush(gen *traffic.Generator) {
	b.loop.Start()
	defer b.loop.Park()
	drain(func() bool { return false }, func() uint64 { return gen.Counters().Received })
}

// drain waits until done says so or count has not moved for settle. Time is
// taken by the clock: on a busy machine a sleep of a millisecond may take many.
func drain(done func() bool, count func() uint64) {
	last, since := count(), time.Now()
	for !done() && time.Since(since) < settle {
		time.Sleep(time.Millisecond)
		if n := count(); n != last {
			last, since = n, time.Now()
		}
	}
}

// sleep waits, or less when ctx ends.
func sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return nil
	}
}
