package ha

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync/atomic"
	"time"

	"mire/cli/testbed"
	"mire/dpdk"
	"mire/engine"
	"mire/engine/config"
	"mire/engine/event"
	"mire/engine/ha"
	"mire/engine/neigh"
	"mire/engine/secret"
	"mire/engine/session"
	"mire/modules/arp"
)

// twin is one of two nodes in this process, at the ends of a virtual wire: a
// worker on an lcore with bngsync, arp and a module of the benchmark.
type twin struct {
	table  *session.Table
	peer   *ha.Module
	worker *engine.Worker
	side   *dpdk.Worker
	loop   *testbed.Loop
	thread thread
	lane   *lossy
	snaps  atomic.Pointer[config.Snapshot]
	wall   atomic.Int64
}

// twins are master and backup.
type twins struct {
	master, backup *twin
	writer         *writer
	watcher        *watcher // nil: both write, whoever is master
}

// realOf are the addresses of the two.
var realOf = [2]string{"10.255.255.1", "10.255.255.2"}

// newTwins builds both, parked, with empty tables of a capacity. The two share a
// secret that nobody else has.
func newTwins(bed *testbed.Bed, capacity int, loss float64, wr *writer, wa *watcher) (t *twins, err error) {
	t, err = twinsOf(bed, capacity, loss, wr, wa)
	if t != nil {
		t.writer, t.watcher = wr, wa
	}
	return t, err
}

// twinsOf is newTwins for any two modules beside the master and the backup.
func twinsOf(bed *testbed.Bed, capacity int, loss float64, ofMaster, ofBackup engine.Module) (t *twins, err error) {
	t = &twins{}
	defer func() {
		if err != nil {
			err = errors.Join(err, t.close())
			t = nil
		}
	}()
	var root [secret.Size]byte
	for i := range root {
		root[i] = byte(rand.Uint32())
	}
	key := secret.New(root)
	lcores := bed.Lcores()
	// The last CPU is the master's.
	if t.master, err = newTwin(bed, 0, lcores[0], key, engine.Master, capacity, loss, ofMaster); err != nil {
		return t, err
	}
	t.backup, err = newTwin(bed, 1, lcores[1], key, engine.Backup, capacity, loss, ofBackup)
	return t, err
}

func newTwin(bed *testbed.Bed, end int, lcore uint, key *secret.Secret, s engine.Standing, capacity int, loss float64, m engine.Module) (n *twin, err error) {
	n = &twin{peer: ha.New()}
	defer func() {
		if err != nil {
			err = errors.Join(err, n.close())
			n = nil
		}
	}()
	port := bed.Ports[end].Port
	snap, err := twinConfig(end)
	if err != nil {
		return n, err
	}
	n.snaps.Store(snap.Bind([]config.Binding{{Interface: 1, Port: port.ID(), MTU: 1500, NoNeighbours: true}}))
	n.wall.Store(time.Now().UnixNano() - dpdk.Now())
	conf := session.NewConfig(fmt.Sprint("twin", end), capacity, key.Key(secret.LabelTable, 16))
	conf.Sync = true
	conf.Quota[session.Trapped] = capacity
	if n.table, err = session.New(&dpdk.Arena{}, conf); err != nil {
		return n, err
	}
	if n.side, err = dpdk.NewWorker(dpdk.WorkerConfig{Ports: []*dpdk.Port{port}, Pool: bed.Pool, AnyNode: true}); err != nil {
		return n, err
	}
	lane, err := n.side.NewLane(port, 0)
	if err != nil {
		return n, err
	}
	n.lane = &lossy{Lane: lane, loss: loss, rng: rand.New(rand.NewPCG(rand.Uint64(), rand.Uint64()))}
	if n.worker, err = engine.NewWorker(engine.WorkerConfig{
		Count: 1, Table: n.table, Events: event.NewRing(event.WorkerRing), Secret: key, Wall: &n.wall,
		Neighbours: neigh.NewTable(neigh.DefaultCapacity), Role: engine.NewRole(s), Burst: n.side.Burst(),
		Lanes: []engine.Lane{n.lane}, Chain: engine.NewChain([]engine.Module{n.peer, arp.New(), m}), Snapshots: &n.snaps,
	}); err != nil {
		return n, err
	}
	n.loop = testbed.NewLoop(n.thread.ahead(n.worker.Turn), nil)
	return n, n.loop.Launch(lcore)
}

// twinConfig is the configuration of one end.
func twinConfig(end int) (*config.Snapshot, error) {
	cfg, problems := config.Parse("bench", fmt.Appendf(nil, `modules arp
interface 1 {
  name wire
  access vdev "net_ring0"
}
network %d {
  addr 10.0.0.0
  mask 255.0.0.0
  real %s
  syncpeer %s
  interface 1
}
register interfaces 1
enable interfaces 1
register networks 1
enable networks 1
`, syncNet, realOf[end], realOf[1-end]))
	if err := problems.Err(); err != nil {
		return nil, err
	}
	return cfg.Snapshot()
}

func (t *twins) close() error {
	var errs []error
	for _, n := range []*twin{t.master, t.backup} {
		if n != nil {
			errs = append(errs, n.close())
		}
	}
	return errors.Join(errs...)
}

func (n *twin) close() error {
	if n.loop != nil {
		n.loop.End()
	}
	if n.side != nil {
		n.side.Close()
	}
	if n.table != nil {
		return n.table.Close()
	}
	return nil
}

// converged waits until the backup found both tables equal.
func (t *twins) converged(ctx context.Context, d time.Duration) error {
	err := until(ctx, d, func() (bool, error) { return t.backup.peer.Status().State == ha.Converged, nil })
	if err != nil {
		s := t.backup.peer.Status()
		return fmt.Errorf("the two tables do not become equal: %w: %v, %s, %d groups differ", err, s.State, s.Why, s.Differing)
	}
	return nil
}
