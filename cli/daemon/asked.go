package daemon

import (
	"mire/dpdk"
	"mire/engine"
	"mire/engine/config"
	"mire/engine/session"
	"mire/engine/view"
)

var _ view.Node = (*Daemon)(nil)

// Snapshot implements view.Node.
func (d *Daemon) Snapshot() *config.Snapshot { return d.snaps.Load() }

// Table implements view.Node.
func (d *Daemon) Table() *session.Table { return d.table }

// Now implements view.Node.
func (d *Daemon) Now() int64 { return dpdk.Now() }

// Master implements view.Node.
func (d *Daemon) Master() bool { return d.role.Master() }

// Runs implements view.Node.
func (d *Daemon) Runs(module string) bool { return d.chain.chain.Place(module) >= 0 }

// Dropped implements view.Node.
func (d *Daemon) Dropped(reason string) (n uint64) {
	for _, w := range d.workers {
		n += w.Counters().Dropped(reason)
	}
	return n
}

// Wake implements view.Node.
func (d *Daemon) Wake() { d.wake() }

// track tells the modules which interfaces have a link. Callers hold mu, or are
// alone.
func (d *Daemon) track() {
	if d.chain == nil {
		return
	}
	for _, p := range d.ports {
		l := engine.Link{Interface: p.conf.Number, Port: p.dev.ID(), Up: p.link() == "up", Flapped: p.flapped, Now: dpdk.Now()}
		for _, m := range d.chain.chain.Modules {
			if m, ok := m.(engine.LinkHearer); ok {
				m.Link(l)
			}
		}
		p.flapped = false
	}
}

// hearLosses are the modules that must know what ports dropped.
func (d *Daemon) hearLosses() (list []engine.LossHearer) {
	for _, m := range d.chain.chain.Modules {
		if m, ok := m.(engine.LossHearer); ok {
			list = append(list, m)
		}
	}
	return list
}
