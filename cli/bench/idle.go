package bench

import (
	"errors"
	"time"

	"mire/cli/bench/report"
)

// The share of a core that a worker without traffic may take, percent.
const (
	idleMost = 2.0
	idleAim  = 0.5
)

const (
	// idleSettle is how long a worker without frames needs until it sleeps as long
	// as it will.
	idleSettle = 500 * time.Millisecond
	// idleTime is how long its CPU time is counted.
	idleTime = 2 * time.Second
)

// idle measures the CPU time of a worker that sleeps adaptively, with the whole
// chain, on a started port that receives nothing.
func (r *runner) idle() (err error) {
	w, err := Find("syn4")
	if err != nil {
		return err
	}
	n, err := openNode(r.rig, setup{workload: w, workers: 1, table: 1000, size: w.least, idle: true})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, n.close()) }()
	n.start()
	defer n.park()
	time.Sleep(idleSettle)
	began, err := now(n.threads)
	if err != nil {
		return err
	}
	time.Sleep(idleTime)
	busy, _, err := share(n.threads, began)
	if err != nil {
		return err
	}
	r.out.Targets = append(r.out.Targets, report.Target{
		Name: "adaptive idle, 1 worker, port that wakes nobody", Against: "one core", Unit: "% CPU",
		Least: idleMost, Aim: idleAim, AtMost: true, Measured: 100 * busy, Counts: true,
	})
	r.Line("idle worker on a port without frames: %.2f %% of a core", 100*busy)
	return nil
}
