package lab

import (
	"errors"
	"fmt"
	"sync/atomic"

	"mire/cli/forward"
	"mire/cli/testbed"
	"mire/dpdk"
	"mire/dpdk/burst"
	"mire/engine"
)

// plane is what forwards between one `start` and one `stop`.
type plane struct {
	mode    string
	cores   []*core
	running bool
	// base are the ports' counters at the start or the last `clear fwd stats`,
	// cleared and full what the cores had counted then.
	base    []dpdk.Stats
	cleared []flow
	full    uint64
	final   *counters // after the end
	chain   []engine.Module
	clock   clock
}

// core is one forwarding core.
type core struct {
	lcore   uint
	streams []stream
	side    *dpdk.Worker
	loop    *testbed.Loop
	flows   []flowCount
	modes   []forward.Mode // simple modes, one per stream
	engine  *engine.Worker // chain modes
	meter   meter          // simple modes
	io      burst.IO       // after the end
}

// stream is one RX queue and the port that its frames leave by.
type stream struct {
	rx, tx *port
	queue  int
}

// flow counts frames of one port: received, and decided to leave.
type flow struct{ rx, tx uint64 }

// flowCount is a flow that one core writes.
type flowCount struct{ rx, tx atomic.Uint64 }

// start builds the cores and lets them go. first is how many bursts each stream
// sends beforehand.
func (l *Lab) start(first int) error {
	if err := l.apart(); err != nil {
		return err
	}
	if err := l.flush(); err != nil {
		return err
	}
	p := &plane{mode: l.set.mode, base: make([]dpdk.Stats, len(l.ports)), cleared: make([]flow, len(l.ports))}
	for _, c := range l.layout() {
		p.cores = append(p.cores, &core{lcore: c.lcore, streams: c.streams})
	}
	if err := l.build(p, first); err != nil {
		return errors.Join(err, p.close())
	}
	for i, port := range l.ports {
		p.base[i], _ = port.Stats()
	}
	for _, c := range p.cores {
		if err := c.loop.Launch(c.lcore); err != nil {
			return errors.Join(err, p.close())
		}
	}
	if l.traced.wanted > 0 && isEngine(p.mode) {
		l.traced.begin(p, l.traced.wanted)
	}
	p.measure(l.set.cycles)
	for _, c := range p.cores {
		c.loop.Start()
	}
	p.running = true
	l.plane = p
	return nil
}

// flush throws away what came before the start, as testpmd does, but for
// capture files, which hold nothing else.
func (l *Lab) flush() error {
	if l.KeepRx {
		return nil
	}
	var old []*testbed.Port
	for _, i := range l.set.list {
		if p := l.ports[i]; p.info.Driver != "net_pcap" {
			old = append(old, p.Port)
		}
	}
	return l.bed.Drain(old)
}

