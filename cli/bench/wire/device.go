package wire

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io"
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

// Device is what stands at the far end of the wire. It stands still between
// Start and Park.
type Device interface {
	// Side names it in reports.
	Side() string
	Start() error
	Park() error
	Close() error
	// Thread is the one that forwards; it has run once.
	Thread() *thread
}

// node is the engine with its whole chain behind one port.
type node struct {
	snap   *config.Snapshot
	secret *secret.Secret
	table  *session.Table
	port   *dpdk.Port
	side   *dpdk.Worker
	worker *engine.Worker
	loop   *testbed.Loop
	thread thread // the worker's

	snaps  atomic.Pointer[config.Snapshot]
	wall   atomic.Int64
	events *event.Aggregator

	endEvents func() <-chan struct{}
}

var _ Device = (*node)(nil)

// capacity of the table; as in the daemon half of it is for captured addresses.
const capacity = 1 << 18

// openNode builds the engine on a configured, stopped port and parks it on an
// lcore with a table of captured addresses of each family. On an error close
// takes down what there is.
func openNode(port *dpdk.Port, pool *dpdk.Pool, lcore uint, captured int) (n *node, err error) {
	n = &node{port: port}
	defer func() {
		if err != nil {
			err = errors.Join(err, n.Close())
			n = nil
		}
	}()
	var root [secret.Size]byte
	rand.Read(root[:]) // never fails (crypto/rand)
	n.secret = secret.New(root)
	if err = n.configure(1); err != nil {
		return n, err
	}
	t := session.NewConfig("wire", capacity, n.secret.Key(secret.LabelTable, 16))
	if n.table, err = session.New(&dpdk.Arena{}, t); err != nil {
		return n, err
	}
	if err = n.addWorker(pool); err != nil {
		return n, err
	}
	return n, n.launch(lcore, captured)
}

// configure reads the configuration anew and shows it to the worker, as a
// reload of the daemon does.
func (n *node) configure(generation uint64) error {
	snap, err := configuration(int(generation))
	if err != nil {
		return err
	}
	if now := n.snaps.Load(); now != nil {
		if restart := config.Diff(now, snap); len(restart) > 0 {
			return fmt.Errorf("a reload would need a restart: %s", strings.Join(restart, ", "))
		}
	}
	snap = snap.Bind([]config.Binding{{Interface: 1, Port: n.port.ID(), MTU: 1500, NoNeighbours: true}})
	snap.Generation = generation
	n.snap = snap
	n.snaps.Store(snap)
	n.wall.Store(time.Now().UnixNano() - dpdk.Now())
	if n.events != nil {
		n.events.Apply(snap.Settings.Log, snap.Settings.LogRate, "")
	}
	return nil
}

func (n *node) addWorker(pool *dpdk.Pool) error {
	var err error
	if n.side, err = dpdk.NewWorker(dpdk.WorkerConfig{Ports: []*dpdk.Port{n.port}, Pool: pool, AnyNode: true}); err != nil {
		return err
	}
	lane, err := n.side.NewLane(n.port, 0)
	if err != nil {
		return err
	}
	list, err := modules.Chain(strings.Split(chain, ","))
	if err != nil {
		return err
	}
	ring := event.NewRing(event.WorkerRing)
	if n.worker, err = engine.NewWorker(engine.WorkerConfig{
		Count: 1, Table: n.table, Events: ring, Secret: n.secret, Wall: &n.wall,
		Neighbours: neigh.NewTable(neigh.DefaultCapacity), Role: engine.NewRole(engine.Master),
		Burst: n.side.Burst(), Lanes: []engine.Lane{lane}, Chain: engine.NewChain(list), Snapshots: &n.snaps,
	}); err != nil {
		return err
	}
	n.events = event.New(event.Options{Rings: []*event.Ring{ring}, Sinks: []event.Sink{event.NewLogSink(zerolog.New(io.Discard))}})
	n.events.Apply(n.snap.Settings.Log, n.snap.Settings.LogRate, "")
	n.endEvents = n.events.Start()
	return nil
}

// launch lets the worker turn on the silent port for a moment: it becomes
// master, so that no capture counts as another node's, and sweeps the table
// once. Then the table is filled and the port started.
func (n *node) launch(lcore uint, captured int) error {
	n.loop = testbed.NewLoop(ahead(engineNice, n.worker.Turn, &n.thread), func() {
		n.worker.Stop()
		n.worker.Run() // only the last frames are left
	})
	if err := n.loop.Launch(lcore); err != nil {
		return err
	}
	const slotsPerTick = 7 * 512 // a Tick is a millisecond
	n.loop.Start()
	time.Sleep(time.Duration(50+n.table.Stats().Slots/slotsPerTick) * time.Millisecond)
	n.loop.Park()
	if err := capture(n.table, n.snap, captured, dpdk.Now()); err != nil {
		return err
	}
	return n.port.Start()
}

// Side implements Device.
func (n *node) Side() string { return "mire" }

// Start implements Device.
func (n *node) Start() error { n.loop.Start(); return nil }

// Park implements Device.
func (n *node) Park() error { n.loop.Park(); return nil }

// Thread implements Device.
func (n *node) Thread() *thread { return &n.thread }

// Close implements Device; the port stays.
func (n *node) Close() error {
	if n.loop != nil {
		n.loop.End()
	}
	if n.endEvents != nil {
		<-n.endEvents()
	}
	if n.side != nil {
		n.side.Close()
	}
	if n.table != nil {
		return n.table.Close()
	}
	return nil
}
