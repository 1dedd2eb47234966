package bench

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
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

// setup is what a node is built for.
type setup struct {
	workload *Workload
	workers  int
	table    int
	size     int // bytes without FCS; 0: IMIX
	onLink   bool
	// stamped is what the bench may write into SYNs.
	stamped stamping
	// fullRings: events go to the daemon's aggregator, which takes far fewer than
	// there are; else all are taken.
	fullRings bool
	// idle: the port receives nothing, and workers without frames sleep.
	idle bool
}

// node is the side under test: workers with the whole chain between the queues
// of a net_pcap port and one table of captured addresses, as the daemon would
// build them.
type node struct {
	setup
	rig    *rig
	scene  *scene
	shots  []shot
	source string

	table   *session.Table
	port    *dpdk.Port
	crew    []*member
	threads []thread
	snaps   atomic.Pointer[config.Snapshot]
	wall    atomic.Int64
	events  *event.Aggregator

	endEvents func() <-chan struct{}

	parking   sync.Mutex // start, park and breathe
	turning   bool
	endBreath func()

	early uint64 // frames of our own that found the port not started yet
	// refused is why the kernel gave the workers no priority, or nil.
	refused error
}

// member is one worker of a node.
type member struct {
	side   *dpdk.Worker
	tap    *tap
	worker *engine.Worker
	ring   *event.Ring
	loop   *testbed.Loop
	checks checks
}

// openNode builds a node on a rig and parks its workers. On an error close
// takes down what there is.
func openNode(r *rig, s setup) (n *node, err error) {
	n = &node{setup: s, rig: r}
	defer func() {
		if err != nil {
			err = errors.Join(err, n.close())
			n = nil
		}
	}()
	var root [secret.Size]byte
	rand.Read(root[:]) // never fails (crypto/rand)
	if n.scene, err = newScene(s, secret.New(root)); err != nil {
		return n, err
	}
	if n.shots, err = n.scene.shots(s.workload); err != nil {
		return n, err
	}
	if err = n.openPort(); err != nil {
		return n, err
	}
	for i := range s.workers {
		if err = n.addWorker(i); err != nil {
			return n, err
		}
	}
	n.startEvents()
	return n, n.launch()
}

// newScene is the scene of a setup. The MACs of a network are made from its
// addresses: any binding shows them.
func newScene(s setup, sec *secret.Secret) (*scene, error) {
	snap, err := snapshot(s.idle, s.workload.tag)
	if err != nil {
		return nil, err
	}
	return &scene{
		family: s.workload.family, table: s.table, onLink: s.onLink, size: s.size, tag: s.workload.tag, blended: s.workload.blended,
		snap:   snap.Bind([]config.Binding{{Interface: 1, MTU: 1500, NoNeighbours: true}}),
		secret: sec, day: time.Now().Unix() / 86400,
	}, nil
}

// openPort makes the table and the port, which stays stopped.
func (n *node) openPort() error {
	t := session.NewConfig("sessions", n.scene.capacity(), n.scene.secret.Key(secret.LabelTable, 16))
	var err error
	if n.table, err = session.New(&dpdk.Arena{}, t); err != nil {
		return err
	}
	if n.source, err = writeSource(n.rig.dir, n.shots); err != nil {
		return err
	}
	device := pcapOf(n.source, n.workers)
	if n.idle {
		device = dpdk.Null{NoRx: true}.Vdev("net_null0")
	}
	if n.port, err = dpdk.Attach(device); err != nil {
		return err
	}
	q := n.workers
	if _, err = n.port.Configure(dpdk.PortConfig{RxQueues: q, TxQueues: q, OnePool: true, Promiscuous: true, AllMulticast: true}, n.rig.pool); err != nil {
		return err
	}
	n.scene.snap = n.scene.snap.Bind([]config.Binding{{Interface: 1, Port: n.port.ID(), MTU: 1500, NoNeighbours: true}})
	n.scene.snap.Generation = 1
	n.snaps.Store(n.scene.snap)
	n.wall.Store(time.Now().UnixNano() - dpdk.Now())
	return nil
}

// pcapOf is the device both sides read a source by: one queue a worker.
func pcapOf(source string, queues int) string {
	p := dpdk.Pcap{Infinite: true}
	for range queues {
		p.Rx = append(p.Rx, source)
	}
	return p.Vdev("net_pcap0")
}

// chain makes the modules of a worker.
func (n *node) chain() ([]engine.Module, error) {
	if n.workload.bare {
		return []engine.Module{forwarder{}}, nil
	}
	return modules.Chain(strings.Split(chain, ","))
}

