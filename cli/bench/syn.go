// Package bench measures the packet path on ports of this machine, always
// beside DPDK's own testpmd on the same source. See README.md for the method.
package bench

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/rs/zerolog"

	"mire/dpdk/burst"
)

// Baseline is the mode of testpmd that SYN is compared with: it reads and
// writes the same headers.
const Baseline = "5tswap"

// SYNOptions say how to measure.
type SYNOptions struct {
	Load  Load
	Pairs int           // at least MinPairs
	Slice time.Duration // at most MaxSlice
	CPU   int           // of the worker and of testpmd's forwarding core; -1 chooses
	Log   zerolog.Logger
	// Progress gets a line per pair; nil: none.
	Progress io.Writer
}

// SYNResult is what was measured.
type SYNResult struct {
	Schema      int         `json:"schema"` // 1
	Load        Load        `json:"load"`
	Baseline    string      `json:"baseline"`
	Burst       int         `json:"burst"`
	CPU         int         `json:"cpu"`
	Slice       string      `json:"slice"`
	Pairs       []Pair      `json:"pairs"`
	Ours        Quartiles   `json:"ours_pps"`
	Theirs      Quartiles   `json:"baseline_pps"`
	Ratio       Quartiles   `json:"ratio"`
	CPURatio    Quartiles   `json:"ratio_by_cpu_time"`
	TooNoisy    bool        `json:"too_noisy"`
	Conditions  []Condition `json:"conditions"`
	Environment Environment `json:"environment"`
}

// Counts tells whether every condition held.
func (r *SYNResult) Counts() bool { return allHeld(r.Conditions) }

// SYN measures SYN to SYN-ACK by one worker against testpmd. It needs root,
// hugepages and two CPUs. The EAL is opened, so it runs once in a process.
func SYN(ctx context.Context, o SYNOptions) (r *SYNResult, err error) {
	if err := o.check(); err != nil {
		return nil, err
	}
	c, err := chooseCPUs(o.CPU)
	if err != nil {
		return nil, err
	}
	n, err := openNode(o.Load, c, false, o.Log)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, n.close()) }()
	t, err := openTestpmd(ctx, Baseline, n.source, burst.Size, c)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, t.close()) }()

	sums, err := n.provokeChecksums()
	if err != nil {
		return nil, err
	}
	r = &SYNResult{Schema: 1, Load: o.Load, Baseline: Baseline, Burst: burst.Size, CPU: c.worker,
		Slice: o.Slice.String(), Environment: environment()}
	r.Pairs, err = alternate(ctx, o.Pairs, o.Slice, n, t, func(p Pair) {
		if o.Progress != nil {
			fmt.Fprintf(o.Progress, "  %6.2f Mpps  testpmd %6.2f Mpps  ratio %.3f\n", p.Ours.Rate/1e6, p.Baseline.Rate/1e6, p.Ratio())
		}
	})
	if err != nil {
		return nil, err
	}
	r.judge()
	looked := n.lookups()
	n.finish()
	if r.Conditions, err = n.account(); err != nil {
		return nil, err
	}
	r.Conditions = append(r.Conditions, sums, looked,
		Condition{"testpmd tx = rx", t.sent == t.received && t.sent > 0, fmt.Sprintf("rx %d, tx %d", t.received, t.sent)})
	return r, nil
}

func (o *SYNOptions) check() error {
	if o.Pairs < MinPairs {
		return fmt.Errorf("%d pairs: at least %d, one pair by itself proves nothing", o.Pairs, MinPairs)
	}
	if o.Slice <= 0 || o.Slice > MaxSlice {
		return fmt.Errorf("slices of %v: above 0, at most %v", o.Slice, MaxSlice)
	}
	return o.Load.check()
}

// judge computes what the pairs say.
func (r *SYNResult) judge() {
	of := func(f func(Pair) float64) Quartiles {
		values := make([]float64, len(r.Pairs))
		for i, p := range r.Pairs {
			values[i] = f(p)
		}
		return quartiles(values)
	}
	r.Ours = of(func(p Pair) float64 { return p.Ours.Rate })
	r.Theirs = of(func(p Pair) float64 { return p.Baseline.Rate })
	r.Ratio, r.CPURatio = of(Pair.Ratio), of(Pair.CPURatio)
	r.TooNoisy = r.Ratio.Spread() > noisy
}
