package ha

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net/netip"
	"strings"
	"sync/atomic"
	"time"

	"mire/cli/testbed"
	"mire/cli/traffic"
	"mire/dpdk"
	"mire/engine"
	"mire/engine/config"
	"mire/engine/event"
	"mire/engine/neigh"
	"mire/engine/secret"
	"mire/engine/session"
	"mire/modules"
	"mire/modules/vrrp"
)

const (
	// loadChain is the whole chain, as configured by its users.
	loadChain = "vrrp,arp,ping,hc,master,tarpit,slb,tnat,nat,rt"
	// loadAdvert is the shortest interval that the failover is measured at.
	loadAdvert = 20 * time.Millisecond
	// loadTable captured addresses are asked by loadSenders sources behind a router.
	loadTable, loadSenders = 1000, 4096
)

// loaded is a master under load: its worker at one end of a wire, the generator
// with an ear at the other.
type loaded struct {
	role   *engine.Role
	table  *session.Table
	sides  [2]*dpdk.Worker
	worker *engine.Worker
	router *vrrp.Module
	gen    *traffic.Generator
	ear    *ear
	told   uint64 // advertisements sent under the last rate
	loops  [2]*testbed.Loop
	who    [2]thread
	snaps  atomic.Pointer[config.Snapshot]
	wall   atomic.Int64
}

// loadConfig is the configuration of the master.
func loadConfig() (*config.Snapshot, error) {
	cfg, problems := config.Parse("bench", fmt.Appendf(nil, `modules %s
interface 1 {
  name wire
  access vdev "net_ring0"
}
vrrp {
  vrid %d
  priority %d
  network 1
  family ipv4
  interval %d
}
network 1 {
  addr 198.18.0.0
  mask 255.255.0.0
  real 198.18.255.253
  virt 198.18.255.254
  tarpit enable
  interface 1
}
register interfaces 1
enable interfaces 1
register networks 1
enable networks 1
`, loadChain, vrid, masterPriority, loadAdvert/(10*time.Millisecond)))
	if err := problems.Err(); err != nil {
		return nil, err
	}
	return cfg.Snapshot()
}

// newLoaded builds both ends on the second wire of the bed, and waits until the
// worker is master and has its captured addresses.
func newLoaded(ctx context.Context, bed *testbed.Bed, d time.Duration) (l *loaded, err error) {
	l = &loaded{role: engine.NewRole(engine.Master)}
	defer func() {
		if err != nil {
			err = errors.Join(err, l.close())
			l = nil
		}
	}()
	near, far := bed.Ports[2].Port, bed.Ports[3].Port
	if err = l.node(bed, near); err != nil {
		return l, err
	}
	if err = l.generator(bed, far, d); err != nil {
		return l, err
	}
	for i, turn := range []func(){l.worker.Turn, l.gen.Turn} {
		l.loops[i] = testbed.NewLoop(l.who[i].ahead(turn), nil)
		if err = l.loops[i].Launch(bed.Lcores()[i]); err != nil {
			return l, err
		}
		l.loops[i].Start()
	}
	return l, l.capture(ctx)
}

func (l *loaded) node(bed *testbed.Bed, port *dpdk.Port) error {
	snap, err := loadConfig()
	if err != nil {
		return err
	}
	l.snaps.Store(snap.Bind([]config.Binding{{Interface: 1, Port: port.ID(), MTU: 1500, NoNeighbours: true}}))
	l.wall.Store(time.Now().UnixNano() - dpdk.Now())
	var root [secret.Size]byte
	rand.Read(root[:]) // never fails (crypto/rand)
	key := secret.New(root)
	if l.table, err = session.New(&dpdk.Arena{}, session.NewConfig("load", smallTable, key.Key(secret.LabelTable, 16))); err != nil {
		return err
	}
	if l.sides[0], err = dpdk.NewWorker(dpdk.WorkerConfig{Ports: []*dpdk.Port{port}, Pool: bed.Pool, AnyNode: true}); err != nil {
		return err
	}
	lane, err := l.sides[0].NewLane(port, 0)
	if err != nil {
		return err
	}
	list, err := modules.Chain(strings.Split(loadChain, ","))
	if err != nil {
		return err
	}
	for _, m := range list {
		if r, ok := m.(*vrrp.Module); ok {
			l.router = r
		}
	}
	l.worker, err = engine.NewWorker(engine.WorkerConfig{
		Count: 1, Table: l.table, Events: event.NewRing(event.WorkerRing), Secret: key, Wall: &l.wall,
		Neighbours: neigh.NewTable(neigh.DefaultCapacity), Role: l.role, Burst: l.sides[0].Burst(),
		Lanes: []engine.Lane{lane}, Chain: engine.NewChain(list), Snapshots: &l.snaps,
	})
	return err
}

