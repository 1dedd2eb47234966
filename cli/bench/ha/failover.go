package ha

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os/exec"
	"time"
)

// Cause is how a master is lost.
type Cause string

// The ways to lose a master.
const (
	Kill       Cause = "kill -9"
	Stop       Cause = "SIGTERM"
	Switchover Cause = "switchover"
)

// Formula is what a backup may take by the standard: after a silence the
// master-down interval, after a goodbye the skew.
func (c Cause) Formula(advert time.Duration) time.Duration {
	if c == Kill {
		return MasterDown(backupPriority, advert)
	}
	return Skew(backupPriority, advert)
}

// lose takes the master away at a random moment between two of its
// advertisements, waits for the other node, and lets the first one return. The
// pair must be whole.
func (p *pair) lose(ctx context.Context, c Cause) (g Gap, err error) {
	p.client.forget()
	// Some answers from before the loss, and a moment that no timer knows.
	if err := sleep(ctx, 50*time.Millisecond+rand.N(p.advert)); err != nil {
		return g, err
	}
	at, err := p.take(ctx, c)
	if err != nil {
		return g, err
	}
	g, lost := p.measure(ctx, c, at)
	if ctx.Err() != nil {
		return g, lost
	}
	return g, errors.Join(lost, p.restore(ctx, c))
}

// take takes the master away and returns when.
func (p *pair) take(ctx context.Context, c Cause) (at int64, err error) {
	switch c {
	case Kill:
		at = time.Now().UnixNano()
		return at, p.kill(p.first)
	case Stop:
		at = time.Now().UnixNano()
		return at, p.first.process.terminate()
	}
	return p.handOver(ctx, p.first)
}

// handOver lets a master give its role away, as soon as the tables of both nodes
// are equal, and returns when it was asked for that time.
func (p *pair) handOver(ctx context.Context, n *node) (at int64, err error) {
	m, ok := p.program.(mire)
	if !ok {
		return 0, fmt.Errorf("%s has no %s", p.Name(), Switchover)
	}
	var out []byte
	late := until(ctx, 10*time.Second, func() (bool, error) {
		at = time.Now().UnixNano()
		out, err = exec.Command(m.binary, "ctl", "--socket", m.socket(n), "switchover").CombinedOutput()
		return err == nil, nil
	})
	if late != nil {
		return 0, fmt.Errorf("mire ctl switchover on %s: %w: %s", n.leg, late, out)
	}
	return at, nil
}

// measure waits until the second node advertises and the client is served
// again, and looks at what the client saw.
func (p *pair) measure(ctx context.Context, c Cause, at int64) (g Gap, err error) {
	const enough = 50 // answers in a row that show that it is served
	err = until(ctx, 5*time.Second+3*c.Formula(p.advert), func() (bool, error) {
		for _, v := range p.adverts.since(at) {
			if v.from == p.second.addr && v.priority > 0 {
				_, row := p.client.served(v.at)
				return row >= enough, nil
			}
		}
		return false, nil
	})
	if err != nil {
		return g, fmt.Errorf("nobody took over: %w", err)
	}
	g, first, err := findGap(p.client.snapshot(), at)
	if first != 0 {
		g.Advert = time.Duration(first - p.adverts.last(p.first.addr, first))
	}
	return g, err
}

// restore starts what was ended; the first node becomes master again by its
// priority. A role that was handed over stays where it is until it is handed back.
func (p *pair) restore(ctx context.Context, c Cause) error {
	switch c {
	case Switchover:
		_, err := p.handOver(ctx, p.second)
		return err
	case Stop:
		select {
		case <-p.first.process.done:
		case <-time.After(15 * time.Second):
			return errors.Join(fmt.Errorf("%s runs 15 s after SIGTERM", p.first.process.name), p.first.process.end())
		}
	}
	if err := p.first.process.end(); err != nil {
		return err
	}
	return p.start(p.first)
}
