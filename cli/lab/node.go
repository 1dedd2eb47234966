package lab

import (
	"crypto/rand"
	"errors"
	"fmt"
	"net/netip"
	"strings"
	"sync/atomic"
	"time"

	"github.com/rs/zerolog"

	"mire/cli/testbed"
	"mire/dpdk"
	"mire/engine"
	"mire/engine/config"
	"mire/engine/event"
	"mire/engine/neigh"
	"mire/engine/secret"
	"mire/engine/session"
	"mire/modules"
)

// node is what the chain stands on: configuration, secret, shared tables. It is
// made at the first start of a chain mode and outlives stop.
type node struct {
	cfg        *config.Config
	snaps      atomic.Pointer[config.Snapshot]
	wall       atomic.Int64
	secret     *secret.Secret
	table      *session.Table
	neighbours *neigh.Table
	role       *engine.Role
	chain      []engine.Module // of the last start

	events    *event.Aggregator
	rings     []*event.Ring
	endEvents func() <-chan struct{} // nil: it does not run
}

// defaultConfig is the configuration without --config: one interface per port,
// one dual-stack network that answers, on the first.
func (l *Lab) defaultConfig() string {
	var b strings.Builder
	b.WriteString("hostname lab\nmodules arp,ping,master,tarpit\n")
	for i, p := range l.ports {
		fmt.Fprintf(&b, "interface %d {\n  name port%d\n  access vdev \"%s\"\n}\nregister interfaces %[1]d\nenable interfaces %[1]d\n", i+1, i, p.Name())
	}
	b.WriteString(`network 1 {
  name lab
  addr 198.18.0.0
  mask 255.255.255.0
  real 198.18.0.253
  virt 198.18.0.254
  mask6 64
  real6 2001:db8::fffd
  virt6 2001:db8::fffe
  tarpit enable
  interface 1
}
register networks 1
enable networks 1
`)
	return b.String()
}

func loadConfig(file string) (*config.Config, error) {
	cfg, problems := config.Load(file)
	return cfg, problems.Err()
}

// ready makes the node when there is none yet.
func (l *Lab) ready() error {
	if l.node != nil {
		return nil
	}
	n := &node{neighbours: neigh.NewTable(neigh.DefaultCapacity), role: engine.NewRole(engine.Master)}
	var cfg *config.Config
	var problems config.Problems
	if l.Config != "" {
		cfg, problems = config.Load(l.Config)
	} else {
		cfg, problems = config.Parse("default", []byte(l.defaultConfig()))
	}
	if err := problems.Err(); err != nil {
		return err
	}
	for _, w := range problems.Warnings() {
		l.say("%s", w.String())
	}
	n.cfg = cfg
	snap, err := cfg.Snapshot()
	if err != nil {
		return err
	}
	bound, err := l.bind(snap)
	if err != nil {
		return err
	}
	bound.Generation = 1
	n.snaps.Store(bound)
	var root [secret.Size]byte
	rand.Read(root[:]) // never fails (crypto/rand)
	n.secret = secret.New(root)
	t := session.NewConfig("sessions", l.Sessions, n.secret.Key(secret.LabelTable, 16))
	if n.table, err = session.New(&dpdk.Arena{}, t); err != nil {
		return err
	}
	l.node = n
	return nil
}

// edit applies a command of the configuration language, as `mire ctl` does; a
// chain that runs goes on with it.
func (l *Lab) edit(command string) error {
	if err := l.ready(); err != nil {
		return err
	}
	n := l.node
	cfg, err := n.cfg.Apply(command)
	if err != nil {
		return err
	}
	snap, err := cfg.Snapshot()
	if err != nil {
		return err
	}
	bound, err := l.bind(snap)
	if err != nil {
		return err
	}
	bound.Generation = n.snaps.Load().Generation + 1
	n.cfg = cfg
	n.snaps.Store(bound)
	if n.events != nil {
		n.events.Apply(bound.Settings.Log, bound.Settings.LogRate, "")
	}
	return nil
}

// bind gives each interface of a configuration its port: by the name of the
// device or of the kernel interface, else in order.
func (l *Lab) bind(s *config.Snapshot) (*config.Snapshot, error) {
	used := make([]bool, len(l.ports))
	var bindings []config.Binding
	find := func(match func(p *port) bool) *port {
		for i, p := range l.ports {
			if !used[i] && match(p) {
				used[i] = true
				return p
			}
		}
		return nil
	}
	for i := range s.Interfaces {
		f := &s.Interfaces[i]
		device, _, _ := strings.Cut(f.Device, ",")
		p := find(func(p *port) bool { return p.Name() == device || p.Kernel() != "" && p.Kernel() == f.Name })
		if p == nil {
			p = find(func(*port) bool { return true })
		}
		if p == nil {
			return nil, fmt.Errorf("the configuration has %d interfaces, the lab %d ports: interface %d (%s) has none: add one more --vdev before `--`",
				len(s.Interfaces), len(l.ports), f.Number, f.Name)
		}
		bindings = append(bindings, config.Binding{
			Interface: f.Number, Port: p.ID(), MAC: config.MAC(p.info.MAC), MTU: max(p.info.MTU, 1500), Kernel: p.KernelBacked(), NoNeighbours: p.NoNeighbours(),
		})
	}
	return s.Bind(bindings), nil
}

