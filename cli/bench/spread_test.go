package bench

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"testing"
	"time"
)

func TestQuartilesInterpolate(t *testing.T) {
	for _, c := range []struct {
		in   []float64
		want Quartiles
	}{
		{[]float64{7}, Quartiles{7, 7, 7}},
		{[]float64{4, 1, 3, 2}, Quartiles{1.75, 2.5, 3.25}},
		{[]float64{5, 1, 4, 2, 3}, Quartiles{2, 3, 4}},
	} {
		if got := quartiles(c.in); got != c.want {
			t.Errorf("%v: %+v, want %+v", c.in, got, c.want)
		}
	}
	if s := (Quartiles{0.9, 1, 1.1}).Spread(); math.Abs(s-0.2) > 1e-12 {
		t.Errorf("spread %v", s)
	}
}

// side is a slicer that writes its name down.
type side struct {
	name string
	log  *[]string
	rate float64
}

func (s side) slice(time.Duration) (Slice, error) {
	*s.log = append(*s.log, s.name)
	return Slice{Rate: s.rate, Share: 0.5}, nil
}

func TestSlicesAlternateABBA(t *testing.T) {
	var log []string
	told := 0
	pairs, err := alternate(context.Background(), 4, time.Second, side{"A", &log, 1}, side{"B", &log, 4}, func(Pair) { told++ })
	if err != nil || told != 4 {
		t.Fatal(err, told)
	}
	if want := []string{"A", "B", "B", "A", "A", "B", "B", "A"}; !slices.Equal(log, want) {
		t.Errorf("order %v, want %v", log, want)
	}
	for _, p := range pairs {
		if p.Ratio() != 0.25 || p.CPURatio() != 0.25 {
			t.Errorf("pair %+v", p)
		}
	}
}

// late is a side whose first slices nobody ends in time.
type late struct{ slices *int }

func (l late) slice(d time.Duration) (Slice, error) {
	*l.slices++
	if *l.slices <= 3 {
		d = 40 * time.Second
	}
	return Slice{Rate: 1, Share: 1, Took: d}, nil
}

func TestPairsWithALateSliceAreRepeated(t *testing.T) {
	var log []string
	n := 0
	pairs, err := alternate(context.Background(), 3, time.Second, side{"A", &log, 1}, late{&n}, func(Pair) {})
	if err != nil || len(pairs) != 3 || n != 6 {
		t.Fatalf("%v, %d pairs of %d slices", err, len(pairs), n)
	}
	for _, p := range pairs {
		if p.Baseline.Took != time.Second {
			t.Errorf("%+v counts", p)
		}
	}
	n = 0
	if _, err := alternate(context.Background(), 2, time.Second, side{"A", &log, 1}, late{&n}, func(Pair) {}); err == nil {
		t.Error("three late slices of two pairs make a measurement")
	}
}

type broken struct{}

func (broken) slice(time.Duration) (Slice, error) { return Slice{}, errors.New("no rate") }

func TestAlternateStops(t *testing.T) {
	var log []string
	ok := side{"A", &log, 1}
	if _, err := alternate(context.Background(), 2, time.Second, ok, broken{}, func(Pair) {}); err == nil {
		t.Error("a side that fails makes no pair")
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := alternate(ctx, 2, time.Second, ok, ok, func(Pair) {}); !errors.Is(err, context.Canceled) {
		t.Errorf("interrupted: %v", err)
	}
}

func TestTooNoisyBeyondFifteenPercent(t *testing.T) {
	for _, c := range []struct {
		rates [4]float64
		want  bool
	}{{[4]float64{10, 10.2, 10.4, 10.6}, false}, {[4]float64{8, 10, 12, 14}, true}} {
		r := SYNResult{}
		for _, x := range c.rates {
			r.Pairs = append(r.Pairs, Pair{Ours: Slice{Rate: x, Share: 1}, Baseline: Slice{Rate: 20, Share: 1}})
		}
		if r.judge(); r.TooNoisy != c.want {
			t.Errorf("%v: spread %.2f, too noisy %v", c.rates, r.Ratio.Spread(), r.TooNoisy)
		}
	}
}

func TestOptionsAreChecked(t *testing.T) {
	good := SYNOptions{Load: Load{Family: 4, Trapped: 1000}, Pairs: MinPairs, Slice: MaxSlice}
	if err := good.check(); err != nil {
		t.Fatal(err)
	}
	for i, change := range []func(*SYNOptions){
		func(o *SYNOptions) { o.Pairs = MinPairs - 1 },
		func(o *SYNOptions) { o.Slice = MaxSlice + 1 },
		func(o *SYNOptions) { o.Slice = 0 },
		func(o *SYNOptions) { o.Load.Family = 5 },
		func(o *SYNOptions) { o.Load.Trapped = 0 },
		func(o *SYNOptions) { o.Load.Trapped = MaxTrapped + 1 },
	} {
		o := good
		if change(&o); o.check() == nil {
			t.Errorf("case %d: %+v passes", i, o)
		}
	}
}

func TestNumbersOfTestpmd(t *testing.T) {
	const text = "show port stats all\r\n  RX-packets: 47155712   RX-missed: 0\r\n  TX-packets: 46697024 \r\n  Rx-pps:     38920967   Rx-bps: 18682064248\r\n"
	for name, want := range map[string]uint64{"RX-packets": 47155712, "TX-packets": 46697024, "Rx-pps": 38920967} {
		if got, ok := number(text, name); !ok || got != want {
			t.Errorf("%s: %d %v", name, got, ok)
		}
	}
	if _, ok := number(text, "TX-total"); ok {
		t.Error("a number that is not there")
	}
}

func TestMemoryComparesEveryLook(t *testing.T) {
	look := func(mib float64, trapped int64) Look {
		l := Look{Resident: uint64(mib * (1 << 20)), Huge: 50 << 20}
		l.Entries[2] = trapped
		return l
	}
	for _, c := range []struct {
		looks []Look
		held  bool
	}{
		{[]Look{look(70, 1000), look(70.5, 1000), look(69.5, 1000)}, true},
		{[]Look{look(70, 1000), look(71.5, 1000), look(70, 1000)}, false},
		{[]Look{look(70, 1000), look(70, 999), look(70, 1000)}, false},
	} {
		r := MemoryResult{Looks: c.looks, Allowed: memoryAllowed}
		if got := r.unchanged(); got.Held != c.held {
			t.Errorf("%s: %s", fmt.Sprint(c.looks), got.Detail)
		}
	}
}
