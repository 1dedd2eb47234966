package lab

import (
	"errors"
	"slices"
	"strings"

	"mire/dpdk/burst"
	"mire/engine"
)

var forwardVerbs = []verb{
	{"display", "show fwd stats all", "Show forwarding statistics since start.", (*Lab).doShowFwd},
	{"display", "clear fwd stats all", "Count forwarding statistics from now on.", (*Lab).doClearFwd},
	{"display", "show module stats", "What each module of the chain did, the rows of its rules, reasons of drops.", (*Lab).doShowModules},
	{"display", "show drops", "Why frames were dropped.", (*Lab).doShowDrops},
}

func (l *Lab) doShowFwd([]string) error {
	if l.json {
		return l.printJSON(l.forwardStats())
	}
	l.showForwardStats()
	return nil
}

func (l *Lab) doClearFwd([]string) error {
	if l.plane != nil {
		l.plane.clear(l)
	}
	return nil
}

// forwardStats are zero before the first start.
func (l *Lab) forwardStats() ForwardStats {
	v := ForwardStats{Mode: l.set.mode, Ports: []PortForward{}, All: Forward{Running: l.forwarding()}}
	c := &counters{ports: make([]PortForward, len(l.ports))}
	if l.plane != nil {
		c = l.plane.count(l)
		v.Mode = l.plane.mode
	}
	for _, i := range l.set.list {
		f := c.ports[i]
		f.Port = i
		v.Ports = append(v.Ports, f)
		v.All.Rx += f.RxPackets
		v.All.RxDropped += f.RxDropped
		v.All.Tx += f.TxPackets
		v.All.TxDropped += f.TxDropped
	}
	v.All.Held = c.held
	return v
}

func (l *Lab) showForwardStats() {
	const minus, plus = "----------------------", "+++++++++++++++"
	s := l.forwardStats()
	lines := func(rx, rxDropped, tx, txDropped uint64, between func()) {
		l.say("  RX-packets: %-14d RX-dropped: %-14dRX-total: %d", rx, rxDropped, rx+rxDropped)
		between()
		l.say("  TX-packets: %-14d TX-dropped: %-14dTX-total: %d", tx, txDropped, tx+txDropped)
	}
	for _, f := range s.Ports {
		l.say("\n  %s Forward statistics for port %-2d %s", minus, f.Port, minus)
		lines(f.RxPackets, f.RxDropped, f.TxPackets, f.TxDropped, func() {
			if s.Mode == "csum" {
				l.say("  Bad-ipcsum: %-14d Bad-l4csum: %-14dBad-outer-l4csum: %-14d\n  Bad-outer-ipcsum: %-14d", f.BadIP, f.BadL4, 0, 0)
			}
		})
		l.say("  %s", strings.Repeat("-", 76))
	}
	l.say("\n  %s Accumulated forward statistics for all ports%s", plus, plus)
	lines(s.All.Rx, s.All.RxDropped, s.All.Tx, s.All.TxDropped, func() {})
	l.say("  %s", strings.Repeat("+", 76))
	l.showCyclesPerPacket()
}

// errNoChain is the answer of verbs that ask about the chain.
var errNoChain = errors.New("no chain has run yet: `set fwd tarpit`, then `start`")

// modules adds up the boards of all cores. Boards are as of a worker's last
// Tick, at most a millisecond ago.
func (l *Lab) modules() (Modules, error) {
	v := Modules{Modules: []ModuleStats{}, Rows: []Row{}, Drops: []Drop{}, Balanced: true}
	if l.plane == nil || !isEngine(l.plane.mode) {
		return v, errNoChain
	}
	var dropped [burst.MaxReasons]uint64
	var reasons []burst.ReasonInfo
	for _, c := range l.plane.count(l).engine {
		for i, s := range c.Stages {
			if i == len(v.Modules) {
				v.Modules = append(v.Modules, ModuleStats{Module: c.Names[i]})
			}
			m := &v.Modules[i]
			m.Entered, m.Decided, m.Sent, m.Originated = m.Entered+s.Entered, m.Decided+s.Decided, m.Sent+s.Sent, m.Originated+s.Originated
		}
		reasons = c.Reasons
		for r, n := range c.Verdicts.Dropped {
			dropped[r] += n
		}
		v.Consumed += c.Verdicts.Consumed
		v.Punted += c.Verdicts.Punted
		v.Balanced = v.Balanced && c.Balanced()
	}
	for r, info := range reasons {
		v.Drops = append(v.Drops, Drop{info.Name, dropped[r], info.Help})
	}
	for _, m := range l.node.chain {
		if r, ok := m.(engine.Ruler); ok {
			for _, rule := range r.Rules() {
				v.Rows = append(v.Rows, Row{m.Name(), rule.Name, rule.Count, rule.Help})
			}
		}
	}
	return v, nil
}

func (l *Lab) doShowModules([]string) error {
	v, err := l.modules()
	if err != nil {
		return err
	}
	v.Drops = slices.DeleteFunc(v.Drops, func(d Drop) bool { return d.Count == 0 })
	v.Rows = slices.DeleteFunc(v.Rows, func(r Row) bool { return r.Count == 0 })
	if l.json {
		return l.printJSON(v)
	}
	l.say("%-12s %14s %14s %14s %14s", "module", "entered", "decided", "sent", "originated")
	for _, m := range v.Modules {
		l.say("%-12s %14d %14d %14d %14d", m.Module, m.Entered, m.Decided, m.Sent, m.Originated)
	}
	of := ""
	for _, r := range v.Rows {
		if r.Module != of {
			of = r.Module
			l.say("\n%-12s %14s  %s", of+" row", "segments", "what")
		}
		l.say("%-12s %14d  %s", r.Row, r.Count, r.Help)
	}
	l.printDrops(v.Drops)
	return nil
}

func (l *Lab) doShowDrops([]string) error {
	v, err := l.modules()
	if err != nil {
		return err
	}
	drops := slices.DeleteFunc(v.Drops, func(d Drop) bool { return d.Count == 0 })
	if l.json {
		return l.printJSON(drops)
	}
	l.printDrops(drops)
	return nil
}

func (l *Lab) printDrops(drops []Drop) {
	if len(drops) == 0 {
		l.say("\nnothing was dropped")
		return
	}
	l.say("\n%-20s %14s  %s", "dropped", "frames", "why")
	for _, d := range drops {
		l.say("%-20s %14d  %s", d.Reason, d.Count, d.Help)
	}
}
