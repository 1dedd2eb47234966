package wire

import (
	"context"
	"fmt"
	"time"

	"mire/cli/bench/report"
	"mire/cli/bench/search"
)

// Plan says how thoroughly to search.
type Plan struct {
	Goals []search.Goal
	// Durations of trials, short to long, and for how long in all a rate is
	// confirmed with the last.
	Durations []time.Duration
	Confirm   time.Duration
	// Repeats of the search on each side, in the order ABBA, after the first.
	Repeats   int
	MaxTrials int // of one search
	// Latency is how long round trips are recorded at each of Loads; 0: not.
	Latency time.Duration
	// Max is where the search begins, frames/s; 0 means 20 million.
	Max float64
	// Progress gets a line now and then; nil: nobody does.
	Progress func(string)
}

// Loads are the parts of the rate without loss at which latency is recorded, percent.
var Loads = []float64{10, 50, 90}

// maxMisses is the part of its frames that the generator may leave out: it
// shares its CPU with a kernel and a Go runtime.
const maxMisses = 0.1

// The plans of the profiles. What they take is for each side and size.
var (
	// Quick takes about 10 s on a calm machine, up to three times that on a busy one.
	Quick = Plan{Goals: []search.Goal{search.NDR, search.PDR}, Durations: []time.Duration{10 * time.Millisecond, 50 * time.Millisecond},
		Confirm: 250 * time.Millisecond, Repeats: 1, MaxTrials: 200, Latency: 500 * time.Millisecond}
	// Standard takes about a minute.
	Standard = Plan{Goals: []search.Goal{search.NDR, search.PDR}, Durations: []time.Duration{20 * time.Millisecond, 100 * time.Millisecond, 500 * time.Millisecond},
		Confirm: 2500 * time.Millisecond, Repeats: 2, MaxTrials: 400, Latency: 2 * time.Second}
	// Full takes some minutes.
	Full = Plan{Goals: []search.Goal{search.NDR, search.PDR}, Durations: []time.Duration{20 * time.Millisecond, 200 * time.Millisecond, 2 * time.Second},
		Confirm: 10 * time.Second, Repeats: 4, MaxTrials: 800, Latency: 10 * time.Second}
)

// Sizes are those of RFC 2544 section 9.1, bytes with FCS, and the mix.
var Sizes = []int{64, 128, 256, 512, 1024, 1280, 1518, IMIX}

// finding is what the searches of one side found.
type finding struct {
	bounds            [][]search.Bound // by goal
	trials, disturbed int
	time              time.Duration
	capacity          float64
	// cpu is for how long the device had a CPU, of wall.
	cpu, wall time.Duration
}

// Search finds the rates without loss, and with a little, of every device of
// the bed, one after the other again and again, and then their latencies.
func (b *Bed) Search(ctx context.Context, p Plan) ([]report.Search, []report.Latency, error) {
	sides := b.Sides()
	found := make([]finding, len(sides))
	hints := make([][]search.Bound, len(sides))
	for round := range 1 + p.Repeats {
		for i := range sides {
			if round%2 == 1 {
				i = len(sides) - 1 - i
			}
			r, err := b.searchOnce(ctx, i, p, hints[i], &found[i])
			if err != nil {
				return nil, nil, fmt.Errorf("%s over %s: %w", sides[i], b.Kind, err)
			}
			hints[i] = r.Bounds
			found[i].add(r)
			if p.Progress != nil {
				p.Progress(fmt.Sprintf("  %-16s %s %.3f Mpps, %s %.3f Mpps%s", sides[i], Word(string(b.Kind)), r.Bounds[0].Rate/1e6,
					r.Bounds[len(r.Bounds)-1].Goal.Name, r.Bounds[len(r.Bounds)-1].Rate/1e6, limitText(r.Bounds[0].Limit)))
			}
		}
	}
	var searches []report.Search
	var latencies []report.Latency
	for i, side := range sides {
		s := found[i].report()
		s.Trial, s.Confirm, s.Exceed = p.Durations[len(p.Durations)-1].Seconds(), p.Confirm.Seconds(), p.Goals[0].Exceed
		s.Workload, s.Side, s.Size, s.Port, s.Ring, s.Word = string(b.Workload), side, b.reported(), string(b.Kind), b.Depth, Word(string(b.Kind))
		if s.Size == 0 {
			s.Mix = "IMIX"
		}
		searches = append(searches, s)
		l, err := b.latencies(ctx, i, p.Latency, s.NDR.Mpps*1e6)
		if err != nil {
			return nil, nil, err
		}
		latencies = append(latencies, l...)
	}
	return searches, latencies, nil
}

