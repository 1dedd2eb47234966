package daemon

import (
	"context"
	"time"

	"mire/dpdk"
	"mire/engine"
)

const (
	// pollEvery is how long a change of a link may go unseen where no kernel
	// interface tells of it.
	pollEvery = 200 * time.Millisecond
	// lossEvery is how long frames that a port dropped may: less than a proof
	// waits behind its last probe.
	lossEvery = 100 * time.Millisecond
)

// poll asks the drivers of ports for what nobody tells of: the links of those
// without a kernel interface, as long as there are such ports, and what any port has
// dropped, for the modules that ask for it.
func (d *Daemon) poll(ctx context.Context) {
	d.mu.Lock()
	var polled []*port
	for _, p := range d.ports {
		if !p.dev.KernelBacked() {
			p.up = p.link() == "up"
			polled = append(polled, p)
		}
	}
	d.track()
	d.mu.Unlock()
	loss, link := time.NewTicker(lossEvery), time.NewTicker(pollEvery)
	defer loss.Stop()
	defer link.Stop()
	if len(polled) == 0 {
		link.Stop()
	}
	hearers := d.hearLosses()
	if len(hearers) == 0 {
		loss.Stop()
	}
	for {
		select {
		case <-ctx.Done():
			return
		case <-loss.C:
			d.lossOnce(hearers)
		case <-link.C:
			d.pollOnce(polled)
		}
	}
}

func (d *Daemon) pollOnce(polled []*port) {
	d.mu.Lock()
	defer d.mu.Unlock()
	changed := false
	for _, p := range polled {
		now := p.link()
		if up := now == "up"; up != p.up {
			p.up, changed = up, true
			d.Log.Warn().Int("interface", p.conf.Number).Str("port", p.dev.Name()).Str("link", now).Msg("link changed")
		}
	}
	if changed {
		d.track()
		d.wake()
	}
}

// lossOnce tells the modules which ports have dropped received frames since the
// last look: their queue was full, or there was no buffer.
func (d *Daemon) lossOnce(hearers []engine.LossHearer) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, p := range d.ports {
		if p.detached {
			continue
		}
		s, err := p.dev.Stats()
		if err != nil {
			continue
		}
		if lost := s.RxMissed + s.RxNoMbuf; lost != p.lost {
			p.lost = lost
			for _, m := range hearers {
				m.Lost(p.dev.ID(), dpdk.Now())
			}
		}
	}
}
