// Package testbed opens ports for commands that own them for a while: `mire
// lab`, `mire traffic` and whoever measures. It takes EAL arguments as
// dpdk-testpmd does, adds what they do not say, and hands out ports that are
// configured, a pool, and lcores that run loops which can be parked.
//
//	bed, err := testbed.Open(testbed.Options{EAL: []string{"--no-huge", "--vdev", "net_ring0"}, Cores: 1})
//	defer bed.Close()
//	side, err := dpdk.NewWorker(dpdk.WorkerConfig{Ports: bed.Devices(), Pool: bed.Pool, AnyNode: true})
//	defer side.Close() // before the bed
//	lane, err := side.NewLane(bed.Ports[0].Port, 0)
//	err = bed.Start()
//	loop := testbed.NewLoop(func() { lane.Exchange(side.Burst()) }, nil)
//	err = loop.Launch(bed.Lcores()[0]) // parked
//	loop.Start()                       // runs on that lcore
//	loop.Park()                        // stands between two turns
//	loop.End()                         // has returned
//
// A Bed and a Loop belong to one control goroutine.
package testbed

import (
	"errors"
	"fmt"
	"math"
	"runtime"
	"strings"

	"github.com/rs/zerolog"

	"mire/dpdk"
)

// Options say what to open.
type Options struct {
	// EAL are the user's EAL arguments, without the name of the program. What
	// they leave open is chosen here: lcores, memory, file prefix, no PCI scan
	// without -a. May be empty when Vdevs is not.
	EAL []string
	// Vdevs are further devices, beside those in EAL.
	Vdevs []string
	// Wires are pairs of ports that are each other's far end (dpdk.Wire), made
	// behind all others. What leaves by TX queue i arrives on RX queue i.
	Wires int
	// Cores is how many loops will run at once; 0 means 1. Every port gets that
	// many TX queues, one for each.
	Cores int
	// Helpers are further loops, without TX queues of their own.
	Helpers int
	// RxQueues of each port, 0 means 1. TxQueues above Cores are made too.
	RxQueues, TxQueues int
	// RxDescriptors and TxDescriptors per queue, 0 means 1024.
	RxDescriptors, TxDescriptors int
	// MTU of each port in bytes without Ethernet header; 0 leaves it.
	MTU int
	// Mbufs of the pool; 0 counts what the queues can hold. MbufRoom is the
	// largest frame of one mbuf, 0 means 2048 bytes.
	Mbufs, MbufRoom int
	// Memory is what will be asked for beside the pool, bytes: see dpdk.ArenaBytes.
	Memory int64
	// NoPromiscuous leaves promiscuous mode off.
	NoPromiscuous bool
	// Log takes the lines of EAL and drivers.
	Log zerolog.Logger
}

// Bed is what is open: one per process, because EAL can be opened once.
type Bed struct {
	EAL  *dpdk.EAL
	Pool *dpdk.Pool
	// Ports are in the order of their numbers, configured and stopped.
	Ports []*Port
	// Notes say what was chosen, Warnings what looks wrong; each is a line.
	Notes, Warnings []string

	wires []*dpdk.Wire
}

// Port is a configured port.
type Port struct {
	*dpdk.Port
	Conf    dpdk.PortConfig
	Applied dpdk.Applied
	Started bool
}

const (
	descriptors = 1024
	// basicMbufs serve sources that keep frames, such as a repeated capture file.
	basicMbufs = 8191
	// hugeSlack is what EAL, drivers and workers take beside pool and arenas, bytes.
	hugeSlack = 16 << 20
)

func (o *Options) defaults() {
	for _, f := range []struct {
		v   *int
		def int
	}{{&o.Cores, 1}, {&o.RxQueues, 1}, {&o.RxDescriptors, descriptors}, {&o.TxDescriptors, descriptors}} {
		if *f.v == 0 {
			*f.v = f.def
		}
	}
	o.TxQueues = max(o.TxQueues, o.Cores)
}

// pool sizes the pool for a number of ports: what all queues, held frames,
// bursts and caches can keep at once.
func (o *Options) pool(ports, lcores int) dpdk.PoolConfig {
	n := o.Mbufs
	if n == 0 {
		perPort := o.RxQueues*o.RxDescriptors + o.TxQueues*(o.TxDescriptors+256)
		n = basicMbufs + ports*perPort + o.Cores*128 + lcores*512
	}
	return dpdk.PoolConfig{Name: "mire", AnyNode: true, Count: uint32(n), Room: uint16(o.MbufRoom)}
}

