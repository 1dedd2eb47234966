package dpdk

/*
#include "clock.h"
*/
import "C"

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"syscall"

	"github.com/yerden/go-dpdk/eal"
)

// EAL is the environment of this process. There is one at most: EAL can be
// opened once, and not again after Close.
type EAL struct {
	args   []string
	noHuge bool
	route  *logRoute
}

// process is what DPDK itself keeps once per process.
var process struct {
	sync.Mutex
	tried   bool
	eal     *EAL
	workers []*Worker
	tasks   map[uint]*Task
}

// Open initialises the EAL. It starts one thread per lcore, all of them idle.
// A failure is an *Error with cause and remedy. EAL keeps what it has read of
// its arguments even when it fails, so there is one attempt per process.
func Open(o Options) (*EAL, error) {
	process.Lock()
	defer process.Unlock()
	args := o.args()
	if process.tried {
		return nil, explain("rte_eal_init", strings.Join(args, " "), syscall.EALREADY, nil)
	}
	cpus, err := OwnCPUs()
	if err != nil {
		return nil, err
	}
	if err := o.spare(len(cpus)); err != nil {
		return nil, o.inWords(err)
	}
	process.tried = true
	if u := Untried(); u != "" {
		o.Log.Warn().Msg(u)
	}
	route, err := openLog(o.Log)
	if err != nil {
		return nil, err
	}
	for _, a := range args {
		sweepMemifSocket(strings.TrimPrefix(a, "--vdev="))
	}
	lines := route.during(func() { _, err = eal.Init(args) })
	// Nothing of ours is kept in there: see Options.args.
	sweepRundirs(rundir())
	if err != nil {
		return nil, o.inWords(explain("rte_eal_init", strings.Join(args, " "), err, lines))
	}
	C.mire_clock_start()
	process.tasks = map[uint]*Task{}
	process.eal = &EAL{args: args, noHuge: o.noHuge(), route: route}
	return process.eal, nil
}

// inWords makes an error name the option that the user's command has.
func (o Options) inWords(err error) error {
	if e, ok := errors.AsType[*Error](err); ok && o.OrdinaryBy != "" {
		e.Remedy = strings.ReplaceAll(e.Remedy, "--no-huge", o.OrdinaryBy)
	}
	return err
}

// Args is the EAL command line in use.
func (e *EAL) Args() []string { return slices.Clone(e.args) }

// Hugepages tells whether the memory of pools and arenas is in hugepages.
func (e *EAL) Hugepages() bool { return !e.noHuge && eal.HasHugePages() }

// Close ends the lcore threads and gives everything back. Call it last: it
// refuses while a function started by Launch still runs, because EAL would
// wait for it without end.
func (e *EAL) Close() error {
	process.Lock()
	if process.eal != e {
		process.Unlock()
		return errors.New("close EAL: it is closed already")
	}
	var busy []string
	for id := range process.tasks {
		busy = append(busy, fmt.Sprint(id))
	}
	process.Unlock()
	if len(busy) > 0 {
		slices.Sort(busy)
		return fmt.Errorf("close EAL: lcore %s still runs a worker: stop it and wait for its task first",
			strings.Join(busy, ", "))
	}
	var err error
	e.route.during(func() {
		eal.StopLcores()
		err = eal.Cleanup()
	})
	process.Lock()
	process.eal = nil
	process.Unlock()
	if err != nil {
		return fmt.Errorf("rte_eal_cleanup: %w", err)
	}
	return nil
}
