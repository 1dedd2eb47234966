// Package lab is `mire lab`: the verbs and habits of dpdk-testpmd 22.11 over
// forwarding modes of its own and over the real chain of modules, typed at a
// prompt or read from a script that can expect something and fail.
//
// One goroutine runs all verbs. Workers run on lcores between `start` and
// `stop`; what verbs read of them while they run are atomics and the boards of
// the engine.
package lab

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"sync/atomic"
	"time"

	"mire/cli/forward"
	"mire/cli/testbed"
	"mire/dpdk"
	"mire/engine/session"
)

// Lab is one session.
type Lab struct {
	Options
	ctx    context.Context
	out    io.Writer
	bed    *testbed.Bed
	ports  []*port
	set    settings
	events atomic.Bool // are told
	plane  *plane      // what forwards, or forwarded last; nil before the first start
	node   *node       // of chain modes; nil until one was started
	verbs  []verb

	json   bool  // the present verb was asked for JSON
	failed int   // verbs that failed
	traced trail // frames followed
	pcaps  pcaps
	source *source // of traffic; nil when there is none
	quit   bool
}

// settings are what verbs change while nothing forwards.
type settings struct {
	mode  string
	chain []string // modules of `set fwd chain a,b`; nil: the configuration's
	burst int
	cores int

	size     int
	list     []int // forwarding ports
	topology string
	cycles   bool
}

// port is a port with what the lab remembers of it.
type port struct {
	*testbed.Port
	index int
	info  dpdk.PortInfo
	peer  [6]byte
	shown dpdk.Stats // at the last `show port stats`
	at    time.Time
}

// Run opens the ports, carries on the conversation and closes everything. It
// returns the number of verbs that failed.
func Run(ctx context.Context, o Options) (failed int, err error) {
	o.defaults()
	l := &Lab{Options: o, ctx: ctx, out: o.Out}
	l.verbs = l.allVerbs()
	if err := l.checkMode(o.Mode); err != nil {
		return 0, err
	}
	if err := l.open(); err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, l.close()) }()
	return l.converse()
}

// isEngine tells whether a mode runs the chain.
func isEngine(mode string) bool { return mode == "tarpit" || mode == "chain" }

// modeNames are all forwarding modes, the chain's last.
func modeNames() []string { return append(forward.Names(), "tarpit", "chain") }

func (l *Lab) checkMode(mode string) error {
	if slices.Contains(modeNames(), mode) {
		return nil
	}
	return fmt.Errorf("no forwarding mode %q%s", mode, nearestOf(mode, modeNames()))
}

func (l *Lab) open() error {
	o := &l.Options
	if l.Interactive {
		l.say("Interactive-mode selected")
	}
	l.set = settings{mode: o.Mode, burst: o.Burst, cores: o.Cores, size: o.TxPackets, topology: o.Topology, cycles: o.Cycles}
	if o.Config != "" {
		// What is wrong with it is said before anything is opened.
		if _, err := loadConfig(o.Config); err != nil {
			return err
		}
	}
	var err error
	helpers := 0
	if o.Wires > 0 {
		helpers = 1 // for a generator at the far end
	}
	l.bed, err = testbed.Open(testbed.Options{
		EAL: o.EAL, Wires: o.Wires, Cores: o.Cores, Helpers: helpers, RxQueues: o.RxQueues, TxQueues: o.TxQueues, RxDescriptors: o.RxDesc, TxDescriptors: o.TxDesc,
		Mbufs: o.Mbufs, MbufRoom: o.MbufSize, Memory: dpdk.ArenaBytes(session.Bytes(o.Sessions)), Log: o.Log,
	})
	if err != nil {
		return err
	}
	for _, n := range l.bed.Notes {
		l.Log.Info().Msg(n)
	}
	for _, w := range l.bed.Warnings {
		l.say("%s", w)
	}
	for i, b := range l.bed.Ports {
		p := &port{Port: b, index: i, peer: [6]byte{2, 0, 0, 0, 0, byte(i)}}
		if peer, ok := o.Peers[i]; ok {
			p.peer = peer
		}
		if p.info, err = b.Info(); err != nil {
			return errors.Join(err, l.bed.Close())
		}
		l.ports = append(l.ports, p)
		l.say("Configuring Port %d (socket %d)", i, max(p.info.Socket, 0))
		for _, r := range b.Applied.Refused {
			l.say("Port %d: the driver refuses %s", i, r)
		}
		if err := p.Start(); err != nil {
			return errors.Join(err, l.bed.Close())
		}
		l.say("Port %d: %s", i, macString(p.info.MAC))
	}
	l.set.list = o.PortList
	if len(o.PortList) == 0 {
		for i := range l.ports {
			l.set.list = append(l.set.list, i)
		}
	}
	for _, i := range l.set.list {
		if i < 0 || i >= len(l.ports) {
			return errors.Join(fmt.Errorf("--portlist: Invalid port %d: %s", i, l.validPorts()), l.bed.Close())
		}
	}
	l.say("Checking link statuses...\nDone")
	l.warnOdd()
	return nil
}

// close takes down what open and start have built.
func (l *Lab) close() error {
	var errs []error
	if l.plane != nil {
		errs = append(errs, l.plane.close())
	}
	l.source.close()
	errs = append(errs, l.pcaps.close())
	if l.node != nil {
		errs = append(errs, l.node.close())
	}
	return errors.Join(append(errs, l.bed.Close())...)
}

// say prints a line.
func (l *Lab) say(format string, args ...any) { fmt.Fprintf(l.out, format+"\n", args...) }

// print prints what needs no line end.
func (l *Lab) print(format string, args ...any) { fmt.Fprintf(l.out, format, args...) }

// stateNames are the states of the session table as printed.
var stateNames = [session.NumStates]string{"unknown", "probing", "trapped", "real"}
