// Package search finds the largest rates that a device carries without loss and
// with a little loss. It is a pure algorithm over a function that makes one
// trial: the idea is RFC 2544 section 26.1, the means are those of
// draft-ietf-bmwg-mlrsearch: several goals at once over one store of trials,
// short trials to narrow and long ones to confirm, intervals whose width is
// relative, and a share of bad trials that a goal forgives.
package search

import (
	"context"
	"errors"
	"fmt"
	"math"
	"time"
)

// Trial offers frames at a rate (frames/s) for a time and says what became of
// them. It returns when nothing is on its way any more.
type Trial func(ctx context.Context, rate float64, d time.Duration) (Outcome, error)

// Outcome is what became of the frames of one trial.
type Outcome struct {
	Offered  uint64 // that the clock asked for: rate times time
	Late     uint64 // of those, that the generator did not make in time
	Sent     uint64 // that the wire took at once
	Received uint64 // that came back
	Lost     uint64 // by the wire and the device, of those that were made
	// Disturbed: something took a CPU away from the device or the generator for
	// long enough to explain what is lost or missing. The trial proves nothing
	// and is made again.
	Disturbed bool
}

// made is how many frames the generator made in time.
func (o *Outcome) made() uint64 { return o.Offered - min(o.Late, o.Offered) }

// lossRatio is the part of the made frames that was lost, 0..1. A trial in
// which nothing was made lost everything.
func (o *Outcome) lossRatio() float64 {
	if o.made() == 0 {
		return 1
	}
	return float64(o.Lost) / float64(o.made())
}

// missRatio is the part of the frames that the generator did not make.
func (o *Outcome) missRatio() float64 {
	if o.Offered == 0 {
		return 1
	}
	return float64(o.Late) / float64(o.Offered)
}

// returned is the rate at which frames came back, frames/s. Offered/rate is how
// long the trial really was: whoever ends it may be late.
func (o *Outcome) returned(rate float64) float64 {
	if o.Offered == 0 {
		return 0
	}
	return rate * float64(min(o.Received, o.made())) / float64(o.Offered)
}

// Goal is what a rate must fulfil.
type Goal struct {
	Name string
	// Loss is the part of the frames that may be lost, 0 (NDR) to below 1.
	Loss float64
	// Exceed is the part of the time of the confirming trials in which more may
	// be lost, 0 to below 1: on a machine whose CPUs are taken away now and then
	// a device is not judged by the trial in which that happens.
	Exceed float64
	// Width is where an interval is narrow enough: upper/lower <= 1 + Width.
	Width float64
}

// The two goals that everybody reports. Half of the trials may be spoilt.
var (
	NDR = Goal{Name: "NDR", Loss: 0, Exceed: 0.5, Width: 0.01}
	PDR = Goal{Name: "PDR", Loss: 0.005, Exceed: 0.5, Width: 0.01}
)

// Options of a search.
type Options struct {
	Goals []Goal
	// Min and Max are the range of rates, frames/s.
	Min, Max float64
	// Durations are those of single trials, short to long: with the first the
	// search narrows roughly, with the last it confirms.
	Durations []time.Duration
	// Confirm is how long a rate is tried in all with the last of Durations
	// before it is believed.
	Confirm time.Duration
	// MaxMisses is the part of the frames that a generator may leave out in a
	// trial that counts.
	MaxMisses float64
	// MaxTrials ends the search, disturbed trials included, with what is known by
	// then.
	MaxTrials int
	// Hints are bounds found before, by goal: the search starts there and with
	// the last of Durations.
	Hints []Bound
	// Each is called after every trial; nil: nothing is.
	Each func(rate float64, d time.Duration, o Outcome)
}

