package bench

import (
	"context"
	"errors"
	"fmt"
	"time"
)

const (
	// MinPairs is the least number of pairs that a ratio may rest on.
	MinPairs = 20
	// MaxSlice is the longest slice: a noisy machine changes from second to second.
	MaxSlice = time.Second
)

// Slice is what one side did in one slice.
type Slice struct {
	Rate float64 // frames received in a second
	// Share is the part of the slice in which its threads were on a CPU, 0..1:
	// less than 1 means that something else wanted that CPU.
	Share float64
	// Took is how long the slice really was.
	Took time.Duration
}

// slicer is one side of a comparison. It stands still between two slices.
type slicer interface {
	slice(settle, d time.Duration) (Slice, error)
}

// round is one slice of each side, in the order of the sides, whichever ran first.
type round []Slice

// errStarved is the error of a slice in which a side did nothing.
var errStarved = errors.New("a worker had no CPU in a slice")

// pace is how slices run.
type pace struct {
	rounds int
	// settle is how long a side runs before its slice begins: caches, the clock of
	// the core and the prompt of testpmd need less.
	settle, slice time.Duration
}

// alternate runs rounds of slices, the sides in the order ABBA (ABCCBA of
// three): what drifts slowly hits all alike. each is called after every round. A
// round with a slice in which a side got no CPU, or that was far longer than asked
// for because whoever should have ended it got none, is run again; it fails when that happens to more rounds than it
// should make.
func alternate(ctx context.Context, p pace, sides []slicer, each func(done int)) ([]round, error) {
	rounds := make([]round, 0, p.rounds)
	for late := 0; len(rounds) < p.rounds; {
		r := make(round, len(sides))
		var longest time.Duration
		for k := range sides {
			if len(rounds)%2 == 1 {
				k = len(sides) - 1 - k
			}
			if err := ctx.Err(); err != nil {
				return nil, err
			}
			s, err := sides[k].slice(p.settle, p.slice)
			if errors.Is(err, errStarved) {
				s.Took, err = 2*MaxSlice, nil
			}
			if err != nil {
				return nil, err
			}
			r[k], longest = s, max(longest, s.Took)
		}
		if longest > MaxSlice+MaxSlice/4 {
			if late++; late > p.rounds {
				return nil, fmt.Errorf("%d slices of %v were starved or took far too long: this machine is too busy to measure anything", late, p.slice)
			}
			continue
		}
		rounds = append(rounds, r)
		each(len(rounds))
	}
	return rounds, nil
}

// rates are those of one side in all rounds.
func rates(rounds []round, side int) []float64 {
	list := make([]float64, len(rounds))
	for i, r := range rounds {
		list[i] = r[side].Rate
	}
	return list
}

// cpuRatios are the ratios of side a to side b for the time in which each had
// its CPU.
func cpuRatios(rounds []round, a, b int) []float64 {
	list := make([]float64, len(rounds))
	for i, r := range rounds {
		list[i] = r[a].Rate / r[b].Rate / r[a].Share * r[b].Share
	}
	return list
}
