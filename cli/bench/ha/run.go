// Package ha measures what two nodes promise together: how long a lost master is
// missed, beside keepalived; how fast and how surely one node learns what the
// other one knows; and whether advertisements keep their beat under load.
package ha

import (
	"context"
	"errors"
	"os"
	"runtime"
	"slices"
	"strings"
	"time"

	"mire/cli/bench"
	"mire/cli/bench/report"
	"mire/dpdk"
)

// Run measures the parts that o names. A result comes with an error too, as far
// as it got. It must run as root.
func Run(ctx context.Context, o Options) (r *Result, err error) {
	if err := o.Check(); err != nil {
		return nil, err
	}
	if os.Geteuid() != 0 {
		return nil, errors.New("network namespaces and DPDK ports need root")
	}
	// Programs are ended by the kernel with the thread that started them.
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	r = &Result{Schema: Schema, Started: time.Now(), Environment: report.Collect(dpdk.Version(), "net_af_packet, net_ring", "")}
	defer func() { r.Took = time.Since(r.Started) }()
	if load, err := os.ReadFile("/proc/loadavg"); err == nil {
		r.Conditions = append(r.Conditions, "load average of the machine when it began: "+strings.TrimSpace(string(load)))
	}
	// A thread that probes must not wait for one that the machine leaves waiting.
	runtime.GOMAXPROCS(max(runtime.GOMAXPROCS(0), 8))
	o.Progress.Line("profile %s, about %s", o.Profile, bench.Rough(o.estimate()))
	if slices.Contains(o.Parts, Failover) {
		if err = o.failover(ctx, r); err == nil {
			err = o.save(r)
		}
	}
	if err == nil && (slices.Contains(o.Parts, Sync) || slices.Contains(o.Parts, Adverts)) {
		err = o.wires(ctx, r)
	}
	return r, err
}

// save hands over what there is so far.
func (o *Options) save(r *Result) error {
	r.Took = time.Since(r.Started)
	if o.Save == nil {
		return nil
	}
	return o.Save(r)
}

// estimate is how long all of it takes about.
func (o *Options) estimate() (d time.Duration) {
	if slices.Contains(o.Parts, Failover) {
		sides := time.Duration(len(o.sides()))
		for _, a := range o.Intervals {
			again := MasterDown(masterPriority, a) + 900*time.Millisecond // start and settle
			d += sides * (time.Duration(o.Runs)*(MasterDown(backupPriority, a)+again) + time.Duration(o.Stops)*(2*time.Second+again))
			d += sides * (2*MasterDown(backupPriority, a) + 2*time.Second)
		}
	}
	if slices.Contains(o.Parts, Sync) {
		d += o.Lag + 15*time.Second + time.Duration(o.Crashes)*4*time.Second
	}
	if slices.Contains(o.Parts, Adverts) {
		d += o.Load + o.Load/5 + 2*time.Second
	}
	return d
}

// sides are the programs that are measured, Mire first.
func (o *Options) sides() []program {
	list := []program{mire{o.Binary}}
	if o.Keepalived != "" {
		list = append(list, keepalived{o.Keepalived})
	}
	return list
}
