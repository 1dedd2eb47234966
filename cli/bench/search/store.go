package search

import (
	"cmp"
	"slices"
	"time"
)

// load is everything that was tried at one rate.
type load struct {
	rate   float64
	trials []tried
	// beyond the generator: it left out too many frames again and again.
	beyond bool
}

type tried struct {
	d   time.Duration
	out Outcome
}

// phase is how rates are judged: by trials of at least d, sum of them in all.
type phase struct {
	d, sum time.Duration
	widen  float64 // times the goal's width is narrow enough
	last   bool
}

// state of a rate for a goal.
type state int

const (
	undecided state = iota
	holds
	fails
	unreachable // by the generator
)

// judge decides by the trials there are: a rate fails as soon as the bad ones
// are too many even if all the rest were good, and holds when the good ones
// are enough even if all the rest were bad. A trial in which the generator left
// out too many frames says something only when it lost too many.
func (l *load) judge(g Goal, p phase, maxMisses float64) state {
	var good, bad time.Duration
	for i := range l.trials {
		t := &l.trials[i]
		if t.d < p.d {
			continue
		}
		switch {
		case t.out.lossRatio() > g.Loss:
			bad += t.d
		case t.out.missRatio() <= maxMisses:
			good += t.d
		}
	}
	sum := float64(p.sum)
	switch {
	case float64(bad) > g.Exceed*sum:
		return fails
	case good > 0 && float64(good) >= (1-g.Exceed)*sum:
		return holds
	case l.beyond:
		return unreachable
	}
	return undecided
}

// offered is the rate that was really offered in the good trials of a phase and
// the part of the frames that was missing.
func (l *load) offered(g Goal, p phase, maxMisses float64) (rate, misses float64) {
	var made, all uint64
	for i := range l.trials {
		t := &l.trials[i]
		if t.d >= p.d && t.out.lossRatio() <= g.Loss && t.out.missRatio() <= maxMisses {
			made, all = made+t.out.made(), all+t.out.Offered
		}
	}
	if all == 0 {
		return 0, 0
	}
	return l.rate * float64(made) / float64(all), float64(all-made) / float64(all)
}

// at is the load of a rate, made when there is none; loads stay in order.
func (s *searcher) at(rate float64) *load {
	i, ok := slices.BinarySearchFunc(s.loads, rate, func(l *load, r float64) int { return cmp.Compare(l.rate, r) })
	if !ok {
		s.loads = slices.Insert(s.loads, i, &load{rate: rate})
	}
	return s.loads[i]
}

// interval is what is known for a goal: the smallest rate that failed or could
// not be made, and the largest that held below it. Failing at a rate outweighs
// holding above it: a device that recovers there is not believed.
func (s *searcher) interval(g Goal, p phase) (lower, upper *load, limit Limit) {
	for _, l := range s.loads {
		switch l.judge(g, p, s.MaxMisses) {
		case fails:
			return lower, l, None
		case unreachable:
			// Only a failure above it can say more, and no rate above it can be made.
			return lower, l, Generator
		case holds:
			lower = l
		}
	}
	return lower, nil, None
}
