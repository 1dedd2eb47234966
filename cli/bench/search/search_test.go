package search

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"testing"
	"time"
)

// device is a simulated device under test with its generator.
type device struct {
	capacity  float64                             // frames/s carried without loss
	generator float64                             // frames/s made at most; 0: any
	spoil     func() (lost uint64)                // frames lost to something else in a trial; nil: none
	bad       func(rate float64) bool             // loses a tenth although below capacity; nil: never
	short     func(rate float64) (late float64)   // part that the generator leaves out by chance; nil: none
	seen      func(rate float64, d time.Duration) // nil: nobody looks
}

func (v *device) trial(_ context.Context, rate float64, d time.Duration) (o Outcome, err error) {
	if v.seen != nil {
		v.seen(rate, d)
	}
	made := rate
	if v.generator > 0 {
		made = min(made, v.generator)
	}
	if v.short != nil {
		made *= 1 - v.short(rate)
	}
	o.Offered = uint64(rate * d.Seconds())
	o.Late = o.Offered - min(o.Offered, uint64(made*d.Seconds()))
	o.Sent = o.Offered - o.Late
	if made > v.capacity {
		o.Lost = max(1, uint64((made-v.capacity)*d.Seconds()))
	}
	if v.bad != nil && v.bad(rate) {
		o.Lost += o.Sent / 10
	}
	if v.spoil != nil {
		o.Lost += v.spoil()
	}
	o.Lost = min(o.Lost, o.Sent)
	o.Received = o.Sent - o.Lost
	return o, nil
}

func options() Options {
	return Options{Goals: []Goal{NDR, PDR}, Min: 1000, Max: 20e6, MaxMisses: 0.05, MaxTrials: 300,
		Durations: []time.Duration{20 * time.Millisecond, 100 * time.Millisecond, 500 * time.Millisecond}, Confirm: 1500 * time.Millisecond}
}

func run(t *testing.T, v *device, o Options) *Result {
	t.Helper()
	r, err := Run(t.Context(), v.trial, o)
	if err != nil {
		t.Fatal(err)
	}
	if r.Trials > o.MaxTrials {
		t.Fatalf("%d trials, at most %d", r.Trials, o.MaxTrials)
	}
	return r
}

// within tells whether an interval has the width it should have.
func within(t *testing.T, b Bound) {
	t.Helper()
	if b.Lower == 0 || b.Upper/b.Lower > 1+b.Goal.Width+1e-6 {
		t.Errorf("%s ended in %.0f .. %.0f, wider than %v", b.Goal.Name, b.Lower, b.Upper, b.Goal.Width)
	}
}

func TestSharpKnee(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 1))
	most := 0
	for range 300 {
		v := &device{capacity: math.Exp(math.Log(2000) + rnd.Float64()*math.Log(19e6/2000))}
		r := run(t, v, options())
		most = max(most, r.Trials)
		ndr, pdr := r.Bounds[0], r.Bounds[1]
		within(t, ndr)
		within(t, pdr)
		if ndr.Lower > v.capacity || ndr.Upper <= v.capacity || ndr.Limit != None {
			t.Errorf("capacity %.0f: %+v", v.capacity, ndr)
		}
		// Half a percent is lost at capacity/(1-0.005).
		if knee := v.capacity / 0.995; pdr.Lower > knee*1.002 || pdr.Upper < knee*0.999 {
			t.Errorf("half a percent lost at %.0f: %+v", knee, pdr)
		}
		if pdr.Rate < ndr.Rate {
			t.Errorf("PDR %.0f below NDR %.0f", pdr.Rate, ndr.Rate)
		}
		if math.Abs(ndr.Rate/ndr.Lower-1) > 0.001 {
			t.Errorf("offered %.0f at %.0f", ndr.Rate, ndr.Lower)
		}
	}
	if most > 80 {
		t.Errorf("up to %d trials for a device without noise", most)
	}
}