// addWorker builds worker i and its chain.
func (n *node) addWorker(i int) error {
	m := &member{ring: event.NewRing(event.WorkerRing)}
	var err error
	if m.side, err = dpdk.NewWorker(dpdk.WorkerConfig{TxQueue: i, Ports: []*dpdk.Port{n.port}, Pool: n.rig.pool, AnyNode: true}); err != nil {
		return err
	}
	n.crew = append(n.crew, m)
	lane, err := m.side.NewLane(n.port, i)
	if err != nil {
		return err
	}
	m.tap = n.newTap(lane, i)
	list, err := n.chain()
	if err != nil {
		return err
	}
	shared := n.crew[0]
	c := engine.WorkerConfig{
		ID: i, Count: n.workers, Table: n.table, Events: m.ring, Secret: n.scene.secret, Wall: &n.wall,
		Burst: m.side.Burst(), Lanes: []engine.Lane{m.tap}, Chain: engine.NewChain(list), Snapshots: &n.snaps,
	}
	if i == 0 {
		c.Neighbours, c.Role = neigh.NewTable(neigh.DefaultCapacity), engine.NewRole(engine.Master)
	} else {
		c.Neighbours, c.Role = shared.worker.Neighbours, shared.worker.Role
	}
	m.worker, err = engine.NewWorker(c)
	return err
}

// newTap stands before a lane of worker i.
func (n *node) newTap(lane engine.Lane, i int) *tap {
	t := &tap{lane: lane, flaws: n.workload.flaws}
	t.samples.ring.Init(sampleSlots)
	t.samples.every = n.workload.sample
	if n.stamped != plain {
		t.samples.every = stampedSample
	}
	t.stamp = stamp{how: n.stamped, v6: n.scene.family == 6, first: low(n.scene.captured(0)), table: uint32(n.scene.table), count: uint32(i) << 31}
	return t
}

// startEvents starts who takes events, and the checks of replies.
func (n *node) startEvents() {
	var rings []*event.Ring
	for _, m := range n.crew {
		rings = append(rings, m.ring)
		m.checks.start(newReference(n.scene, n.shots, n.stamped), &m.tap.samples)
	}
	if !n.fullRings {
		n.endEvents = drain(rings, n.rig.cpus.others)
		return
	}
	n.events = event.New(event.Options{Rings: rings, Sinks: []event.Sink{event.NewLogSink(zerolog.New(io.Discard))}})
	n.events.Apply(n.scene.snap.Settings.Log, n.scene.snap.Settings.LogRate, "")
	n.endEvents = n.events.Start()
}

// silent is how long workers turn on a port that is not started yet: they
// become master, so that no capture counts as another node's, and sweep the
// table once, after which packets need no look at the configuration any more.
func (n *node) silent() time.Duration {
	const slotsPerTick = 7 * 512 // a Tick is a millisecond
	return time.Duration(50+n.table.Stats().Slots/slotsPerTick) * time.Millisecond
}

// launch starts the workers on a silent port, parks them, and fills the table.
func (n *node) launch() error {
	for i, m := range n.crew {
		m.loop = testbed.NewLoop(m.worker.Turn, func() {
			m.worker.Stop()
			m.worker.Run() // only the last frames are left
		})
		if err := m.loop.Launch(uint(i + 1)); err != nil {
			return err
		}
	}
	var err error
	if n.threads, n.refused, err = threadsOf(os.Getpid(), n.workers, &n.rig.cpus); err != nil {
		return err
	}
	stop := make(chan struct{})
	done := make(chan struct{})
	go func() {
		defer close(done)
		n.breathe(stop)
	}()
	n.endBreath = sync.OnceFunc(func() { close(stop); <-done })
	n.start()
	time.Sleep(n.silent())
	n.park()
	if err := n.scene.capture(n.table, dpdk.Now()); err != nil {
		return err
	}
	return n.open()
}

// open starts the port, once it is known how many frames of our own found it closed:
// no worker turns meanwhile.
func (n *node) open() error {
	n.parking.Lock()
	defer n.parking.Unlock()
	n.resume()
	time.Sleep(5 * time.Millisecond) // counters are shown once a millisecond
	n.halt()
	n.early = n.counters().IO.TxFull
	return n.port.Start()
}

// finish ends the workers after their last frames have left; their counters are
// final then.
func (n *node) finish() {
	if n.endBreath != nil {
		n.endBreath()
	}
	for _, m := range n.crew {
		if m.loop != nil {
			m.loop.End()
		}
		m.checks.stop()
	}
}

// close takes everything down, in the order that DPDK needs, and sees that
// nothing is left in it.
func (n *node) close() error {
	n.finish()
	if n.endEvents != nil {
		<-n.endEvents()
	}
	for _, m := range n.crew {
		m.side.Close()
	}
	var errs []error
	if n.port != nil {
		errs = append(errs, n.port.Detach())
	}
	if n.table != nil {
		errs = append(errs, n.table.Close())
	}
	if left := n.rig.pool.InUse(); left != 0 {
		errs = append(errs, fmt.Errorf("%d mbufs did not return to their pool", left))
	}
	return errors.Join(errs...)
}
