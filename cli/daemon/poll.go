package daemon

import (
	"context"
	"time"
)

// pollEvery is how long a change of a link may go unseen where no kernel
// interface tells of it.
const pollEvery = 200 * time.Millisecond

// pollLinks asks the drivers of ports without a kernel interface for their
// links, as long as there are such ports, and tells the virtual router.
func (d *Daemon) pollLinks(ctx context.Context) {
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
	if len(polled) == 0 {
		return
	}
	tick := time.NewTicker(pollEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
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
	}
}