func (o *Options) check() error {
	switch {
	case len(o.Goals) == 0 || len(o.Durations) == 0:
		return errors.New("search: no goals or no durations")
	case !(o.Min > 0 && o.Max >= o.Min) || math.IsInf(o.Max, 0):
		return fmt.Errorf("search: rates from %v to %v frames/s: above 0 and in order", o.Min, o.Max)
	case o.Confirm < o.Durations[len(o.Durations)-1]:
		return fmt.Errorf("search: confirming for %v with trials of %v", o.Confirm, o.Durations[len(o.Durations)-1])
	case o.MaxTrials < 1 || o.MaxMisses < 0 || o.MaxMisses >= 1:
		return fmt.Errorf("search: at most %d trials with %v of the frames missing", o.MaxTrials, o.MaxMisses)
	case len(o.Hints) != 0 && len(o.Hints) != len(o.Goals):
		return fmt.Errorf("search: %d hints for %d goals", len(o.Hints), len(o.Goals))
	}
	for i, d := range o.Durations {
		if d <= 0 || i > 0 && d <= o.Durations[i-1] {
			return fmt.Errorf("search: durations %v must grow from above 0", o.Durations)
		}
	}
	for _, g := range o.Goals {
		if g.Loss < 0 || g.Loss >= 1 || g.Exceed < 0 || g.Exceed >= 1 || g.Width <= 0 {
			return fmt.Errorf("search: goal %+v: loss and exceed from 0 to below 1, width above 0", g)
		}
	}
	return nil
}

// Limit is what ended a search when it was not the device.
type Limit string

// The limits.
const (
	None      Limit = ""          // Upper is a rate at which the device failed
	Generator Limit = "generator" // it could not make Upper; the device carries at least Rate
	Ceiling   Limit = "rate"      // Options.Max was carried
	Trials    Limit = "trials"    // MaxTrials were used up before the interval was narrow
)

// Bound is what was found for one goal, frames/s.
type Bound struct {
	Goal Goal
	// Rate is the largest rate that held, as it was really offered: without the
	// frames that the generator left out. 0: none held, down to Options.Min.
	Rate float64
	// Lower and Upper are the interval in which the search ended, as rates that
	// were asked for. Upper is 0 when nothing above Lower was tried.
	Lower, Upper float64
	Limit        Limit
	// Misses is the part of the frames that the generator left out in the trials
	// that confirmed Rate.
	Misses float64
}

// Result of one search.
type Result struct {
	Bounds    []Bound // as Options.Goals
	Trials    int
	Disturbed int           // of those
	Time      time.Duration // of the trials
	Capacity  float64       // the most that came back in a second, of any trial that proves something
}

// errSpent ends a search whose trials are used up.
var errSpent = errors.New("trials used up")

// Run searches. An error is the trial's, or says what is wrong with the options.
func Run(ctx context.Context, trial Trial, o Options) (*Result, error) {
	if err := o.check(); err != nil {
		return nil, err
	}
	s := &searcher{Options: o, trial: trial, ctx: ctx, hints: make([]hint, len(o.Goals))}
	phases := o.Durations
	if len(o.Hints) > 0 {
		for i, b := range o.Hints {
			s.hints[i] = hint{b.Lower, b.Upper}
		}
		phases = phases[len(phases)-1:]
	}
	var err error
	for i, d := range phases {
		p := phase{d: d, sum: d, widen: float64(int(1) << (len(phases) - 1 - i))}
		if i == len(phases)-1 {
			p.sum = o.Confirm
			p.last = true
		}
		for g := range o.Goals {
			if err = s.narrow(g, p); err != nil {
				break
			}
		}
		if err != nil {
			break
		}
	}
	spent := errors.Is(err, errSpent)
	if err != nil && !spent {
		return nil, err
	}
	r := &Result{Trials: s.spent, Disturbed: s.disturbed, Time: s.time, Capacity: s.capacity}
	last := phase{d: o.Durations[len(o.Durations)-1], sum: o.Confirm, last: true}
	for g := range o.Goals {
		r.Bounds = append(r.Bounds, s.bound(g, last, spent))
	}
	return r, nil
}
