// Package bench measures the packet path on ports of this machine, always
// beside DPDK's own testpmd on the same source. See README.md for the method.
package bench

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"slices"
	"time"

	"mire/cli/bench/report"
	"mire/dpdk"
)

// runner is a run that is under way.
type runner struct {
	*Progress
	options *Options
	plan    *Plan
	rig     *rig
	out     *report.Run
	yard    *testpmd
	// what the running testpmd reads, and with how many cores
	source  [sha256.Size]byte
	cores   int
	noYard  error
	began   time.Time
	waiting time.Duration // what is estimated for the cases not begun yet
}

// Run measures what the options ask for, and in another process what the profile
// asks for as on a CPU without AVX-512.
func Run(ctx context.Context, o *Options) (*report.Run, error) {
	p, err := o.Plan()
	if err != nil {
		return nil, err
	}
	out, err := p.run(ctx, o)
	if out == nil || err != nil {
		return out, err
	}
	if err := p.scalar(ctx, o, out); err != nil {
		out.Problems = append(out.Problems, err.Error())
	}
	if ctx.Err() != nil {
		return out, ErrInterrupted
	}
	return out, nil
}

// run measures what this process can. It needs root and two CPUs, and opens
// the EAL: it runs once in a process. A case that fails is told in Problems, and
// the others go on. Behind ErrInterrupted, or a report that cannot be saved,
// there is a report of what was measured before; with other errors there is none.
func (p *Plan) run(ctx context.Context, o *Options) (out *report.Run, err error) {
	capacity, workers := p.most()
	lcores := workers
	if p.search != nil {
		lcores = max(lcores, 2) // its generator has one
	}
	c, err := chooseCPUs(lcores, o.CPU)
	if err != nil {
		return nil, err
	}
	r := &runner{Progress: &o.Progress, options: o, plan: p, began: time.Now(), waiting: p.Estimate()}
	r.out = &report.Run{Schema: report.Schema, Started: r.began, Profile: p.Profile}
	if _, err := findTestpmd(); err != nil {
		r.noYard = err
		r.problem("%v", err)
	}
	if n := p.Note(); n != "" {
		r.problem("%s", n)
	}
	if c.shared && workers == lcores && workers > 1 {
		r.problem("%d workers on %d CPUs: the last one shares CPU %d with the Go runtime, the kernel and this benchmark", workers, workers, c.others[0])
	}
	if len(p.Cases) > 0 {
		r.Line("profile %s: %d measurements of %d pairs, about %s", p.Profile, len(p.Cases), p.pace.rounds, Rough(p.Estimate()))
	}
	extra := int64(0)
	if p.search != nil {
		if extra, err = wireMemory(); err != nil {
			return nil, err
		}
	}
	if r.rig, err = openRig(c, capacity, extra, o.NoHuge, r.noYard == nil, o.Log); err != nil {
		return nil, err
	}
	if r.rig.noHuge {
		r.problem("%s", r.rig.line)
	} else {
		r.Line("%s", r.rig.line)
	}
	defer func() { err = errors.Join(err, r.closeYard(), r.rig.close()) }()
	r.out.Environment = report.Collect(dpdk.Version(), "net_pcap", "")
	err = r.all(ctx)
	if ctx.Err() != nil {
		r.problem("interrupted: this is not all of it")
		err = ErrInterrupted
	}
	r.sum()
	r.clear()
	return r.out, err
}

// ErrInterrupted is the error of a run that was ended from outside; what it had
// measured by then is returned.
var ErrInterrupted = errors.New("interrupted")

// all measures every case of the plan and what comes behind. Only what makes
// going on useless is an error.
func (r *runner) all(ctx context.Context) error {
	for i := range r.plan.Cases {
		if err := r.run(ctx, i); err != nil {
			return err
		}
	}
	if r.plan.idle {
		if err := r.idle(); err != nil {
			r.problem("idle: %v", err)
		}
	}
	if r.plan.search == nil {
		return nil
	}
	// A report is there already when something goes wrong over the wire.
	r.sum()
	if r.options.Save != nil {
		if err := r.options.Save(r.out); err != nil {
			return err
		}
	}
	return errors.Join(r.closeYard(), r.searches(ctx, r.plan.search))
}