func (l *loaded) generator(bed *testbed.Bed, port *dpdk.Port, d time.Duration) error {
	n := &l.snaps.Load().Networks[0]
	prog, err := traffic.Compile(traffic.Spec{Seed: 1, Streams: []traffic.Stream{{Name: "syn", Kind: traffic.SYN, Family: 4,
		Targets: traffic.Range{Prefix: netip.MustParsePrefix("198.18.0.1/16"), Count: loadTable},
		Sources: traffic.Range{Prefix: netip.MustParsePrefix("198.19.0.1/16"), Count: loadSenders}}}},
		traffic.Link{Src: [6]byte{2, 0, 0, 0, 0, 0x99}, Dst4: n.VirtMAC, Dst6: n.Virt6MAC})
	if err != nil {
		return err
	}
	if l.sides[1], err = dpdk.NewWorker(dpdk.WorkerConfig{Ports: []*dpdk.Port{port}, Pool: bed.Pool, AnyNode: true, NoHold: true}); err != nil {
		return err
	}
	lane, err := l.sides[1].NewLane(port, 0)
	if err != nil {
		return err
	}
	l.ear = newEar(lane, loadAdvert, d)
	l.gen, err = traffic.New(traffic.Config{Program: prog, Burst: l.sides[1].Burst(), Lane: l.ear, Out: port.ID(), Rate: 1, Paused: true})
	return err
}

// capture fills the table once the worker is master and has swept it as such.
func (l *loaded) capture(ctx context.Context) error {
	if err := until(ctx, 5*time.Second, func() (bool, error) { return l.role.Master(), nil }); err != nil {
		return fmt.Errorf("the worker does not become master: %w", err)
	}
	const slotsPerTick = 7 * 512 // a Tick is a millisecond
	if err := sleep(ctx, time.Duration(50+l.table.Stats().Slots/slotsPerTick)*time.Millisecond); err != nil {
		return err
	}
	now, addr := dpdk.Now(), netip.MustParseAddr("198.18.0.0")
	for range loadTable {
		addr = addr.Next()
		r := session.Record{Key: session.AddressKey(1, addr), State: session.Trapped, Proven: now, Expires: now + life}
		if out := l.table.Put(&r, 1<<session.Unknown, now); out != session.Done {
			return fmt.Errorf("%v does not fit into the table: outcome %d", addr, out)
		}
	}
	return nil
}

func (l *loaded) close() error {
	for _, loop := range l.loops {
		if loop != nil {
			loop.End()
		}
	}
	for _, side := range l.sides {
		if side != nil {
			side.Close()
		}
	}
	if l.table != nil {
		return l.table.Close()
	}
	return nil
}

// load watches advertisements under the rate, and then under twice that, which
// needs not be as long to be told beside it.
func (o *Options) load(ctx context.Context, bed *testbed.Bed, r *Result) (err error) {
	r.Conditions = append(r.Conditions, fmt.Sprintf("adverts: a master with the whole chain and %d captured addresses, SYNs over net_ring from a generator on the other core, which hears the adverts; every %v, jitter is the difference to that", loadTable, loadAdvert))
	l, err := newLoaded(ctx, bed, o.Load)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, l.close()) }()
	for _, j := range []Jitter{{Name: "100 %"}, {Name: "200 %", Overload: true}} {
		rate, lasts := o.Rate, o.Load
		if j.Overload {
			rate, lasts = 2*o.Rate, max(o.Load/5, time.Second)
		}
		had, n, err := l.under(rate, func() error { return o.wait(ctx, lasts, "adverts under %.3g Mpps", rate/1e6) })
		if err != nil {
			return err
		}
		j.Percentiles, j.Elections = percentiles(deviations(l.ear.times, loadAdvert)), l.ear.elections
		j.Told, j.Heard = int(l.told), len(l.ear.times)
		j.Interval, j.HadCPU, j.Seconds = loadAdvert, had, float64(n.Active)/1e9
		if j.Seconds > 0 {
			j.Sent, j.Answered = float64(n.Made)/j.Seconds/1e6, float64(n.SYNACK)/j.Seconds/1e6
		}
		r.Jitter = append(r.Jitter, j)
		o.Progress.Line("adverts at %s, %.2f Mpps sent, %.2f answered: jitter p50 %s, p99 %s, p99.9 %s, max %s, %d of %d heard, %d elections, threads had %.0f %% of their CPUs",
			j.Name, j.Sent, j.Answered, j.P50.text(), j.P99.text(), j.P999.text(), j.Max.text(), j.Heard, j.Told, j.Elections, had)
	}
	return nil
}

// under offers a rate while wait lasts, and returns which part of the time the
// two threads had a CPU, percent, and what was counted. The generator stands
// still then, and so does what its ear has heard.
func (l *loaded) under(rate float64, wait func() error) (had []float64, n traffic.Counters, err error) {
	if err := l.gen.SetRate(rate); err != nil {
		return nil, n, err
	}
	l.gen.Resume()
	l.loops[1].Start()
	time.Sleep(500 * time.Millisecond) // to settle
	l.loops[1].Park()
	l.ear.forget()
	l.told = l.router.Status().Sent
	before, cpu := l.gen.Counters(), watch(&l.who[0], &l.who[1])
	l.loops[1].Start()
	err = wait()
	had = cpu()
	l.loops[1].Park()
	l.told = l.router.Status().Sent - l.told
	l.gen.Pause()
	return had, l.gen.Counters().Since(before), err
}
