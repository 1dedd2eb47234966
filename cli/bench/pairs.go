package bench

import (
	"context"
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

// Pair is two slices that followed each other, in frames a second.
type Pair struct {
	Ours     float64 `json:"ours"`
	Baseline float64 `json:"baseline"`
}

// Ratio is ours to the baseline.
func (p Pair) Ratio() float64 { return p.Ours / p.Baseline }

// slicer is one side of a comparison. It stands still between two slices.
type slicer interface {
	slice(d time.Duration) (rate float64, err error)
}

// alternate runs n pairs of slices of d, the sides in the order ABBA: what
// drifts slowly hits both alike. each is called after every pair.
func alternate(ctx context.Context, n int, d time.Duration, ours, baseline slicer, each func(Pair)) ([]Pair, error) {
	pairs := make([]Pair, n)
	for i := range pairs {
		p := &pairs[i]
		first, second := ours, baseline
		a, b := &p.Ours, &p.Baseline
		if i%2 == 1 {
			first, second, a, b = baseline, ours, b, a
		}
		for _, side := range []struct {
			slicer
			rate *float64
		}{{first, a}, {second, b}} {
			if err := ctx.Err(); err != nil {
				return nil, err
			}
			rate, err := side.slice(d)
			if err != nil {
				return nil, err
			}
			*side.rate = rate
		}
		each(*p)
	}
	return pairs, nil
}