func limitText(l search.Limit) string {
	if l == search.None {
		return ""
	}
	return " (limit: " + string(l) + ")"
}

// reported is the size as reports have it: bytes with FCS, 0 for a mix.
func (b *Bed) reported() int {
	if b.Size == IMIX {
		return 0
	}
	return int(b.Program.MeanSize()) + fcs
}

// searchOnce runs one search on one side and adds to f what CPU it had.
func (b *Bed) searchOnce(ctx context.Context, side int, p Plan, hints []search.Bound, f *finding) (r *search.Result, err error) {
	o := search.Options{Goals: p.Goals, Min: 1000, Max: p.Max, Durations: p.Durations, Confirm: p.Confirm,
		MaxMisses: maxMisses, MaxTrials: p.MaxTrials, Hints: hints}
	if o.Max == 0 {
		o.Max = 20e6
	}
	err = b.with(side, func(l *link) error {
		began := l.device.Thread().now()
		defer func() {
			took := time.Since(began.at)
			f.wall += took
			f.cpu += time.Duration(l.device.Thread().share(began) * float64(took))
		}()
		r, err = search.Run(ctx, func(ctx context.Context, rate float64, d time.Duration) (search.Outcome, error) {
			return b.trial(ctx, l, rate, d)
		}, o)
		return err
	})
	return r, err
}

func (f *finding) add(r *search.Result) {
	if f.bounds == nil {
		f.bounds = make([][]search.Bound, len(r.Bounds))
	}
	for g, b := range r.Bounds {
		f.bounds[g] = append(f.bounds[g], b)
	}
	f.trials, f.disturbed, f.time, f.capacity = f.trials+r.Trials, f.disturbed+r.Disturbed, f.time+r.Time, max(f.capacity, r.Capacity)
}

// report says what was found, by the names of the goals.
func (f *finding) report() report.Search {
	s := report.Search{Trials: f.trials, Disturbed: f.disturbed, Seconds: f.time.Seconds(), Capacity: f.capacity / 1e6,
		CPUShare: min(1, float64(f.cpu)/float64(f.wall))}
	for _, bounds := range f.bounds {
		m := search.Summarise(bounds)
		b := report.Bound{Mpps: m.Rate / 1e6, Upper: m.Upper / 1e6, Spread: m.Spread, Samples: m.Samples, Limit: string(m.Limit), Misses: m.Misses}
		switch m.Goal.Name {
		case search.NDR.Name:
			s.NDR = b
		case search.PDR.Name:
			s.PDR = b
		}
	}
	// A rate without loss is one with little loss too; the two differ by what the
	// generator left out of their trials.
	s.PDR.Mpps = max(s.PDR.Mpps, s.NDR.Mpps)
	return s
}

// latencies records round trips of one side at parts of a rate, frames/s. There
// are none when the rate is 0.
func (b *Bed) latencies(ctx context.Context, side int, d time.Duration, rate float64) (list []report.Latency, err error) {
	if d <= 0 || rate <= 0 {
		return nil, nil
	}
	err = b.with(side, func(l *link) error {
		for _, percent := range Loads {
			l.gen.ResetLatency()
			if _, err := b.offer(ctx, l, rate*percent/100, d); err != nil {
				return err
			}
			x := report.Latency{Workload: string(b.Workload), Side: l.device.Side(), Size: b.reported(), Percent: percent, Mpps: rate * percent / 1e8}
			if err := x.SetHistogram(l.gen.Latency()); err != nil {
				return err
			}
			list = append(list, x)
		}
		return nil
	})
	return list, err
}