// A device above its capacity always loses: whatever noise does, the result is
// never above it; and where a third of the trials is spoilt it is not far below.
func TestNoisyKnee(t *testing.T) {
	rnd := rand.New(rand.NewPCG(2, 2))
	low := 0
	for range 200 {
		v := &device{capacity: 1e6 + rnd.Float64()*10e6, spoil: func() uint64 {
			if rnd.Float64() < 0.2 {
				return 1 + rnd.Uint64N(5000)
			}
			return 0
		}}
		o := options()
		o.Confirm = 2500 * time.Millisecond
		b := run(t, v, o).Bounds[0]
		if b.Lower > v.capacity {
			t.Errorf("capacity %.0f, found %.0f", v.capacity, b.Lower)
		}
		if b.Lower < 0.8*v.capacity {
			low++
		}
	}
	if low > 30 {
		t.Errorf("%d of 200 results are below 80 %% of the capacity", low)
	}
}

// What the generator cannot make is never the device's limit.
func TestDeviceBetterThanGenerator(t *testing.T) {
	for _, g := range []float64{5_000, 1e6, 7.3e6, 18e6} {
		v := &device{capacity: 1e9, generator: g}
		for _, b := range run(t, v, options()).Bounds {
			if b.Limit != Generator || b.Rate > g*1.001 || b.Rate < g*0.98 {
				t.Errorf("generator %.0f: %+v", g, b)
			}
		}
	}
}

func TestGeneratorThatStumbles(t *testing.T) {
	rnd := rand.New(rand.NewPCG(3, 3))
	for range 50 {
		v := &device{capacity: 5e6, short: func(float64) float64 {
			if rnd.Float64() < 0.2 {
				return 0.3
			}
			return 0.01
		}}
		b := run(t, v, options()).Bounds[0]
		if b.Rate > v.capacity || b.Lower > 0 && (b.Rate > b.Lower*0.995 || b.Misses < 0.005 || b.Misses > 0.05) {
			t.Errorf("%+v", b)
		}
	}
}

// Trials that were disturbed prove nothing, whatever was lost in them; when all
// are, the search ends all the same.
func TestDisturbedTrials(t *testing.T) {
	rnd := rand.New(rand.NewPCG(6, 6))
	v := &device{capacity: 4e6}
	disturbed := 0.4
	trial := func(ctx context.Context, rate float64, d time.Duration) (Outcome, error) {
		o, err := v.trial(ctx, rate, d)
		if rnd.Float64() < disturbed {
			o.Disturbed, o.Lost, o.Received = true, o.Sent/2, o.Sent*2
		}
		return o, err
	}
	for range 50 {
		r, err := Run(t.Context(), trial, options())
		if err != nil {
			t.Fatal(err)
		}
		if b := r.Bounds[0]; b.Lower > v.capacity || b.Upper <= v.capacity || r.Disturbed == 0 || r.Capacity > 1.01*v.capacity {
			t.Errorf("%d of %d disturbed, capacity %.0f: %+v", r.Disturbed, r.Trials, r.Capacity, b)
		}
		within(t, r.Bounds[0])
	}
	disturbed = 1
	r, err := Run(t.Context(), trial, options())
	if err != nil || r.Trials != options().MaxTrials || r.Disturbed != r.Trials || r.Bounds[0].Limit != Trials || r.Bounds[0].Rate != 0 {
		t.Errorf("%+v %v", r, err)
	}
}

func TestDeviceThatCarriesEverything(t *testing.T) {
	for _, b := range run(t, &device{capacity: 1e9}, options()).Bounds {
		if b.Limit != Ceiling || b.Lower != 20e6 || b.Upper != 0 {
			t.Errorf("%+v", b)
		}
	}
}

func TestDeviceThatLosesAlways(t *testing.T) {
	r := run(t, &device{capacity: 1e9, bad: func(float64) bool { return true }}, options())
	for _, b := range r.Bounds {
		if b.Rate != 0 || b.Lower != 0 || b.Limit != None || b.Upper != 1000 {
			t.Errorf("%+v", b)
		}
	}
	if r.Trials > 60 {
		t.Errorf("%d trials to see that", r.Trials)
	}
}

