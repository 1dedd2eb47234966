// Package daemon is a running mire: it opens DPDK for a configuration, starts a
// worker per core, and serves reloads and questions while they run.
package daemon

import (
	"context"
	"errors"
	"fmt"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"github.com/rs/zerolog"

	"mire/dpdk"
	"mire/engine"
	"mire/engine/config"
	"mire/engine/control"
	"mire/engine/event"
	"mire/engine/metric"
	"mire/engine/neigh"
	"mire/engine/secret"
	"mire/engine/session"
)

// Options say how to run.
type Options struct {
	Config    string // file
	Socket    string // control socket
	Version   string
	Revision  string // commit that it was built from, "" when that is not known
	Hugepages string // auto, on, off
	Lcores    string // EAL --lcores; empty chooses
	EALArgs   []string
	Log       zerolog.Logger
	EventLog  *zerolog.Logger // of packets' events; it may wait. nil = Log
	Unwritten func() uint64   // lines that Log has left out; may be nil
	Memory    *event.Memory   // where both are kept for `show log`; may be nil
	Reload    <-chan os.Signal
}

// lastLines is how long the end of a daemon waits for the log to take the last
// events.
const lastLines = 3 * time.Second

// Daemon is one running node. What workers read is in atomics; the rest is
// guarded by mu, which workers never take.
type Daemon struct {
	Options
	start time.Time

	mu    sync.Mutex
	cfg   *config.Config
	ports []*port

	snaps      atomic.Pointer[config.Snapshot]
	wall       atomic.Int64
	role       *engine.Role
	eal        *dpdk.EAL
	pool       *dpdk.Pool
	table      *session.Table
	sync       bool // the table can be compared with a peer's
	secret     *secret.Secret
	workers    []*worker
	events     *event.Aggregator
	notes      *event.Ring // of the daemon itself; whoever holds mu writes
	chain      *chain
	stop       context.CancelFunc
	links      *dpdk.LinkWatch
	neighbours *neigh.Table
	metrics    metric.Registry
	endEvents  func() <-chan struct{}

	keptMu sync.Mutex
	kept   bool // the file says that the role was given away
}

// worker is one core of the packet path with what it stands on.
type worker struct {
	*engine.Worker
	side  *dpdk.Worker
	ring  *event.Ring
	lanes []string
	task  *dpdk.Task
}

// Run is the whole life of a daemon: it returns when ctx ends or `mire stop`
// asks, after the last frames have left and all memory was given back.
func Run(ctx context.Context, o Options) error {
	d := &Daemon{Options: o, start: time.Now(), neighbours: neigh.NewTable(neigh.DefaultCapacity), role: engine.NewRole(engine.Master)}
	ctx, d.stop = context.WithCancel(ctx)
	defer d.stop()

	cfg, problems := config.Load(o.Config)
	for _, w := range problems.Warnings() {
		d.Log.Warn().Msg(w.String())
	}
	if err := problems.Err(); err != nil {
		return err
	}
	d.cfg = cfg
	snap, err := cfg.Snapshot()
	if err != nil {
		return err
	}

	// The socket comes before DPDK: a second start must not touch the ports.
	var commands control.Registry
	server, err := control.Listen(o.Socket, &commands, d.Log)
	if err != nil {
		return err
	}
	if err := d.open(snap); err != nil {
		server.Close()
		gone := d.close()
		if why, ok := errors.AsType[noPages](err); ok {
			err = startOrdinary(why)
		}
		return errors.Join(err, gone)
	}
	d.measure()
	d.register(&commands)
	var helpers sync.WaitGroup
	helpers.Go(func() { d.keepWall(ctx) })
	helpers.Go(func() { d.poll(ctx) })
	helpers.Go(func() { d.keepRole(ctx) })
	helpers.Go(func() { d.watchTransmit(ctx) })
	if err := d.launch(); err != nil {
		server.Close()
		d.stop()
		helpers.Wait()
		return errors.Join(err, d.close())
	}
	helpers.Go(func() {
		if err := server.Serve(ctx); err != nil {
			d.Log.Error().Err(err).Msg("the control socket is gone: show, ctl and stop do not work any more")
		}
	})
	d.Log.Info().Int("pid", os.Getpid()).Int("workers", len(d.workers)).Str("socket", o.Socket).
		Msg("mire " + o.Version + " is running")
	notifyReady()

	for running := true; running; {
		select {
		case <-ctx.Done():
			running = false
		case <-o.Reload:
			if _, err := d.Reload(); err != nil {
				d.Log.Error().Msg("reload: " + err.Error())
			}
		}
	}
	notifyStopping()
	d.Log.Info().Msg("stopping")
	helpers.Wait()
	return d.close()
}

// launch starts each worker on an lcore of its own.
func (d *Daemon) launch() error {
	var free []uint
	for _, l := range dpdk.Lcores() {
		if !l.Main {
			free = append(free, l.ID)
		}
	}
	if len(free) < len(d.workers) {
		return fmt.Errorf("%d workers need %d lcores beside the main one, EAL has %d: change --lcores or `threads`",
			len(d.workers), len(d.workers), len(free))
	}
	for i, w := range d.workers {
		task, err := dpdk.Launch(free[i], w.Run)
		if err != nil {
			return err
		}
		w.task = task
	}
	return nil
}

// close takes everything down in the order that DPDK needs: workers, their
// memory, ports, pools, EAL.
func (d *Daemon) close() error {
	if d.links != nil {
		d.links.Close()
	}
	for _, w := range d.workers {
		if w.Worker != nil { // opening may have failed before it was made
			w.Stop()
		}
	}
	for _, w := range d.workers {
		if w.task != nil {
			w.task.Wait()
		}
		if w.side != nil {
			w.side.Close()
		}
	}
	if d.endEvents != nil {
		select {
		case <-d.endEvents():
		case <-time.After(lastLines):
			d.Log.Error().Msg("nobody reads the log: the last events are lost")
		}
	}
	var errs []error
	for _, p := range d.ports {
		if p.dev != nil && !p.detached {
			errs = append(errs, p.dev.Detach())
		}
		if p.claim != nil {
			p.claim.Close()
		}
	}
	if d.table != nil {
		errs = append(errs, d.table.Close())
	}
	if d.pool != nil {
		errs = append(errs, d.pool.Free())
	}
	if d.eal != nil {
		errs = append(errs, d.eal.Close())
	}
	return errors.Join(errs...)
}

// keepWall keeps the difference between Unix time and the workers' clock, for
// cookie epochs of a day: a step of the system's clock is followed in seconds.
func (d *Daemon) keepWall(ctx context.Context) {
	tick := time.NewTicker(10 * time.Second)
	defer tick.Stop()
	for {
		d.setWall()
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

func (d *Daemon) setWall() { d.wall.Store(time.Now().UnixNano() - dpdk.Now()) }
