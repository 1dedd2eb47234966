package bench

import (
	"context"
	"errors"
	"fmt"
	"time"

	"mire/cli/bench/wire"
)

// search is what is looked for over virtual wires, where a generator has a rate
// and frames can be lost.
type search struct {
	workloads []wire.Workload
	sizes     []int
	plan      *wire.Plan
	// zero is how long the run without loss is; 0: there is none.
	zero time.Duration
	// yard: testpmd stands at the end of another wire.
	yard bool
	// takes is about how long all of it takes beside a yardstick.
	takes time.Duration
}

var (
	quickSearch    = search{[]wire.Workload{wire.SYN4}, []int{0}, &wire.Quick, 0, false, 12 * time.Second}
	standardSearch = search{[]wire.Workload{wire.SYN4}, []int{0}, &wire.Standard, time.Minute, true, 190 * time.Second}
	fullSearch     = search{wire.Workloads, wire.Sizes, &wire.Full, time.Minute, true, 3 * time.Hour}
)

// withZero is the search with a run without loss of the given length; of no
// search it is that run alone.
func (s *search) withZero(d time.Duration) *search {
	if s == nil {
		return &search{zero: d, takes: d + 3*time.Second}
	}
	with := *s
	with.zero, with.takes = d, s.takes-s.zero+d
	return &with
}

// bed is where a search begins: beside testpmd when that is there, which must be
// at the end of a memif, because it is another process.
func (r *runner) bed(s *search) wire.Options {
	o := wire.Options{Workload: s.workloads[0], Kind: wire.Ring, Open: true, NoHuge: r.rig.noHuge, Engine: 1, Generator: 2, Log: r.options.Log}
	if r.noYard == nil && s.yard {
		o.Kind, o.Yardstick = wire.Memif, "5tswap"
	}
	return o
}

// wireMemory is what the largest of the beds asks of the EAL, bytes.
func wireMemory() (int64, error) {
	ring, err := wire.Memory(wire.Options{Kind: wire.Ring, Depth: zeroDepth})
	if err != nil {
		return 0, err
	}
	memif, err := wire.Memory(wire.Options{Kind: wire.Memif})
	return max(ring, memif), err
}

// zeroDepth is how many frames wait at most in the run without loss.
const zeroDepth = 4096

// searches runs a search. What fails is told in Problems; only an interrupt is
// an error.
func (r *runner) searches(ctx context.Context, s *search) error {
	if err := r.rig.cpus.spread(); err != nil {
		return err
	}
	limited, cancel := context.WithTimeout(ctx, 3*s.takes)
	defer cancel()
	var err error
	if len(s.workloads) > 0 {
		err = r.rates(limited, s)
	}
	if err == nil && s.zero > 0 {
		err = r.zeroLoss(ctx, s.zero)
	}
	switch {
	case ctx.Err() != nil:
		return err
	case errors.Is(err, context.DeadlineExceeded):
		r.problem("the search for a rate without loss was ended after %s: this machine is too busy for it", Rough(3*s.takes))
	case err != nil:
		r.problem("over a wire: %v", err)
	}
	return nil
}

// rates finds the rates without loss, and the latencies below them.
func (r *runner) rates(ctx context.Context, s *search) (err error) {
	o := r.bed(s)
	r.Line("%s over %s, about %s", wire.Word(string(o.Kind)), o.Kind, Rough(s.takes))
	b, err := wire.Open(ctx, o)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, b.Close()) }()
	for _, n := range b.Notes {
		r.problem("%s", n)
	}
	plan := *s.plan
	plan.Progress = func(text string) { r.Line("%s", text) }
	for _, w := range s.workloads {
		for _, size := range s.sizes {
			if err := b.Load(w, size); err != nil {
				return err
			}
			found, latencies, err := b.Search(ctx, plan)
			if err != nil {
				return fmt.Errorf("%s: %w", w, err)
			}
			r.out.Search = append(r.out.Search, found...)
			r.out.Latency = append(r.out.Latency, latencies...)
		}
	}
	return nil
}

// zeroLoss is the run at the rate whose stalls fit the ring.
func (r *runner) zeroLoss(ctx context.Context, d time.Duration) error {
	o := wire.ZeroLossOptions{Duration: d, Progress: func(text string) { r.Line("%s", text) }, Bed: wire.Options{
		Kind: wire.Ring, Depth: zeroDepth, Open: true, NoHuge: r.rig.noHuge, Engine: 1, Generator: 2, Log: r.options.Log,
	}}
	z, err := wire.ZeroLoss(ctx, o)
	if err != nil {
		return err
	}
	r.out.ZeroLoss = append(r.out.ZeroLoss, *z)
	return nil
}

// refuseNDR is why none of the ports of this benchmark has an NDR.
func refuseNDR() error { return wire.Refuse(string(wire.Memif), "NDR") }