// sum brings what was measured so far to its final form.
func (r *runner) sum() {
	r.out.JudgeTargets()
	r.out.Seconds = time.Since(r.began).Seconds()
}

// problem notes once what makes the run say less.
func (r *runner) problem(format string, args ...any) {
	s := fmt.Sprintf(format, args...)
	if !slices.Contains(r.out.Problems, s) {
		r.out.Problems = append(r.out.Problems, s)
		r.Line("%s", s)
	}
}

// run measures case i. Only an interrupt is an error.
func (r *runner) run(ctx context.Context, i int) error {
	c := &r.plan.Cases[i]
	title := fmt.Sprintf("[%d/%d] %s", i+1, len(r.plan.Cases), c)
	r.Now("%s: preparing, %s left", title, Rough(r.waiting))
	err := r.measure(ctx, c, title)
	r.waiting -= r.plan.estimate(c)
	switch {
	case ctx.Err() != nil:
		return err
	case err != nil:
		r.problem("%s: %v", c, err)
	}
	return nil
}

// measure runs a case between the opening and the closing of its node.
func (r *runner) measure(ctx context.Context, c *Case, title string) (err error) {
	size := c.Size - fcs
	if c.Size == IMIX {
		size = 0
	}
	n, err := openNode(r.rig, setup{workload: c.Workload, workers: c.Workers, table: c.Table, size: size,
		onLink: r.options.OnLink, stamped: c.stamped(r.options.OnLink), fullRings: r.options.FullRings})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, n.close()) }()
	r.privilege(n.refused)
	sides := []slicer{stamped{n, n.stamped}}
	yards, err := r.yards(c, n)
	if err != nil {
		r.problem("%s: %v", c, err)
	}
	for _, y := range yards {
		sides = append(sides, y)
	}
	if n.stamped == targets {
		sides = append(sides, stamped{n, sameTargets}, stamped{n, plain})
	}
	first, err := n.provokeFlaws()
	if err != nil {
		return err
	}
	// The first slice fills caches, tables of neighbours and the log's windows.
	if _, err := sides[0].slice(r.plan.pace.settle, r.plan.pace.slice); err != nil && !errors.Is(err, errStarved) {
		return err
	}
	looks := make([]Look, 2)
	if looks[0], err = n.look(); err != nil {
		return err
	}
	var aside *inserts
	if c.Workers > 1 && !c.Workload.bare {
		aside = startInserts(n.scene, n.table)
	}
	rounds, err := alternate(ctx, r.plan.pace, sides, func(done int) {
		left := r.waiting - r.plan.estimate(c)*time.Duration(done)/time.Duration(r.plan.pace.rounds)
		r.Now("%s: pair %d of %d, %s left", title, done, r.plan.pace.rounds, Rough(left))
	})
	conditions := first
	if aside != nil {
		conditions = append(conditions, aside.stop())
	}
	if err != nil {
		return err
	}
	if looks[1], err = n.look(); err != nil {
		return err
	}
	r.memory(n, looks)
	if n.stamped == targets {
		n.stampAs(plain) // random ones of ten million are not all asked for in a moment
	}
	conditions = append(conditions, n.lookups()...)
	n.stampAs(n.stamped)
	if m := n.cycles(); m != nil {
		r.modules(m)
	}
	n.finish()
	more, err := n.account()
	if err != nil {
		return err
	}
	r.report(c, n, rounds, yards, append(more, conditions...), title)
	return nil
}

// privilege tells once that threads run at ordinary priority.
func (r *runner) privilege(refused error) {
	if refused != nil {
		r.problem("threads run at ordinary priority (%v; CAP_SYS_NICE): rates are noisier", refused)
	}
}
