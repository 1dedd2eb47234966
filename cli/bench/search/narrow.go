package search

import (
	"context"
	"math"
	"time"
)

// searcher is one search under way.
type searcher struct {
	Options
	trial     Trial
	ctx       context.Context
	loads     []*load // by rate
	hints     []hint  // by goal: where the phase before ended
	spent     int
	disturbed int
	time      time.Duration
	capacity  float64 // frames/s that came back at most
}

// hint is an interval that is believed, not known; 0: no idea.
type hint struct{ lower, upper float64 }

// narrow brings the interval of a goal down to the width of a phase.
func (s *searcher) narrow(g int, p phase) error {
	goal := s.Goals[g]
	width := 1 + goal.Width*p.widen
	step := width
	for {
		lower, upper, _ := s.interval(goal, p)
		next := 0.0
		switch {
		case lower != nil && upper != nil:
			if upper.rate/lower.rate <= width*(1+1e-9) {
				s.hints[g] = hint{lower.rate, upper.rate}
				return nil
			}
			next = math.Sqrt(lower.rate * upper.rate)
		case upper != nil: // everything failed so far: go down, faster each time
			if upper.rate <= s.Min {
				s.hints[g] = hint{}
				return nil
			}
			next = max(s.Min, upper.rate/step)
			if h := s.hints[g].lower; h > 0 && h < upper.rate {
				next = max(s.Min, h)
			} else if e := s.estimate(upper); e > s.Min && e < next {
				next = e
			}
			step *= step
		case lower != nil: // everything held so far: go up
			if lower.rate >= s.Max {
				s.hints[g] = hint{s.Max, 0}
				return nil
			}
			next = min(s.Max, lower.rate*step)
			if h := s.hints[g].upper; h > lower.rate {
				next = min(s.Max, h)
			}
			step *= step
		default:
			next = s.Max
			if h := s.hints[g].lower; h > 0 {
				next = min(max(h, s.Min), s.Max)
			}
		}
		if err := s.decide(next, goal, p); err != nil {
			return err
		}
	}
}

// estimate is the rate at which frames came back when a load failed: where one
// looks next.
func (s *searcher) estimate(l *load) float64 {
	least := math.Inf(1)
	for _, t := range l.trials {
		least = min(least, t.out.returned(l.rate))
	}
	return least
}

// tries is how often a generator must leave out too much at one rate, and more
// often than not, before the rate counts as beyond it.
const tries = 3

// decide makes trials at a rate until it holds, fails or cannot be made.
func (s *searcher) decide(rate float64, g Goal, p phase) error {
	l := s.at(rate)
	short, valid := 0, 0
	for l.judge(g, p, s.MaxMisses) == undecided {
		if err := s.ctx.Err(); err != nil {
			return err
		}
		if s.spent == s.MaxTrials {
			return errSpent
		}
		s.spent++
		out, err := s.trial(s.ctx, rate, p.d)
		if err != nil {
			return err
		}
		s.time += p.d
		if s.Each != nil {
			s.Each(rate, p.d, out)
		}
		if out.Disturbed {
			s.disturbed++
			continue
		}
		s.capacity = max(s.capacity, out.returned(rate))
		l.trials = append(l.trials, tried{p.d, out})
		if out.missRatio() > s.MaxMisses && out.lossRatio() <= g.Loss {
			short++
		} else {
			valid++
		}
		l.beyond = short >= tries && short > valid
	}
	return nil
}

// bound is what is known for a goal in the end.
func (s *searcher) bound(g int, p phase, spent bool) Bound {
	goal := s.Goals[g]
	lower, upper, limit := s.interval(goal, p)
	b := Bound{Goal: goal, Limit: limit}
	if upper != nil {
		b.Upper = upper.rate
	}
	if lower != nil {
		b.Lower = lower.rate
		b.Rate, b.Misses = lower.offered(goal, p, s.MaxMisses)
		if upper == nil {
			b.Limit = Ceiling
		}
	}
	narrow := lower != nil && (upper == nil && lower.rate >= s.Max || upper != nil && upper.rate/lower.rate <= 1+goal.Width*(1+1e-9)) ||
		lower == nil && upper != nil && upper.rate <= s.Min
	if spent && !narrow {
		b.Limit = Trials
	}
	return b
}