func (l *Lab) build(p *plane, first int) error {
	if isEngine(p.mode) {
		if err := l.openNode(len(p.cores)); err != nil {
			return err
		}
	}
	for i, c := range p.cores {
		var err error
		c.side, err = dpdk.NewWorker(dpdk.WorkerConfig{TxQueue: i, Ports: l.devices(), Pool: l.bed.Pool, AnyNode: true})
		if err != nil {
			return err
		}
		c.flows = make([]flowCount, len(l.ports))
		var lanes []*tap
		for _, s := range c.streams {
			lane, err := c.side.NewLane(s.rx.Port.Port, s.queue)
			if err != nil {
				return err
			}
			lane.SetBurst(l.set.burst)
			lanes = append(lanes, &tap{lane: lane, core: c, in: s.rx.index, rxq: s.queue, txq: i, pcaps: &l.pcaps})
		}
		if isEngine(p.mode) {
			err = l.buildEngine(p, i, lanes)
		} else {
			err = l.buildSimple(c, lanes, first)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// buildSimple makes the loop of a simple mode.
func (l *Lab) buildSimple(c *core, lanes []*tap, first int) error {
	type way struct {
		tap     *tap
		mode    forward.Mode
		in, out forward.Port
	}
	o := forward.Options{Burst: min(l.set.burst, burst.SpareSize), Size: l.set.size}
	var ways []way
	for i, s := range c.streams {
		m, err := forward.New(l.set.mode, o)
		if err != nil {
			return err
		}
		c.modes = append(c.modes, m)
		ways = append(ways, way{lanes[i], m, s.rx.forward(), s.tx.forward()})
	}
	opening, err := forward.New("txonly", o)
	if err != nil {
		return err
	}
	b := c.side.Burst()
	c.loop = testbed.NewLoop(func() {
		on := c.meter.on.Load()
		for i := range ways {
			w := &ways[i]
			if on {
				c.meter.start()
			}
			n := w.tap.Exchange(b)
			if on {
				c.meter.exchanged()
			}
			b.Begin()
			if first > 0 {
				opening.Turn(b, &w.in, &w.out)
				if i == len(ways)-1 {
					first--
				}
				continue
			}
			w.mode.Turn(b, &w.in, &w.out)
			if on {
				c.meter.decided(n, b)
			}
		}
	}, func() { c.leave(b, lanes[0]) })
	return nil
}

// leave counts what the last turn decided; Drain transmits it.
func (c *core) leave(b *burst.Burst, t *tap) {
	t.leaving(b)
	c.side.Drain()
}

// forward is the port for simple modes.
func (p *port) forward() forward.Port {
	return forward.Port{ID: p.ID(), MAC: [6]byte(p.info.MAC), Peer: p.peer}
}

// stop ends the cores; what they counted stays.
func (p *plane) stop(l *Lab) {
	if !p.running {
		return
	}
	for _, c := range p.cores {
		c.loop.Park()
	}
	for _, c := range p.cores {
		c.loop.End()
		if c.engine == nil {
			continue
		}
		// Its last frames have left in its own exchange.
		c.side.Drain()
	}
	p.running = false
	p.clock.stop()
	for _, c := range p.cores {
		c.io = c.side.Burst().IO
	}
	p.final = p.count(l)
	for _, c := range p.cores {
		c.side.Close()
		c.side = nil
	}
}

// close ends a plane, whatever state it is in.
func (p *plane) close() error {
	for _, c := range p.cores {
		if c.loop != nil {
			c.loop.End()
		}
		if c.side != nil {
			c.side.Close()
			c.side = nil
		}
	}
	p.running = false
	return nil
}

// counters are what `show fwd stats` is made of.
type counters struct {
	ports  []PortForward
	held   uint64
	engine []*engine.Counters
}

// count reads the cores and the ports.
func (p *plane) count(l *Lab) *counters {
	if p.final != nil {
		return p.final
	}
	out := &counters{ports: make([]PortForward, len(l.ports))}
	full := uint64(0)
	gaps, gap := make([]uint64, len(l.ports)), uint64(0)
	for _, c := range p.cores {
		io := &c.io
		if p.running {
			io = &c.side.Burst().IO
		}
		full += atomic.LoadUint64(&io.TxFull)
		out.held += atomic.LoadUint64(&io.Held)
		for i := range c.flows {
			out.ports[i].RxPackets += c.flows[i].rx.Load()
			out.ports[i].TxTotal += c.flows[i].tx.Load()
		}
		for i, m := range c.modes {
			if s, ok := m.(forward.Sums); ok {
				ip, l4 := s.BadSums()
				out.ports[c.streams[i].rx.index].BadIP += ip
				out.ports[c.streams[i].rx.index].BadL4 += l4
			}
		}
		if c.engine != nil {
			out.engine = append(out.engine, c.engine.Counters())
		}
	}
	for i, port := range l.ports {
		f := &out.ports[i]
		f.Port = i
		f.RxPackets -= p.cleared[i].rx
		f.TxTotal -= p.cleared[i].tx
		s, err := port.Stats()
		if err == nil {
			f.RxDropped = s.RxMissed - min(s.RxMissed, p.base[i].RxMissed)
			taken := s.TxPackets - min(s.TxPackets, p.base[i].TxPackets)
			gaps[i] = f.TxTotal - min(f.TxTotal, taken)
		}
		gap += gaps[i]
		f.RxTotal = f.RxPackets + f.RxDropped
	}
	// A core knows how many frames no TX queue took, not whose: the ports' own
	// counters tell where they are missing.
	full -= min(full, p.full)
	for i := range out.ports {
		f := &out.ports[i]
		if gap > 0 {
			f.TxDropped = min(full*gaps[i]/gap, f.TxTotal)
		}
		f.TxPackets = f.TxTotal - f.TxDropped
	}
	return out
}

// clear makes `show fwd stats` count from now on.
func (p *plane) clear(l *Lab) {
	p.full = 0
	clear(p.cleared)
	for i, port := range l.ports {
		p.base[i], _ = port.Stats()
	}
	for _, c := range p.cores {
		for i := range c.flows {
			p.cleared[i].rx += c.flows[i].rx.Load()
			p.cleared[i].tx += c.flows[i].tx.Load()
		}
		if p.running {
			p.full += atomic.LoadUint64(&c.side.Burst().IO.TxFull)
		} else {
			p.full += c.io.TxFull
		}
	}
	if p.final != nil {
		p.final = nil
		p.final = p.count(l)
	}
}

// needStopped is the error of verbs that must not run meanwhile.
func (l *Lab) needStopped(what string) error {
	if l.forwarding() {
		return fmt.Errorf("%s: forwarding is under way: `stop` first", what)
	}
	return nil
}

func (l *Lab) forwarding() bool { return l.plane != nil && l.plane.running }
