package daemon

import (
	"fmt"
	"net"
	"net/netip"
	"strings"

	"mire/dpdk"
	"mire/engine/config"
)

// port is one interface of the configuration with the DPDK port behind it.
type port struct {
	conf    config.Interface
	dev     *dpdk.Port
	claim   *net.UnixListener
	queues  int // RX queues, one lane each
	workers int // TX queues
	pool    *dpdk.Pool
	applied dpdk.Applied
	lost    uint64 // received frames that it has dropped, as of the last look
	mac     config.MAC
	mtu     int

	// What netlink says; only for ports over kernel interfaces.
	index int  // of the kernel interface when the port was attached
	here  bool // present
	// detached: the interface went away and its successor is not attached yet.
	detached bool
	up       bool // pollLinks has it for the other ports
	flapped  bool // had no link for a moment since track was called last
	downs    uint64
	host     []netip.Addr
}

// device is the device string of the interface, for a number of queue pairs.
func (p *port) device(queues int) string {
	switch p.conf.Access {
	case config.AccessAFXDP:
		return dpdk.AFXDP{Interface: p.conf.Name, Queues: queues}.Vdev(fmt.Sprintf("net_af_xdp%d", p.conf.Number))
	case config.AccessPCI, config.AccessVdev:
		return p.conf.Device
	default:
		return dpdk.AFPacket{Interface: p.conf.Name, Queues: queues}.Vdev(fmt.Sprintf("net_af_packet%d", p.conf.Number))
	}
}

// open attaches and configures the port; it does not start it.
func (p *port) open(d *Daemon, pl *plan) error {
	p.workers, p.pool = pl.workers, d.pool
	p.queues = min(max(p.conf.Threads, 1), pl.workers)
	if p.conf.Access == config.AccessRaw {
		// A packet socket is a pair of queues, and the kernel spreads frames
		// over all sockets: each worker needs one to send, so each must listen.
		p.queues = pl.workers
	}
	if p.conf.Access == config.AccessRaw || p.conf.Access == config.AccessAFXDP {
		var err error
		if p.claim, err = claim(p.conf.Name); err != nil {
			return err
		}
	}
	if err := p.attach(); err != nil {
		return fmt.Errorf("interface %d (%s): %w", p.conf.Number, p.conf.Name, err)
	}
	for _, r := range p.applied.Refused {
		if p.applied.Promiscuous && strings.HasPrefix(r, "rte_eth_allmulticast_enable") {
			continue // a promiscuous port has every group already
		}
		d.Log.Warn().Int("interface", p.conf.Number).Str("port", p.dev.Name()).Msg("the port refuses " + r)
	}
	return nil
}

// attach plugs the device and configures it.
func (p *port) attach() error {
	dev, err := dpdk.Attach(p.device(max(p.queues, p.workers)))
	if err != nil {
		return err
	}
	p.dev = dev
	info, err := dev.Info()
	if err != nil {
		return err
	}
	copy(p.mac[:], info.MAC)
	p.mtu = info.MTU
	// Promiscuous: our MACs are made from addresses, not burnt into the port.
	// All multicast: solicitations for foreign addresses go to foreign groups.
	p.applied, err = dev.Configure(dpdk.PortConfig{
		RxQueues: p.queues, TxQueues: p.workers, RxDescriptors: descriptors, TxDescriptors: descriptors,
		OnePool: true, Checksum: true, Promiscuous: true, AllMulticast: true,
	}, p.pool)
	return err
}

// binding is what the configuration needs to know of the port.
func (p *port) binding() config.Binding {
	b := config.Binding{
		Interface: p.conf.Number, Port: p.dev.ID(), MAC: p.mac, MTU: p.mtu,
		Kernel: p.dev.KernelBacked(), NoNeighbours: p.dev.NoNeighbours(), Host: p.host,
	}
	if p.dev.KernelIsPeer() {
		b.MAC = config.MAC{} // not ours to hide from: it asks
	}
	return b
}

// publish binds a configuration to the ports and hands it to the workers.
// Callers hold mu, or are alone.
func (d *Daemon) publish(s *config.Snapshot) {
	var b []config.Binding
	for _, p := range d.ports {
		b = append(b, p.binding())
	}
	bound := s.Bind(b)
	if old := d.snaps.Load(); old != nil {
		bound.Generation = old.Generation + 1
	} else {
		bound.Generation = 1
	}
	d.track() // before the workers take the configuration: it may be followed by frames
	d.snaps.Store(bound)
	d.wake()
}

// wake makes idle workers look at what has changed. Callers hold mu, or are alone.
func (d *Daemon) wake() {
	for _, w := range d.workers {
		w.Wake()
	}
}