// A device that recovers above a rate at which it lost is not believed there,
// once that rate was tried.
func TestNotMonotonic(t *testing.T) {
	rnd := rand.New(rand.NewPCG(4, 4))
	for range 100 {
		from := 1e6 + rnd.Float64()*8e6
		to := from * (1.05 + rnd.Float64())
		v := &device{capacity: 1e9, bad: func(r float64) bool { return r > from && r < to || r > 15e6 }}
		var failed []float64
		v.seen = func(r float64, _ time.Duration) {
			if v.bad(r) {
				failed = append(failed, r)
			}
		}
		b := run(t, v, options()).Bounds[0]
		within(t, b)
		for _, f := range failed {
			if f < b.Lower {
				t.Errorf("failed at %.0f, result %+v", f, b)
			}
		}
	}
}

func TestTrialsAreBounded(t *testing.T) {
	o := options()
	o.MaxTrials = 5
	for _, b := range run(t, &device{capacity: 3e6}, o).Bounds {
		if b.Limit != Trials {
			t.Errorf("%+v", b)
		}
	}
	rnd := rand.New(rand.NewPCG(5, 5))
	o.MaxTrials = 150 // a device that is nothing but noise must not keep it busy
	run(t, &device{capacity: 1e9, spoil: func() uint64 { return rnd.Uint64N(2) }}, o)
}

func TestHintsSaveTrials(t *testing.T) {
	v := &device{capacity: 3.3e6}
	o := options()
	first := run(t, v, o)
	o.Hints = first.Bounds
	again := run(t, v, o)
	within(t, again.Bounds[0])
	if again.Trials > 20 || again.Bounds[0].Lower > v.capacity {
		t.Errorf("%d trials, then %d: %+v", first.Trials, again.Trials, again.Bounds[0])
	}
	// A hint that is wrong by far must not mislead.
	v.capacity = 800_000
	if b := run(t, v, o).Bounds[0]; b.Lower > v.capacity || b.Upper < v.capacity {
		t.Errorf("%+v", b)
	}
	v.capacity = 15e6
	if b := run(t, v, o).Bounds[0]; b.Lower > v.capacity || b.Upper < v.capacity {
		t.Errorf("%+v", b)
	}
}

func TestErrorsAndCancel(t *testing.T) {
	boom := errors.New("boom")
	if _, err := Run(t.Context(), func(context.Context, float64, time.Duration) (Outcome, error) { return Outcome{}, boom }, options()); !errors.Is(err, boom) {
		t.Error(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Run(ctx, (&device{capacity: 1e6}).trial, options()); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	for i, change := range []func(*Options){
		func(o *Options) { o.Goals = nil },
		func(o *Options) { o.Min = 0 },
		func(o *Options) { o.Max = o.Min / 2 },
		func(o *Options) { o.Max = math.Inf(1) },
		func(o *Options) { o.Durations = nil },
		func(o *Options) { o.Durations = []time.Duration{2, 1} },
		func(o *Options) { o.Confirm = time.Millisecond },
		func(o *Options) { o.MaxTrials = 0 },
		func(o *Options) { o.MaxMisses = 1 },
		func(o *Options) { o.Goals = []Goal{{Loss: 1, Width: 0.1}} },
		func(o *Options) { o.Goals = []Goal{{Width: 0}} },
		func(o *Options) { o.Hints = make([]Bound, 1) },
	} {
		o := options()
		change(&o)
		if _, err := Run(t.Context(), (&device{capacity: 1e6}).trial, o); err == nil {
			t.Errorf("case %d passes", i)
		}
	}
}

func TestSummarise(t *testing.T) {
	s := Summarise([]Bound{{Rate: 110, Limit: Generator}, {Rate: 100}, {Rate: 90}})
	if s.Rate != 100 || s.Limit != None || math.Abs(s.Spread-0.2) > 1e-9 || s.Samples != 3 {
		t.Errorf("%+v", s)
	}
	if s := Summarise([]Bound{{Rate: 50, Limit: Trials}, {Rate: 100}, {Rate: 0, Limit: Trials}}); s.Rate != 100 || s.Samples != 1 || s.Limit != None {
		t.Errorf("%+v", s)
	}
	if s := Summarise([]Bound{{Rate: 0, Limit: Trials}, {Rate: 50, Limit: Trials}}); s.Rate != 50 || s.Limit != Trials || s.Samples != 1 {
		t.Errorf("%+v", s)
	}
	if s := Summarise([]Bound{{}}); s.Rate != 0 || s.Spread != 0 {
		t.Errorf("%+v", s)
	}
}