// openNode readies the node for a number of cores, and drains their events.
func (l *Lab) openNode(cores int) error {
	if err := l.ready(); err != nil {
		return err
	}
	n := l.node
	n.quiet()
	n.wall.Store(time.Now().UnixNano() - dpdk.Now())
	n.rings = nil
	for range cores {
		n.rings = append(n.rings, event.NewRing(event.WorkerRing))
	}
	log := event.NewLogger(loud{l}, event.Text, zerolog.InfoLevel, nil)
	n.events = event.New(event.Options{Rings: n.rings, Sinks: []event.Sink{event.NewLogSink(log)}})
	s := n.snaps.Load()
	n.events.Apply(s.Settings.Log, s.Settings.LogRate, "")
	n.endEvents = n.events.Start()
	return nil
}

// loud prints events while `set events` is on.
type loud struct{ l *Lab }

func (w loud) Write(p []byte) (int, error) {
	if w.l.events.Load() {
		return w.l.out.Write(p)
	}
	return len(p), nil
}

// quiet ends the aggregator; its last lines are told.
func (n *node) quiet() {
	if n.endEvents != nil {
		<-n.endEvents()
		n.endEvents = nil
	}
}

func (n *node) close() error {
	n.quiet()
	return n.table.Close()
}

// buildEngine makes the worker of core i with its chain.
func (l *Lab) buildEngine(p *plane, i int, lanes []*tap) error {
	n, c := l.node, p.cores[i]
	if i == 0 {
		names, err := l.chainNames()
		if err != nil {
			return err
		}
		if p.chain, err = modules.Chain(names); err != nil {
			return err
		}
		n.chain = p.chain
	}
	var list []engine.Lane
	for _, t := range lanes {
		list = append(list, t)
	}
	var err error
	c.engine, err = engine.NewWorker(engine.WorkerConfig{
		ID: i, Count: len(p.cores), Table: n.table, Events: n.rings[i], Secret: n.secret, Wall: &n.wall,
		Neighbours: n.neighbours, Role: n.role, Burst: c.side.Burst(), Lanes: list, Chain: engine.NewChain(p.chain), Snapshots: &n.snaps,
	})
	if err != nil {
		return err
	}
	c.loop = testbed.NewLoop(c.engine.Turn, func() {
		c.engine.Stop()
		c.engine.Run() // only the last frames are left
	})
	return nil
}

// chainNames are the modules that `set fwd` asked for.
func (l *Lab) chainNames() ([]string, error) {
	names := l.set.chain
	if names == nil {
		names = l.node.snaps.Load().Modules
	}
	if l.set.mode == "tarpit" && !strings.Contains(","+strings.Join(names, ",")+",", ",tarpit,") {
		return nil, fmt.Errorf("the configuration's chain %s has no tarpit: write it into `modules`, or `set fwd chain`", strings.Join(names, ","))
	}
	return names, nil
}

// capture puts addresses into the table as if they were proven absent.
func (n *node) capture(prefix netip.Prefix, now int64) (int, error) {
	s := n.snaps.Load()
	for i := range s.Networks {
		w := &s.Networks[i]
		if !w.Prefix4.Contains(prefix.Addr()) && !w.Prefix6.Contains(prefix.Addr()) {
			continue
		}
		done := 0
		for a := prefix.Masked().Addr(); prefix.Contains(a); a = a.Next() {
			k := session.AddressKey(uint16(w.Number), a)
			if s.Exempt(i, k.Hi, k.Lo) {
				continue
			}
			r := session.Record{Key: k, State: session.Trapped, Proven: now, Expires: now + int64(s.Settings.TrapTTL)}
			switch o := n.table.Put(&r, 1<<session.Unknown|1<<session.Trapped, now); o {
			case session.Done:
				done++
			case session.Full, session.Quota:
				return done, fmt.Errorf("the table is full after %d addresses: start the lab with a larger --sessions", done)
			}
		}
		return done, nil
	}
	return 0, errors.New(prefix.String() + " is in no network of the configuration (`show config chain`)")
}
