package lab

import (
	"errors"
	"sync/atomic"
	"time"

	"mire/dpdk"
	"mire/dpdk/burst"
	"mire/engine/cycles"
)

var cycleVerbs = []verb{
	{"display", "show cycles", "Cycles per packet of each step and module, while `set record-core-cycles on`.", (*Lab).doShowCycles},
}

// meter adds up what a simple mode costs. The core writes, verbs read.
type meter struct {
	on                       atomic.Bool
	exchange, mode, received atomic.Uint64
	from, behind             uint64 // of the present turn, ticks
}

func (m *meter) start()     { m.from = cycles.Now() }
func (m *meter) exchanged() { m.behind = cycles.Now() }

// decided ends a turn; those without frames are left out, as testpmd does.
func (m *meter) decided(n int, b *burst.Burst) {
	if n == 0 && b.Originated == 0 {
		return
	}
	now := cycles.Now()
	m.exchange.Store(m.exchange.Load() + m.behind - m.from)
	m.mode.Store(m.mode.Load() + now - m.behind)
	m.received.Store(m.received.Load() + uint64(n) + uint64(b.Originated))
}

// clock tells the rate of the time-stamp counter by the wall's.
type clock struct {
	at    time.Time
	ticks uint64
	mhz   float64
}

func (c *clock) start() { c.at, c.ticks = time.Now(), cycles.Now() }

func (c *clock) stop() { c.mhz = c.rate() }

// rate is in MHz.
func (c *clock) rate() float64 {
	if c.mhz != 0 || c.at.IsZero() {
		return c.mhz
	}
	return float64(cycles.Now()-c.ticks) / float64(time.Since(c.at).Microseconds()+1)
}

// measure turns the measurement on or off.
func (p *plane) measure(on bool) {
	if on && p.clock.at.IsZero() {
		p.clock.start()
	}
	for _, c := range p.cores {
		if c.engine != nil {
			c.engine.MeasureCycles(on)
		} else {
			c.meter.on.Store(on && cycles.Available)
		}
	}
}

// Cycles is `show cycles`.
type Cycles struct {
	Packets uint64       `json:"packets"`
	Total   float64      `json:"cycles_per_packet"`
	MHz     float64      `json:"mhz"`
	Steps   []CyclesStep `json:"steps"`
	ticks   uint64
}

// CyclesStep is one step of a turn, or one module.
type CyclesStep struct {
	Step      string  `json:"step"`
	PerPacket float64 `json:"cycles_per_packet"`
	ticks     uint64
}

// cycles adds up all cores.
func (l *Lab) cycles() Cycles {
	v := Cycles{Steps: []CyclesStep{}}
	p := l.plane
	if p == nil {
		return v
	}
	v.MHz = p.clock.rate()
	add := func(i int, name string, ticks uint64) {
		if i == len(v.Steps) {
			v.Steps = append(v.Steps, CyclesStep{Step: name})
		}
		v.Steps[i].ticks += ticks
		v.ticks += ticks
	}
	for _, c := range p.count(l).engine {
		v.Packets += c.Cycles.Packets
		for i, s := range c.Cycles.Steps {
			add(i, s.Name, s.Ticks)
		}
	}
	for _, c := range p.cores {
		if c.engine == nil {
			v.Packets += c.meter.received.Load()
			add(0, "exchange", c.meter.exchange.Load())
			add(1, p.mode, c.meter.mode.Load())
		}
	}
	if v.Packets > 0 {
		v.Total = float64(v.ticks) / float64(v.Packets)
		for i := range v.Steps {
			v.Steps[i].PerPacket = float64(v.Steps[i].ticks) / float64(v.Packets)
		}
	}
	return v
}

func (l *Lab) doSetCycles(words []string) error {
	on := words[2] == "on"
	if on && !cycles.Available {
		return errors.New("set record-core-cycles: this CPU's counter cannot be read")
	}
	l.set.cycles = on
	if l.forwarding() {
		l.plane.measure(on)
	}
	return nil
}

func (l *Lab) doShowCycles([]string) error {
	v := l.cycles()
	if l.json {
		return l.printJSON(v)
	}
	if v.Packets == 0 {
		return errors.New("no packet was measured: `set record-core-cycles on`, then forward some")
	}
	l.say("%-12s %14s", "step", "cycles/packet")
	for _, s := range v.Steps {
		l.say("%-12s %14.1f", s.Step, s.PerPacket)
	}
	l.say("%-12s %14.1f  over %d packets at %.0f MHz", "all", v.Total, v.Packets, v.MHz)
	return nil
}

// showCyclesPerPacket is testpmd's line below the statistics.
func (l *Lab) showCyclesPerPacket() {
	if v := l.cycles(); l.set.cycles && v.Packets > 0 {
		l.say("\n  CPU cycles/packet=%.2f (%s cycles=%d / total %s packets=%d) at %.0f MHz Clock", v.Total, dpdk.TestpmdText().Cycles, v.ticks, l.plane.mode, v.Packets, v.MHz)
	}
}
