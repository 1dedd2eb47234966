// Package wire measures what a device carries without loss: a generator on one
// core, a device on another, a virtual wire between them. What the clock of the
// generator offered and did not come back is lost; nothing is offered twice.
//
// A Bed belongs to one control goroutine. The generator and the engine each
// have an lcore; dpdk-testpmd, the yardstick, is a process of its own on the
// engine's CPU. One device works at a time, the other one stands still.
package wire

import (
	"context"
	"errors"
	"fmt"
	"os"
	"runtime"

	"golang.org/x/sys/unix"

	"mire/cli/testbed"
	"mire/cli/traffic"
	"mire/dpdk"
)

// Bed is a generator and the wires from it to devices.
type Bed struct {
	Options
	Program *traffic.Program
	// Notes are lines for people.
	Notes []string

	eal     *dpdk.EAL
	pool    *dpdk.Pool
	dir     string // of memif sockets
	links   []*link
	node    *node
	current *link // the generator's, changed while that stands still
	loop    *testbed.Loop
	thread  thread // the generator's
}

// Open builds everything; generator and devices stand still. On an error all is
// taken down again. A yardstick that is not installed is a note.
func Open(ctx context.Context, o Options) (b *Bed, err error) {
	if err := o.complete(); err != nil {
		return nil, err
	}
	b = &Bed{Options: o}
	defer func() {
		if err != nil {
			err = errors.Join(err, b.Close())
			b = nil
		}
	}()
	if !o.Open {
		if err = b.openEAL(); err != nil {
			return b, err
		}
	}
	runtime.GOMAXPROCS(max(runtime.GOMAXPROCS(0), 4))
	if b.pool, err = dpdk.NewPool(o.pool()); err != nil {
		return b, err
	}
	if b.dir, err = os.MkdirTemp("", "mire-wire-"); err != nil {
		return b, err
	}
	if o.Yardstick != "" {
		switch err = b.addYardstick(ctx); {
		case errors.Is(err, ErrNoTestpmd):
			b.Notes = append(b.Notes, err.Error())
		case err != nil:
			return b, err
		}
	}
	if err = b.addNode(ctx); err != nil {
		return b, err
	}
	if err = b.Load(o.Workload, o.Size); err != nil {
		return b, err
	}
	b.loop = testbed.NewLoop(ahead(generatorNice, func() { b.current.gen.Turn() }, &b.thread), nil)
	return b, b.loop.Launch(o.Generator)
}

// openEAL opens one with a CPU for each of the two, as far as there are.
func (b *Bed) openEAL() error {
	var set unix.CPUSet
	if err := unix.SchedGetaffinity(0, &set); err != nil {
		return fmt.Errorf("sched_getaffinity: %w", err)
	}
	var cpus []int
	for cpu := 0; len(cpus) < set.Count(); cpu++ {
		if set.IsSet(cpu) {
			cpus = append(cpus, cpu)
		}
	}
	first, last := cpus[0], cpus[len(cpus)-1]
	if first == last {
		b.Notes = append(b.Notes, "one CPU for generator and engine: what is lost says nothing")
	}
	memory, err := Memory(b.Options)
	if err != nil {
		return err
	}
	if !b.NoHuge {
		h := dpdk.Hugepages(memory + 16<<20)
		b.NoHuge = !h.OK
		b.Notes = append(b.Notes, h.Line)
	}
	b.eal, err = dpdk.Open(dpdk.Options{
		Lcores: fmt.Sprintf("0@(%d,%d),%d@%d,%d@%d", first, last, b.Engine, last, b.Generator, first),
		Memory: memory, NoHuge: b.NoHuge, Log: b.Log})
	return err
}

// Close takes everything down, in the order that DPDK needs.
func (b *Bed) Close() error {
	var errs []error
	if b.loop != nil {
		b.loop.End()
	}
	for _, l := range b.links {
		errs = append(errs, l.close())
	}
	if b.pool != nil {
		errs = append(errs, b.pool.Free())
	}
	if b.eal != nil {
		errs = append(errs, b.eal.Close())
	}
	if b.dir != "" {
		errs = append(errs, os.RemoveAll(b.dir))
	}
	return errors.Join(errs...)
}

// Sides names the devices, the engine first.
func (b *Bed) Sides() []string {
	var names []string
	for i := range b.links {
		names = append(names, b.links[len(b.links)-1-i].device.Side())
	}
	return names
}

// with runs f while the device of a side works, after it has dealt with what was
// on the wire.
func (b *Bed) with(side int, f func(*link) error) error {
	l := b.links[len(b.links)-1-side]
	b.current = l
	if err := l.device.Start(); err != nil {
		return err
	}
	b.flush(l.gen)
	return errors.Join(f(l), l.device.Park())
}
