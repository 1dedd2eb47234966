package wire

import (
	"context"
	"errors"
	"fmt"
	"time"

	"mire/cli/bench/report"
)

// ZeroLossOptions say for how long and how fast.
type ZeroLossOptions struct {
	Bed Options
	// Stall is the longest pause of the engine that must cost no frame; 0 means
	// 20 ms. The rate is what fills the ring in that time.
	Stall time.Duration
	// Duration of the run; 0 means 60 s.
	Duration time.Duration
	// Reload is how often a configuration is read and applied; 0 means 1 s.
	Reload time.Duration
	// Progress gets a line now and then; nil: nobody does.
	Progress func(string)
}

// ZeroLoss opens a bed and offers the largest rate whose frames of one Stall fit
// the ring, while the configuration is reloaded again and again and show runs in
// a loop. It returns what was lost; an error is that it could not be measured.
func ZeroLoss(ctx context.Context, o ZeroLossOptions) (z *report.ZeroLoss, err error) {
	for _, f := range []struct {
		v   *time.Duration
		def time.Duration
	}{{&o.Stall, 20 * time.Millisecond}, {&o.Duration, time.Minute}, {&o.Reload, time.Second}} {
		if *f.v == 0 {
			*f.v = f.def
		}
		if *f.v < time.Millisecond {
			return nil, fmt.Errorf("zero loss: %v is too short: at least 1 ms", *f.v)
		}
	}
	if o.Bed.Depth == 0 {
		o.Bed.Depth = 4096
	}
	b, err := Open(ctx, o.Bed)
	if err != nil {
		return nil, err
	}
	defer func() {
		if e := b.Close(); err == nil {
			err = e
		}
	}()
	return b.zeroLoss(ctx, o)
}

// errStale is a run in which more came back than was sent.
var errStale = errors.New("zero loss: the run cannot be accounted for")

// zeroLoss is ZeroLoss on an open bed.
func (b *Bed) zeroLoss(ctx context.Context, o ZeroLossOptions) (*report.ZeroLoss, error) {
	rate := ringRate(b.Depth, o.Stall)
	z := &report.ZeroLoss{Workload: string(b.Workload), Ring: b.Depth, Stall: o.Stall.Seconds(), Mpps: rate / 1e6}
	if o.Progress != nil {
		o.Progress(fmt.Sprintf("zero loss: %.0f frames/s = ring of %d / %v, for %v", rate, b.Depth, o.Stall, o.Duration))
	}
	err := b.with(0, func(l *link) error {
		// What fits the ring may leave at once: a pause of the generator shorter
		// than a quarter of the stall is made good.
		if err := l.generator(b.Program, o.Stall/4); err != nil {
			return err
		}
		defer func() { _ = l.generator(b.Program, backlog) }()
		// The first frames of a process fault pages in: they are not the run.
		if _, err := b.offer(ctx, l, rate, 500*time.Millisecond); err != nil {
			return err
		}
		b.flush(l.gen)
		before, engine := l.gen.Counters(), b.node.worker.Counters()
		aside, began := b.node.disturb(o.Reload), l.device.Thread().now()
		a, err := b.offer(ctx, l, rate, o.Duration)
		z.CPUShare, z.Away = l.device.Thread().share(began), a.device.Seconds()
		z.Reloads, z.Shows = aside.stop()
		if err == nil {
			err = aside.err
		}
		if err != nil {
			return err
		}
		time.Sleep(5 * time.Millisecond) // counters are shown once a millisecond
		c, after := l.gen.Counters().Since(before), b.node.worker.Counters()
		out := outcome(&c)
		z.Offered, z.Received, z.Late = out.Offered-out.Late, out.Received, out.Late
		if z.Offered == 0 {
			return fmt.Errorf("%w: %d answers to %d frames, some are of frames from before it: run it again", errStale, answered(&c), c.Made)
		}
		z.Seconds = float64(out.Offered) / rate
		z.LateSeconds = float64(out.Late) / rate
		z.NotFetched = min(after.IO.TxFull-engine.IO.TxFull, out.Lost)
		z.Lost = out.Lost - z.NotFetched
		z.LongTurns = after.LongTurns - engine.LongTurns
		for _, t := range after.Longest {
			if t.At > engine.Now {
				z.LongestTurn = max(z.LongestTurn, float64(t.Took)/1e9)
			}
		}
		if odd := c.Invalid + c.Unexpected; odd > 0 {
			return fmt.Errorf("zero loss: %d of %d frames came back wrong", odd, c.Received)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	if out := float64(z.Late) / float64(z.Late+z.Offered); out > maxMisses {
		z.Note = fmt.Sprintf("the generator left out %.0f %% of its frames: this machine has too little CPU for it, and the engine was offered less than the rate", 100*out)
	}
	return z, nil
}

// ringRate is the largest rate, frames/s, whose frames of a stall fit a ring.
func ringRate(depth int, stall time.Duration) float64 { return float64(depth) / stall.Seconds() }
