package ha

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"mire/cli/bench"
)

// failover loses masters: at every interval both sides have a pair of nodes up
// all the time, and take turns.
func (o *Options) failover(ctx context.Context, r *Result) (err error) {
	r.Conditions = append(r.Conditions,
		fmt.Sprintf("the client asks for an echo every millisecond, through its kernel; the kernel stamps answers; priorities %d and %d, version 3, IPv4, multicast", masterPriority, backupPriority),
		"mire: two daemons on af_packet, virtual MAC, each the other's syncpeer, workers on different CPUs; the process is killed",
		"a gap is from the last answer before to the first one behind; kills come at a random time between two adverts, so the median is about half an interval below the formula")
	if o.Keepalived == "" {
		r.Conditions = append(r.Conditions, "keepalived is not installed: nothing stands beside these gaps (scripts/setup.sh test)")
	} else {
		r.Conditions = append(r.Conditions, "keepalived: without use_vmac, so the MAC is the interface's and gratuitous ARP moves the client; its kernel would go on answering for a killed one, so the port of the bridge is disabled in the same instant")
	}
	dir, err := os.MkdirTemp("", "mire-bench-ha-*")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	for _, a := range o.Intervals {
		if err := o.interval(ctx, r, a, dir); err != nil {
			return err
		}
	}
	return nil
}

// interval does that for one interval between advertisements.
func (o *Options) interval(ctx context.Context, r *Result, advert time.Duration, dir string) (err error) {
	var pairs []*pair
	defer func() {
		for _, p := range pairs {
			err = errors.Join(err, p.close())
		}
	}()
	o.Progress.Now("adverts every %v: starting the nodes", advert)
	for _, side := range o.sides() {
		p, err := newPair(ctx, side, advert, dir)
		if err != nil {
			return err
		}
		pairs = append(pairs, p)
	}
	for _, c := range []struct {
		Cause
		runs int
	}{{Kill, o.Runs}, {Stop, o.Stops}, {Switchover, o.Stops}} {
		if err := o.cause(ctx, r, pairs, c.Cause, c.runs); err != nil {
			return err
		}
	}
	return nil
}

// cause loses the master of each pair again and again in one way, in turn. What
// was measured until an interruption is in the result.
func (o *Options) cause(ctx context.Context, r *Result, pairs []*pair, c Cause, runs int) error {
	if c == Switchover {
		pairs = pairs[:1] // keepalived has none
	}
	first := len(r.Losses)
	for _, p := range pairs {
		r.Losses = append(r.Losses, Loss{Side: p.Name(), Advert: p.advert, Cause: c, Formula: c.Formula(p.advert)})
	}
	began := time.Now()
	for k := range runs {
		for i, p := range pairs {
			left := ""
			if k > 0 {
				left = ", " + bench.Rough(time.Since(began)/time.Duration(k)*time.Duration(runs-k)) + " left"
			}
			o.Progress.Now("%s, adverts every %v: run %d of %d, %s%s", c, p.advert, k+1, runs, p.Name(), left)
			if err := o.once(ctx, &r.Losses[first+i], p, pairs); err != nil {
				return err
			}
		}
	}
	for _, l := range r.Losses[first:] {
		o.Progress.Line("%s, adverts every %v, %s: %s", c, l.Advert, l.Side, l.promise().Measured)
	}
	return nil
}

// once loses the master of p once all pairs are whole: a node that starts takes
// CPU time which the other side would miss. A run in which the client had no CPU
// says little and is made again, at most maxAgain times.
func (o *Options) once(ctx context.Context, l *Loss, p *pair, all []*pair) error {
	for again := 0; ; again++ {
		err := whole(ctx, p, all)
		var g Gap
		if err == nil {
			g, err = p.lose(ctx, l.Cause)
		}
		switch {
		case ctx.Err() != nil:
			return context.Cause(ctx)
		case err != nil:
			l.Failed = append(l.Failed, err.Error())
			return p.repair()
		case g.Pause > disturbing && again < maxAgain:
			l.Disturbed = append(l.Disturbed, g)
		default:
			l.Gaps = append(l.Gaps, g)
			return nil
		}
	}
}

const (
	// disturbing is for how long a client sends no probe when it has no CPU.
	disturbing = 10 * time.Millisecond
	maxAgain   = 2
)

// whole waits until all pairs are, p as the last.
func whole(ctx context.Context, p *pair, all []*pair) error {
	for _, other := range all {
		if other == p {
			continue
		}
		if err := other.masters(ctx, other.first); err != nil {
			return fmt.Errorf("%s is not whole: %w", other.Name(), err)
		}
	}
	return p.masters(ctx, p.first)
}

// repair starts a node again that a failed run may have left ended.
func (p *pair) repair() error {
	for _, n := range []*node{p.first, p.second} {
		if n.process.ended() {
			if err := p.start(n); err != nil {
				return err
			}
		}
	}
	return nil
}
