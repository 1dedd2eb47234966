package daemon

import (
	"net/netip"

	"mire/dpdk"
)

// watch follows the kernel interfaces behind the ports: their presence, link,
// MTU and the addresses that the host's own kernel has there, which are never
// captured. It reads the present state before it returns.
func (d *Daemon) watch() error {
	var names []string
	for _, p := range d.ports {
		if p.dev.KernelBacked() {
			names = append(names, p.kernelName())
		}
	}
	if len(names) == 0 {
		return nil
	}
	var err error
	d.links, err = dpdk.WatchLinks(names, d.linkChanged)
	return err
}

func (p *port) kernelName() string {
	if p.conf.Name != "" {
		return p.conf.Name
	}
	return p.dev.Kernel()
}

// linkChanged takes over what netlink says of one interface and hands it to
// the workers. An interface that was deleted and made again has another index:
// the packet socket of the port still hangs on the dead one, so the port is
// plugged anew.
func (d *Daemon) linkChanged(s dpdk.LinkState) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, p := range d.ports {
		if !p.dev.KernelBacked() || p.kernelName() != s.Name {
			continue
		}
		first := p.index == 0 && !p.here
		was := p.link()
		p.here, p.up = s.Present, s.Up && s.Carrier
		p.flapped, p.downs = s.Downs != p.downs, s.Downs
		if s.Present {
			if p.index != 0 && (p.index != s.Index || p.detached) {
				d.replug(p)
			}
			p.index = s.Index
			p.mtu = s.MTU
			copy(p.mac[:], s.MAC)
			p.host = hostAddresses(s.Addresses)
		}
		if now := p.link(); !first && now != was {
			d.Log.Warn().Int("interface", p.conf.Number).Str("name", s.Name).Str("link", now).Msg("link changed")
		}
	}
	if old := d.snaps.Load(); old != nil {
		d.publish(old)
	}
}

// replug detaches a port whose interface is gone and attaches its successor.
// Workers go on meanwhile: they receive nothing from it.
func (d *Daemon) replug(p *port) {
	log := d.Log.With().Int("interface", p.conf.Number).Str("name", p.kernelName()).Logger()
	id := p.dev.ID()
	if !p.detached {
		if err := p.dev.Detach(); err != nil {
			log.Error().Err(err).Msg("the interface was made again, but its port cannot be detached: restart mire")
			return
		}
		p.detached = true
	}
	if err := p.attach(); err != nil {
		log.Error().Err(err).Msg("the interface was made again, but its port cannot be attached: the next change of its link tries again")
		return
	}
	p.detached = false
	if p.dev.ID() != id {
		// Lanes and snapshots name ports by number; EAL gives out the lowest free one.
		log.Error().Uint16("was", id).Uint16("is", p.dev.ID()).Msg("the interface was made again, but its port has another number: restart mire")
		return
	}
	if err := p.dev.Start(); err != nil {
		log.Error().Err(err).Msg("the interface was made again, but its port does not start: restart mire")
		return
	}
	log.Warn().Msg("the interface was made again: its port is attached anew")
}

func hostAddresses(prefixes []netip.Prefix) []netip.Addr {
	var out []netip.Addr
	for _, p := range prefixes {
		out = append(out, p.Addr())
	}
	return out
}
