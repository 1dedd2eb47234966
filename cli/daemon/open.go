package daemon

import (
	"fmt"
	"os"
	"runtime"

	"mire/dpdk"
	"mire/engine"
	"mire/engine/config"
	"mire/engine/event"
	"mire/engine/secret"
	"mire/engine/session"
)

// notesSize is the events of the daemon itself, which are rare.
const notesSize = 64

// Files that are open beside EAL's: netlink, the log, those who ask, and of each
// port for each worker its socket and maps.
const ownFiles, portFiles = 16, 4

// open builds everything a configuration asks for, up to workers that only
// need to be launched. On an error close takes down what there is.
func (d *Daemon) open(snap *config.Snapshot) error {
	var err error
	var made bool
	if d.secret, made, err = secret.Open(snap.Settings.SecretFile); err != nil {
		return err
	}
	if made {
		told, text := d.Log.Info(), "made a new secret: copy it to a second node, keep it over restarts"
		if n := snap.SyncNetwork(); n != nil {
			told, text = d.Log.Warn(), "made a new secret: copy it to the peer "+n.SyncPeer.String()+", or the one of the peer to here; until both have the same one bngsync stays inactive"
		}
		told.Str("file", snap.Settings.SecretFile).Msg(text)
	}
	cpus, err := dpdk.OwnCPUs()
	if err != nil {
		return err
	}
	p, err := newPlan(snap, cpus)
	if err != nil {
		return err
	}
	p.fit(snap, kernelMTU)
	if err := d.openEAL(p); err != nil {
		return err
	}
	runtime.GOMAXPROCS(max(runtime.GOMAXPROCS(0), p.workers+2))
	if d.pool, err = dpdk.NewPool(p.pool); err != nil {
		return d.onPages(!d.eal.Hugepages(), err)
	}
	d.Log.Info().Uint32("mbufs", p.pool.Count).Int("bytes", d.pool.Room()).Int64("mib", dpdk.PoolBytes(p.pool)>>20).Msg("buffers")
	d.sync = p.sync
	if d.table, err = session.New(&dpdk.Arena{}, p.table(d.secret)); err != nil {
		return d.onPages(!d.eal.Hugepages(), err)
	}
	for i := range snap.Interfaces {
		port := &port{conf: snap.Interfaces[i]}
		d.ports = append(d.ports, port)
		if err := port.open(d, p); err != nil {
			return err
		}
		d.warnOfTags(port, snap)
	}
	if err := d.watch(); err != nil {
		return err
	}
	d.setWall()
	if d.chain, err = newChain(snap.Modules); err != nil {
		return err
	}
	if d.kept, err = readKept(snap); err != nil {
		d.Log.Warn().Msg(err.Error())
	} else if d.kept {
		d.chain.ha.KeepAway()
		d.Log.Info().Msg("the role was given to " + snap.SyncNetwork().SyncPeer.String() + " before the restart: it stays there until that node fails or gives it back")
	}
	d.publish(snap)
	for _, name := range d.chain.passive {
		d.Log.Warn().Str("module", name).Msg("module is not built yet: it passes every frame on")
	}
	if err := d.openWorkers(p); err != nil {
		return err
	}
	for _, port := range d.ports {
		if err := port.dev.Start(); err != nil {
			return err
		}
	}
	return nil
}

// openEAL chooses between hugepages and ordinary memory, and says so in one line.
func (d *Daemon) openEAL(p *plan) error {
	noHuge := d.Hugepages == "off"
	if why := os.Getenv(ordinaryEnv); why != "" && d.Hugepages == "auto" {
		os.Unsetenv(ordinaryEnv)
		d.Log.Warn().Str("why", why).Msg("hugepages were free, but the start on them failed: ordinary memory")
		noHuge = true
	}
	if !noHuge {
		h := dpdk.Hugepages(p.memory + hugeSlack)
		if !h.OK && d.Hugepages == "on" {
			return fmt.Errorf("--hugepages on: %s would do (--hugepages off)", h.Line)
		}
		noHuge = !h.OK
		d.Log.Info().Msg(h.Line)
	}
	lcores := d.Lcores
	if lcores == "" {
		lcores = p.lcores()
	}
	eal, err := dpdk.Open(dpdk.Options{
		Lcores: lcores, NoHuge: noHuge, Memory: p.memory, Allow: p.pci, Extra: d.EALArgs, Log: d.Log,
		Files: ownFiles + portFiles*p.workers*p.ports, OrdinaryBy: "--hugepages off",
	})
	d.eal = eal
	return d.onPages(noHuge, err)
}

// openWorkers gives every RX queue to a worker, in turn, and starts the
// aggregator that drains their events.
func (d *Daemon) openWorkers(p *plan) error {
	var devs []*dpdk.Port
	for _, port := range d.ports {
		devs = append(devs, port.dev)
	}
	d.notes = event.NewRing(notesSize)
	rings := []*event.Ring{d.notes}
	for i := range p.workers {
		side, err := dpdk.NewWorker(dpdk.WorkerConfig{TxQueue: i, Ports: devs, Pool: d.pool, AnyNode: true, Spares: p.spares})
		if err != nil {
			return err
		}
		w := &worker{side: side, ring: event.NewRing(event.WorkerRing)}
		d.workers = append(d.workers, w)
		rings = append(rings, w.ring)
	}
	queue := 0
	lanes := make([][]engine.Lane, p.workers)
	for _, port := range d.ports {
		for q := range port.queues {
			i := queue % p.workers
			w := d.workers[i]
			lane, err := w.side.NewLane(port.dev, q)
			if err != nil {
				return err
			}
			lanes[i] = append(lanes[i], lane)
			w.lanes = append(w.lanes, fmt.Sprintf("%s/%d", port.conf.Name, q))
			queue++
		}
	}
	for i, w := range d.workers {
		var err error
		w.Worker, err = engine.NewWorker(engine.WorkerConfig{
			ID: i, Count: p.workers, Table: d.table, Events: w.ring, Secret: d.secret, Neighbours: d.neighbours,
			Role: d.role, Wall: &d.wall, Burst: w.side.Burst(), Lanes: lanes[i],
			Chain: d.chain.chain, Snapshots: &d.snaps,
		})
		if err != nil {
			return err
		}
	}
	log := d.Log
	if d.EventLog != nil {
		log = *d.EventLog
	}
	d.events = event.New(event.Options{Rings: rings, Sinks: []event.Sink{event.NewLogSink(log)}})
	d.applyEvents(d.snaps.Load())
	// The aggregator outlives the workers, so that their last events are told.
	d.endEvents = d.events.Start()
	return nil
}

func (d *Daemon) applyEvents(s *config.Snapshot) {
	d.events.Apply(s.Settings.Log, s.Settings.LogRate, s.Settings.Syslog)
}
