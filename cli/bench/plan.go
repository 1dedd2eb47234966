package bench

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Case is one measurement.
type Case struct {
	Workload   *Workload
	Workers    int
	Size       int // bytes with FCS; IMIX
	Table      int
	Yardsticks []string
}

// String names the case.
func (c *Case) String() string {
	size := "IMIX"
	if c.Size != IMIX {
		size = fmt.Sprintf("%d B", c.Size)
	}
	workers := "1 worker"
	if c.Workers != 1 {
		workers = fmt.Sprintf("%d workers", c.Workers)
	}
	return fmt.Sprintf("%s, %s, %s, %s addresses", c.Workload.Name, size, workers, count(c.Table))
}

// Plan is what a run will measure, in this order.
type Plan struct {
	Profile string
	Cases   []Case
	pace    pace
	search  *search  // nil: none
	idle    bool     // measure the CPU time of a worker without frames
	without []string // workloads that are measured without AVX-512 too
	unfit   []string // workloads that cannot have a size asked for, once for each
}

// Plan makes the list of measurements.
func (o *Options) Plan() (*Plan, error) {
	name := cmp.Or(o.Profile, "quick")
	i := slices.IndexFunc(profiles, func(p profile) bool { return p.name == name })
	if i < 0 {
		return nil, noSuch("profile", name, Profiles())
	}
	p := &Plan{Profile: name, pace: profiles[i].pace, search: profiles[i].wire, idle: true, without: profiles[i].without}
	if err := o.check(); err != nil {
		return nil, err
	}
	p.pace.rounds = cmp.Or(o.Pairs, p.pace.rounds)
	p.pace.slice = cmp.Or(o.Slice, p.pace.slice)
	list := profiles[i].cases()
	if o.asks() {
		list, p.idle, p.without = []product{o.asked(list)}, false, nil
		if !o.SimNDR {
			p.search = nil
		}
	}
	if o.ZeroLoss > 0 {
		if !o.asks() {
			list, p.idle, p.search, p.without = nil, false, nil, nil
		}
		p.search = p.search.withZero(o.ZeroLoss)
	}
	for _, x := range list {
		p.add(x, o.Yardsticks)
	}
	return p, nil
}

// Note says which workloads have sizes of their own, "" when all are as asked for.
func (p *Plan) Note() string {
	slices.Sort(p.unfit)
	names := slices.Compact(p.unfit)
	if len(names) == 0 {
		return ""
	}
	return "not of every size, measured at the nearest: " + strings.Join(names, ", ")
}

// asks tells whether the options name cases of their own.
func (o *Options) asks() bool {
	return len(o.Workloads)+len(o.Workers)+len(o.Sizes)+len(o.Tables) > 0
}

// asked is the product of what the options name, and else of the first product
// of the profile.
func (o *Options) asked(list []product) product {
	x := list[0]
	for _, c := range []struct{ to, from *[]int }{{&x.workers, &o.Workers}, {&x.sizes, &o.Sizes}, {&x.tables, &o.Tables}} {
		if len(*c.from) > 0 {
			*c.to = *c.from
		} else {
			*c.to = (*c.to)[:1]
		}
	}
	if len(o.Workloads) > 0 {
		x.workloads = o.Workloads
	}
	return x
}

// add appends the cases of a product that are not there yet, each at sizes its
// workload can have.
func (p *Plan) add(x product, yardsticks []string) {
	for _, workers := range x.workers {
		for _, name := range x.workloads {
			w, _ := Find(name) // checked, or the profile's own
			for _, table := range x.tables {
				for _, size := range x.sizes {
					c := Case{w, workers, p.fit(w, size), table, w.Yardsticks}
					if len(yardsticks) > 0 {
						c.Yardsticks = yardsticks
					}
					if !slices.ContainsFunc(p.Cases, c.is) {
						p.Cases = append(p.Cases, c)
					}
				}
			}
		}
	}
}

// is tells whether two cases measure the same.
func (c *Case) is(o Case) bool {
	return c.Workload == o.Workload && c.Workers == o.Workers && c.Size == o.Size && c.Table == o.Table
}

// fit is the size nearest to the one asked for that a workload can have.
func (p *Plan) fit(w *Workload, size int) int {
	got := min(max(size, w.least+fcs), w.most+fcs)
	if size == IMIX && w.least != w.most {
		return IMIX
	}
	if got != size && size > smallest || size == IMIX {
		p.unfit = append(p.unfit, w.Name)
	}
	return got
}

// sides is how many slices a round of a case has.
func (c *Case) sides() int {
	n := 1 + len(c.Yardsticks)
	if c.stamped(false) == targets {
		n += 2
	}
	return n
}

// stamped is what is written into the frames of a case.
func (c *Case) stamped(onLink bool) stamping {
	if c.Workload.random && c.Table > Frames && !onLink {
		return targets
	}
	return plain
}

const (
	// perSlice is what a slice takes beside itself, perCase what a case does.
	perSlice = 12 * time.Millisecond
	perCase  = 2500 * time.Millisecond
)

// Estimate is about how long a case will take.
func (p *Plan) estimate(c *Case) time.Duration {
	rounds := time.Duration(p.pace.rounds*c.sides()) * (p.pace.settle + p.pace.slice + perSlice)
	// The table is filled, swept once, and emptied.
	return rounds + perCase + time.Duration(c.Table)*1200*time.Nanosecond
}

// Estimate is about how long the whole run will take.
func (p *Plan) Estimate() (d time.Duration) {
	for i := range p.Cases {
		d += p.estimate(&p.Cases[i])
	}
	if p.search != nil {
		d += p.search.takes
	}
	for _, name := range p.without {
		w, _ := Find(name)
		d += p.estimate(&Case{w, 1, w.least + fcs, hot[0], w.Yardsticks})
	}
	if p.idle {
		d += perCase + idleSettle + idleTime
	}
	return d
}

// most are the largest table capacity and the largest number of workers.
func (p *Plan) most() (capacity, workers int) {
	for _, c := range p.Cases {
		s := scene{table: c.Table}
		capacity, workers = max(capacity, s.capacity()), max(workers, c.Workers)
	}
	return capacity, workers
}