// Open opens the EAL, makes the pool and configures every port that the EAL
// has. On an error everything is closed again.
func Open(o Options) (b *Bed, err error) {
	o.defaults()
	b = &Bed{}
	defer func() {
		if err != nil {
			err = errors.Join(err, b.Close())
			b = nil
		}
	}()
	cpus, err := dpdk.OwnCPUs()
	if err != nil {
		return b, err
	}
	loops := o.Cores + o.Helpers
	pool := o.pool(countDevices(o.EAL)+len(o.Vdevs)+2*o.Wires, max(loops, len(cpus))+1)
	memory := dpdk.PoolBytes(pool) + o.Memory + int64(o.Cores)<<20
	opts := dpdk.Options{Lcores: lcores(cpus, loops), Memory: memory, Vdevs: o.Vdevs, Extra: o.EAL, Log: o.Log}
	if !has(o.EAL, "--no-huge") {
		h := dpdk.Hugepages(memory + hugeSlack)
		opts.NoHuge = !h.OK
		b.Notes = append(b.Notes, h.Line)
	}
	if b.EAL, err = dpdk.Open(opts); err != nil {
		return b, err
	}
	if err := probed(append(vdevs(o.EAL), o.Vdevs...)); err != nil {
		return b, err
	}
	for i := range o.Wires {
		w, err := dpdk.NewWire(dpdk.WireConfig{Name: fmt.Sprintf("wire%d", i), Queues: max(o.RxQueues, o.TxQueues), AnyNode: true})
		if err != nil {
			return b, err
		}
		b.wires = append(b.wires, w)
	}
	ports := dpdk.Ports()
	if len(ports) == 0 {
		return b, errors.New("no Ethernet ports: name one before `--`, such as --vdev net_ring0, --vdev net_pcap0,rx_pcap=FILE or -a 0000:01:00.0")
	}
	if n := len(b.Lcores()); n < loops {
		return b, fmt.Errorf("the EAL has %d lcores beside the main one, %d are needed for what runs at once: give it more with -l, or ask for fewer cores", n, loops)
	}
	runtime.GOMAXPROCS(max(runtime.GOMAXPROCS(0), loops+2))
	if b.Pool, err = dpdk.NewPool(pool); err != nil {
		return b, fmt.Errorf("%w (an -m among the EAL arguments must hold it)", err)
	}
	for _, dev := range ports {
		p, err := o.configure(dev, b.Pool)
		if err != nil {
			return b, err
		}
		b.Ports = append(b.Ports, p)
	}
	var speeds []speed
	for _, p := range b.Ports {
		if l, err := p.Link(); err == nil {
			speeds = append(speeds, speed{p.ID(), p.Name(), l.Mbps})
		}
	}
	b.Warnings = compareSpeeds(speeds)
	return b, nil
}

func (o *Options) configure(dev *dpdk.Port, pool *dpdk.Pool) (*Port, error) {
	p := &Port{Port: dev, Conf: dpdk.PortConfig{
		RxQueues: o.RxQueues, TxQueues: o.TxQueues, RxDescriptors: o.RxDescriptors, TxDescriptors: o.TxDescriptors, MTU: o.MTU,
		OnePool: true, Promiscuous: !o.NoPromiscuous, AllMulticast: true,
	}}
	info, err := dev.Info()
	if err != nil {
		return nil, err
	}
	if info.Driver == "net_ring" {
		// What leaves by TX queue i waits in RX queue i: it must be possible to
		// take it out at the end.
		p.Conf.RxQueues = max(o.RxQueues, o.TxQueues)
	}
	// dpdk speaks of `threads`, a word of configurations.
	for _, q := range []struct {
		dir       string
		have, max int
	}{{"rx", p.Conf.RxQueues, info.MaxRxQueues}, {"tx", o.TxQueues, info.MaxTxQueues}} {
		if q.have > q.max {
			return nil, fmt.Errorf("port %d (%s): %d %s queues asked for, its driver %s has %d here: use fewer queues and cores (one TX queue for each core), or give the device more (net_pcap: one %s_pcap= for each)",
				dev.ID(), dev.Name(), q.have, q.dir, info.Driver, q.max, q.dir)
		}
	}
	p.Applied, err = dev.Configure(p.Conf, pool)
	return p, err
}

