package bench

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"strings"
	"sync/atomic"
	"time"

	"github.com/rs/zerolog"

	"mire/dpdk"
	"mire/engine"
	"mire/engine/config"
	"mire/engine/event"
	"mire/engine/neigh"
	"mire/engine/secret"
	"mire/engine/session"
	"mire/modules"
)

const (
	// poolSize is the number of mbufs on either side of a comparison; the source
	// keeps SYNs of them.
	poolSize = 8191
	// ringSize is the daemon's.
	ringSize = 8192
	// hugeSlack is what EAL and driver take beside pool and table, bytes.
	hugeSlack = 16 << 20
)

// node is the side under test: one worker with the whole chain between a
// net_pcap port and a table of captured addresses, as the daemon would build it.
type node struct {
	load   Load
	source string
	snap   *config.Snapshot
	secret *secret.Secret

	eal    *dpdk.EAL
	pool   *dpdk.Pool
	table  *session.Table
	port   *dpdk.Port
	side   *dpdk.Worker
	tap    *tap
	worker *engine.Worker
	ring   *event.Ring
	loop   *loop
	task   *dpdk.Task
	thread thread // the worker's

	snaps     atomic.Pointer[config.Snapshot]
	wall      atomic.Int64
	events    *event.Aggregator
	endEvents context.CancelFunc
	eventDone chan struct{}
	checks    checks
	early     uint64 // frames of our own that found the port not started yet
}

// openNode builds the node and parks its worker. On an error close takes down
// what there is.
func openNode(l Load, c cpus, stamped bool, log zerolog.Logger) (n *node, err error) {
	n = &node{load: l}
	defer func() {
		if err != nil {
			err = errors.Join(err, n.close())
			n = nil
		}
	}()
	var root [secret.Size]byte
	rand.Read(root[:]) // never fails (crypto/rand)
	n.secret = secret.New(root)
	if n.snap, err = snapshot(); err != nil {
		return n, err
	}
	if err = n.openDPDK(c, log); err != nil {
		return n, err
	}
	if err = n.openWorker(stamped); err != nil {
		return n, err
	}
	return n, n.launch(c)
}

// openDPDK opens the EAL, the pool, the table and the port, which stays stopped.
func (n *node) openDPDK(c cpus, log zerolog.Logger) error {
	pool := dpdk.PoolConfig{Name: "mire", AnyNode: true, Count: poolSize}
	memory := dpdk.PoolBytes(pool) + int64(n.load.capacity())*112 + 8<<20
	h := dpdk.Hugepages(memory + hugeSlack)
	if !h.OK {
		return errors.New(h.Line)
	}
	log.Info().Msg(h.Line)
	if err := c.clear(); err != nil {
		return err
	}
	var err error
	if n.eal, err = dpdk.Open(dpdk.Options{Lcores: c.lcores(), Memory: memory, Log: log}); err != nil {
		return err
	}
	runtime.GOMAXPROCS(max(runtime.GOMAXPROCS(0), 3))
	if n.pool, err = dpdk.NewPool(pool); err != nil {
		return err
	}
	t := session.Config{Name: "sessions", Capacity: n.load.capacity()}
	copy(t.Key[:], n.secret.Key(secret.LabelTable, len(t.Key)))
	for st := range t.Quota {
		t.Quota[st] = t.Capacity / 4
	}
	t.Quota[session.Trapped] = t.Capacity / 2
	if n.table, err = session.New(&dpdk.Arena{}, t); err != nil {
		return err
	}
	// The MAC of a network is made from its address: any binding shows it.
	bound := n.snap.Bind([]config.Binding{{Interface: 1, MTU: 1500}})
	if n.source, err = n.load.writeSource(replyMAC(bound, n.load.Family)); err != nil {
		return err
	}
	if n.port, err = dpdk.Attach(dpdk.Pcap{Rx: []string{n.source}, Infinite: true}.Vdev("net_pcap0")); err != nil {
		return err
	}
	if _, err = n.port.Configure(dpdk.PortConfig{RxQueues: 1, TxQueues: 1, OnePool: true, Promiscuous: true, AllMulticast: true}, n.pool); err != nil {
		return err
	}
	n.snap = n.snap.Bind([]config.Binding{{Interface: 1, Port: n.port.ID(), MTU: 1500}})
	n.snap.Generation = 1
	return nil
}

