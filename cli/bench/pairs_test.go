package bench

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"
)

// side is a slicer that writes its name down.
type side struct {
	name string
	log  *[]string
	rate float64
}

func (s side) slice(time.Duration, time.Duration) (Slice, error) {
	*s.log = append(*s.log, s.name)
	return Slice{Rate: s.rate, Share: 0.5}, nil
}

func TestSlicesAlternateABBA(t *testing.T) {
	var log []string
	told := 0
	sides := []slicer{side{"A", &log, 1}, side{"B", &log, 4}, side{"C", &log, 2}}
	rounds, err := alternate(context.Background(), pace{rounds: 4}, sides, func(int) { told++ })
	if err != nil || told != 4 {
		t.Fatal(err, told)
	}
	if want := []string{"A", "B", "C", "C", "B", "A", "A", "B", "C", "C", "B", "A"}; !slices.Equal(log, want) {
		t.Errorf("order %v, want %v", log, want)
	}
	if got := rates(rounds, 1); !slices.Equal(got, []float64{4, 4, 4, 4}) {
		t.Errorf("rates of B: %v", got)
	}
	if got := cpuRatios(rounds, 0, 2); !slices.Equal(got, []float64{0.5, 0.5, 0.5, 0.5}) {
		t.Errorf("ratios of A to C: %v", got)
	}
}

// late is a side whose first slices nobody ends in time.
type late struct{ slices *int }

func (l late) slice(_, d time.Duration) (Slice, error) {
	*l.slices++
	if *l.slices <= 3 {
		d = 40 * time.Second
	}
	return Slice{Rate: 1, Share: 1, Took: d}, nil
}

func TestRoundsWithALateSliceAreRepeated(t *testing.T) {
	var log []string
	n := 0
	p := pace{rounds: 3, slice: time.Second}
	rounds, err := alternate(context.Background(), p, []slicer{side{"A", &log, 1}, late{&n}}, func(int) {})
	if err != nil || len(rounds) != 3 || n != 6 {
		t.Fatalf("%v, %d rounds of %d slices", err, len(rounds), n)
	}
	for _, r := range rounds {
		if r[1].Took != time.Second {
			t.Errorf("%+v counts", r)
		}
	}
	n, p.rounds = 0, 2
	if _, err := alternate(context.Background(), p, []slicer{side{"A", &log, 1}, late{&n}}, func(int) {}); err == nil {
		t.Error("three late slices of two rounds make a measurement")
	}
}

// starved is a side that had no CPU in its first slice.
type starved struct{ slices *int }

func (s starved) slice(_, d time.Duration) (Slice, error) {
	if *s.slices++; *s.slices == 1 {
		return Slice{}, fmt.Errorf("worker 1: %w", errStarved)
	}
	return Slice{Rate: 1, Share: 1, Took: d}, nil
}

func TestRoundsWithAStarvedSideAreRepeated(t *testing.T) {
	var log []string
	n := 0
	rounds, err := alternate(context.Background(), pace{rounds: 2}, []slicer{side{"A", &log, 1}, starved{&n}}, func(int) {})
	if err != nil || len(rounds) != 2 || n != 3 || rounds[0][1].Rate != 1 {
		t.Errorf("%v, %d rounds of %d slices", err, len(rounds), n)
	}
}

type broken struct{}

func (broken) slice(time.Duration, time.Duration) (Slice, error) {
	return Slice{}, errors.New("no rate")
}

func TestAlternateStops(t *testing.T) {
	var log []string
	ok := side{"A", &log, 1}
	if _, err := alternate(context.Background(), pace{rounds: 2}, []slicer{ok, broken{}}, func(int) {}); err == nil {
		t.Error("a side that fails makes no round")
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := alternate(ctx, pace{rounds: 2}, []slicer{ok, ok}, func(int) {}); !errors.Is(err, context.Canceled) {
		t.Errorf("interrupted: %v", err)
	}
}
