package daemon

import "mire/dpdk"

func (d *Daemon) showPorts([]string) (any, error) { return d.portViews(true), nil }

// portViews reads every port; the driver's extended counters only when asked.
func (d *Daemon) portViews(extended bool) []Port {
	d.mu.Lock()
	defer d.mu.Unlock()
	out := []Port{}
	for _, p := range d.ports {
		v := Port{
			Interface: p.conf.Number, Name: p.conf.Name, Port: p.dev.ID(), MAC: p.mac.String(), MTU: p.mtu,
			Queues: p.queues, Kernel: p.dev.KernelBacked(), Host: []string{}, Link: p.link(), Fits: p.fits,
		}
		if info, err := p.dev.Info(); err == nil {
			v.Driver = info.Driver
		}
		for _, a := range p.host {
			v.Host = append(v.Host, a.String())
		}
		if s, err := p.dev.Stats(); err == nil {
			v.Received, v.RxBytes, v.RxMissed, v.RxErrors, v.NoMbuf = s.RxPackets, s.RxBytes, s.RxMissed, s.RxErrors, s.RxNoMbuf
			v.Sent, v.TxBytes, v.TxErrors = s.TxPackets, s.TxBytes, s.TxErrors
		}
		if extended {
			v.Extended = extendedStats(p.dev, v)
		}
		out = append(out, v)
	}
	return out
}

// link is up, down or absent: from netlink where a kernel interface stands
// behind the port, because its driver says "up" whatever happens.
func (p *port) link() string {
	up := p.up
	if !p.dev.KernelBacked() {
		l, err := p.dev.Link()
		up = err == nil && l.Up
	} else if !p.here {
		return "absent"
	}
	if up {
		return "up"
	}
	return "down"
}

// extendedStats are the driver's own counters that are not zero. Of frames sent
// they say what Stats says: the driver of packet sockets believes that it sent
// what the kernel refused.
func extendedStats(dev *dpdk.Port, v Port) map[string]uint64 {
	x, err := dev.Xstats()
	if err != nil {
		return nil
	}
	values := make([]uint64, len(x.Names()))
	if x.Read(values) != nil {
		return nil
	}
	out := map[string]uint64{}
	for i, n := range x.Names() {
		switch n {
		case "tx_good_packets":
			values[i] = v.Sent
		case "tx_good_bytes":
			values[i] = v.TxBytes
		case "tx_errors":
			values[i] = v.TxErrors
		}
		if values[i] != 0 {
			out[n] = values[i]
		}
	}
	return out
}