// openWorker builds the worker, its chain and the aggregator of its events.
func (n *node) openWorker(stamped bool) error {
	var err error
	if n.side, err = dpdk.NewWorker(dpdk.WorkerConfig{Ports: []*dpdk.Port{n.port}, Pool: n.pool, AnyNode: true}); err != nil {
		return err
	}
	lane, err := n.side.NewLane(n.port, 0)
	if err != nil {
		return err
	}
	n.tap = &tap{lane: lane}
	if stamped {
		n.tap.stamp = &stamp{v6: n.load.Family == 6}
	}
	list, err := modules.Chain(strings.Split(chain, ","))
	if err != nil {
		return err
	}
	n.snaps.Store(n.snap)
	n.wall.Store(time.Now().UnixNano() - dpdk.Now())
	n.ring = event.NewRing(ringSize)
	n.worker, err = engine.NewWorker(engine.WorkerConfig{
		Count: 1, Table: n.table, Events: n.ring, Secret: n.secret, Wall: &n.wall,
		Neighbours: neigh.NewTable(neigh.DefaultCapacity), Role: engine.NewRole(engine.Master),
		Burst: n.side.Burst(), Lanes: []engine.Lane{n.tap}, Chain: list, Snapshots: &n.snaps,
	})
	if err != nil {
		return err
	}
	n.checks.start(newReference(n.load, n.snap, n.secret, stamped), &n.tap.samples)
	n.events = event.New(event.Options{Rings: []*event.Ring{n.ring}, Sinks: []event.Sink{event.NewLogSink(zerolog.New(io.Discard))}})
	n.events.Apply(n.snap.Settings.Log, n.snap.Settings.LogRate, "")
	var ctx context.Context
	ctx, n.endEvents = context.WithCancel(context.Background())
	n.eventDone = make(chan struct{})
	go func() {
		defer close(n.eventDone)
		n.events.Run(ctx)
	}()
	return nil
}

// silent is how long the worker turns on a port that is not started yet: it
// becomes master, so that no capture counts as another node's, and sweeps the
// table once, after which packets need no look at the configuration any more.
func (n *node) silent() time.Duration {
	const slotsPerTick = 7 * 512 // a Tick is a millisecond
	return time.Duration(50+n.table.Stats().Slots/slotsPerTick) * time.Millisecond
}

// launch starts the worker on a silent port, parks it, and fills the table.
func (n *node) launch(c cpus) error {
	n.loop = newLoop(n.worker)
	var err error
	if n.task, err = dpdk.Launch(1, n.loop.run); err != nil {
		return err
	}
	n.loop.wait()
	if n.thread, err = threadOn(os.Getpid(), c.worker); err != nil {
		return err
	}
	if err := n.thread.ahead(); err != nil {
		return err
	}
	n.loop.start()
	time.Sleep(n.silent())
	n.loop.park()
	n.early = n.worker.Counters().IO.TxFull
	if err := n.load.capture(n.table, n.snap, dpdk.Now()); err != nil {
		return err
	}
	return n.port.Start()
}

// slice implements slicer: the worker's own counters by its own clock.
func (n *node) slice(d time.Duration) (s Slice, err error) {
	n.loop.start()
	defer n.loop.park()
	time.Sleep(settle)
	m, err := n.thread.now()
	if err != nil {
		return s, err
	}
	from := n.worker.Counters()
	time.Sleep(d)
	to := n.worker.Counters()
	if to.Now <= from.Now || to.IO.Received == from.IO.Received {
		return s, fmt.Errorf("the worker received nothing in %v", d)
	}
	s.Rate = float64(to.IO.Received-from.IO.Received) / float64(to.Now-from.Now) * 1e9
	s.Share, s.Took, err = n.thread.share(m)
	return s, err
}

// finish ends the worker after its last frames have left; its counters are
// final then.
func (n *node) finish() {
	if n.task != nil {
		n.loop.end()
		n.task.Wait()
		n.task = nil
	}
	n.checks.stop()
}

// close takes everything down, in the order that DPDK needs.
func (n *node) close() error {
	n.finish()
	if n.eventDone != nil {
		n.endEvents()
		<-n.eventDone
	}
	if n.side != nil {
		n.side.Close()
	}
	var errs []error
	if n.port != nil {
		errs = append(errs, n.port.Detach())
	}
	if n.table != nil {
		errs = append(errs, n.table.Close())
	}
	if n.pool != nil {
		errs = append(errs, n.pool.Free())
	}
	if n.eal != nil {
		errs = append(errs, n.eal.Close())
	}
	if n.source != "" {
		errs = append(errs, os.Remove(n.source))
	}
	return errors.Join(errs...)
}
