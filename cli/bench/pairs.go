package bench

import (
	"context"
	"fmt"
	"time"
)

const (
	// settle is how long a side runs before its slice begins: caches, the clock
	// of the core and the prompt of testpmd need less.
	settle = 50 * time.Millisecond
	// MinPairs is the least number of pairs that a ratio may rest on.
	MinPairs = 20
	// MaxSlice is the longest slice: a noisy machine changes from second to second.
	MaxSlice = time.Second
)

// Slice is what one side did in one slice.
type Slice struct {
	Rate float64 `json:"pps"` // frames received in a second
	// Share is the part of the slice in which its thread was on a CPU, 0..1:
	// less than 1 means that something else wanted that CPU.
	Share float64 `json:"cpu_share"`
	// Took is how long the slice really was.
	Took time.Duration `json:"took_ns"`
}

// Pair is two slices that followed each other.
type Pair struct {
	Ours     Slice `json:"ours"`
	Baseline Slice `json:"baseline"`
}

// Ratio is our rate to the baseline's.
func (p Pair) Ratio() float64 { return p.Ours.Rate / p.Baseline.Rate }

// CPURatio is Ratio for the time in which each side had its CPU.
func (p Pair) CPURatio() float64 {
	return p.Ratio() / p.Ours.Share * p.Baseline.Share
}

// slicer is one side of a comparison. It stands still between two slices.
type slicer interface {
	slice(d time.Duration) (Slice, error)
}

// alternate runs n pairs of slices of d, the sides in the order ABBA: what
// drifts slowly hits both alike. each is called after every pair. A pair with a
// slice of more than MaxSlice, because whoever should have ended it got no CPU,
// is run again; it fails when that happens to more pairs than it should make.
func alternate(ctx context.Context, n int, d time.Duration, ours, baseline slicer, each func(Pair)) ([]Pair, error) {
	pairs := make([]Pair, n)
	late := 0
	for i := 0; i < n; {
		p := &pairs[i]
		first, second := ours, baseline
		a, b := &p.Ours, &p.Baseline
		if i%2 == 1 {
			first, second, a, b = baseline, ours, b, a
		}
		for _, side := range []struct {
			slicer
			to *Slice
		}{{first, a}, {second, b}} {
			if err := ctx.Err(); err != nil {
				return nil, err
			}
			s, err := side.slice(d)
			if err != nil {
				return nil, err
			}
			*side.to = s
		}
		if longest := max(p.Ours.Took, p.Baseline.Took); longest > MaxSlice+MaxSlice/4 {
			if late++; late > n {
				return nil, fmt.Errorf("%d slices of %v took up to %v: this machine is too busy to measure anything", late, d, longest)
			}
			continue
		}
		each(*p)
		i++
	}
	return pairs, nil
}