// probed returns why a device did not become a port: the EAL itself goes on
// without. Plugging it again says what is in its way.
func probed(devices []string) error {
	for _, d := range devices {
		name, _, _ := strings.Cut(d, ",")
		if _, err := dpdk.OpenPort(name); err == nil {
			continue
		}
		if p, err := dpdk.Attach(d); err != nil {
			return fmt.Errorf("--vdev %s: %w", d, err)
		} else if err := p.Detach(); err != nil {
			return err
		}
		return fmt.Errorf("--vdev %s: the EAL left it out at its start, and took it afterwards: try again", d)
	}
	return nil
}

// Devices are the ports for dpdk.WorkerConfig.
func (b *Bed) Devices() []*dpdk.Port {
	var out []*dpdk.Port
	for _, p := range b.Ports {
		out = append(out, p.Port)
	}
	return out
}

// Lcores are those that loops may run on: all but the main one, ascending.
func (b *Bed) Lcores() []uint {
	var out []uint
	for _, l := range dpdk.Lcores() {
		if !l.Main {
			out = append(out, l.ID)
		}
	}
	return out
}

// Start starts every port that is not started.
func (b *Bed) Start() error {
	for _, p := range b.Ports {
		if err := p.Start(); err != nil {
			return err
		}
	}
	return nil
}

// Start starts the port; nothing happens when it is started already.
func (p *Port) Start() error {
	if p.Started {
		return nil
	}
	if err := p.Port.Start(); err != nil {
		return err
	}
	p.Started = true
	return nil
}

// Stop stops the port; loops go on and receive nothing from it.
func (p *Port) Stop() error {
	if err := p.Port.Stop(); err != nil {
		return err
	}
	p.Started = false
	return nil
}

// speed is a port's link, in Mbps; 0 is unknown.
type speed struct {
	id   uint16
	name string
	mbps uint32
}

// compareSpeeds notes ports whose links differ from the first that is known:
// the slower one sets the pace.
func compareSpeeds(ports []speed) (notes []string) {
	var first speed
	for _, p := range ports {
		switch {
		case p.mbps == 0 || p.mbps == math.MaxUint32:
		case first.mbps == 0:
			first = p
		case p.mbps != first.mbps:
			notes = append(notes, fmt.Sprintf("warning: port %d (%s) has %d Mbps, port %d (%s) %d: the slower one sets the pace between them",
				first.id, first.name, first.mbps, p.id, p.name, p.mbps))
		}
	}
	return notes
}

// drainRounds is how often every RX queue is asked for frames: some drivers
// (net_ring) keep those that nobody took, endless sources never end.
const drainRounds = 64

// Drain throws away what waits in RX queues of ports that are started, on the
// first of Lcores. Nobody else may poll them meanwhile.
func (b *Bed) Drain(ports []*Port) error {
	side, err := dpdk.NewWorker(dpdk.WorkerConfig{Pool: b.Pool, AnyNode: true})
	if err != nil {
		return err
	}
	defer side.Close()
	var lanes []*dpdk.Lane
	for _, p := range ports {
		if !p.Started {
			continue
		}
		for q := range p.Conf.RxQueues {
			lane, err := side.NewLane(p.Port, q)
			if err != nil {
				return err
			}
			lanes = append(lanes, lane)
		}
	}
	task, err := dpdk.Launch(b.Lcores()[0], func() {
		for range drainRounds {
			n := 0
			for _, l := range lanes {
				n += l.Exchange(side.Burst())
			}
			if n == 0 {
				return
			}
		}
	})
	if err == nil {
		task.Wait()
	}
	return err
}

// Close detaches the ports and gives everything back. Loops must have ended and
// workers be closed.
func (b *Bed) Close() error {
	var errs []error
	if len(b.Ports) > 0 {
		errs = append(errs, b.Drain(b.Ports)) // their mbufs come home
	}
	for _, p := range b.Ports {
		errs = append(errs, p.Detach())
	}
	for _, w := range b.wires {
		errs = append(errs, w.Close())
	}
	if b.Pool != nil {
		errs = append(errs, b.Pool.Free())
	}
	if b.EAL != nil {
		errs = append(errs, b.EAL.Close())
	}
	return errors.Join(errs...)
}
