package traffic

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"mire/engine/enginetest"
)

func at(rate float64) func(*Spec, *Config) {
	return func(_ *Spec, c *Config) { c.Rate = rate }
}

// Whatever the time between turns: what is offered is rate times time, and no
// turn makes more than the clock owes.
func TestOfferedIsRateTimesTime(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for _, rate := range []float64{1, 999, 1000, 1e5, 1.5e6} {
		tb := newBench(t, "syn", at(rate))
		tb.lane.Discard = true
		tb.Turn()
		start := tb.lane.Now
		for range 20_000 {
			tb.lane.Now += r.Int64N(20_000)
			before := tb.Counters()
			tb.Turn()
			c := tb.Counters()
			if owed := uint64(float64(tb.lane.Now-start) * rate / 1e9); c.Offered != owed {
				t.Fatalf("rate %v: offered %d after %d ns, want %d", rate, c.Offered, tb.lane.Now-start, owed)
			}
			if c.Made > c.Offered || c.Made-before.Made > c.Offered-before.Made {
				t.Fatalf("rate %v: made %d of %d", rate, c.Made, c.Offered)
			}
			if float64(c.Made-before.Made) > rate*20e-6+1 && before.Due() == 0 {
				t.Fatalf("rate %v: a burst of %d within 20 us", rate, c.Made-before.Made)
			}
		}
		if c := tb.Counters(); c.Late != 0 || c.Due() != 0 {
			t.Errorf("rate %v: late %d, due %d", rate, c.Late, c.Due())
		}
		tb.wantIdentity(t)
	}
}

// A thousand frames a second are a thousand single frames.
func TestSlowRatesDoNotBurst(t *testing.T) {
	tb := newBench(t, "syn", at(1000))
	tb.Turn()
	for range 100_000 {
		tb.lane.Now += 10_000
		tb.Turn()
	}
	tb.Turn()
	if n := len(tb.lane.Out); n != 1000 {
		t.Fatalf("%d frames in a second", n)
	}
	for i, f := range tb.lane.Out[1:] {
		if d := f.At - tb.lane.Out[i].At; d < 990_000 || d > 1_010_000 {
			t.Fatalf("%d ns between frames %d and %d", d, i, i+1)
		}
	}
}

// After a stall the generator catches up as far as its backlog goes; the rest
// is late, its own fault and counted as such.
func TestStallsAreLate(t *testing.T) {
	tb := newBench(t, "syn", func(_ *Spec, c *Config) { c.Rate, c.Backlog = 1e6, 2*time.Millisecond })
	tb.lane.Discard = true
	tb.Turn()
	tb.lane.Now += int64(100 * time.Millisecond)
	tb.Turn()
	c := tb.Counters()
	if c.Offered != 100_000 || c.Due() != 2000 || c.Late != c.Offered-c.Made-2000 {
		t.Fatalf("offered %d, made %d, late %d, due %d", c.Offered, c.Made, c.Late, c.Due())
	}
	for range 100 {
		tb.Turn()
	}
	if c = tb.Counters(); c.Due() != 0 || c.Made+c.Late != c.Offered {
		t.Errorf("caught up: %+v", c)
	}
	if text := tb.Report(Counters{}).Shortfall(false); text == "" {
		t.Error("nobody says that the rate was not reached")
	}
	tb.wantIdentity(t)
}

func TestReachedRatesAreNoShortfall(t *testing.T) {
	tb := newBench(t, "syn", at(1e6))
	tb.Turn()
	for range 1000 {
		tb.lane.Now += 10_000
		tb.Turn()
	}
	r := tb.Report(Counters{})
	if text := r.Shortfall(true); text != "" || r.Reached < 0.99e6 || r.Reached > 1.01e6 {
		t.Errorf("%q, reached %.0f", text, r.Reached)
	}
	tb.lane.Full = true
	tb.lane.Now += 10_000
	tb.Turn()
	tb.Turn()
	if text := tb.Report(Counters{}).Shortfall(true); text == "" {
		t.Error("strict forgives frames that the wire did not take")
	}
}

// What the wire does not take is missed, and not tried again.
func TestFullWiresMiss(t *testing.T) {
	tb := newBench(t, "syn", at(1e6))
	tb.Turn()
	tb.lane.Full = true
	tb.lane.Now += 30_000
	tb.Turn()
	tb.lane.Now += 20_000
	tb.Turn()
	if c := tb.Counters(); c.Missed != 30 || c.Pending != 20 || c.Sent != 0 || c.Made != 50 {
		t.Errorf("%+v", c)
	}
	tb.lane.Full = false
	tb.Turn()
	if c := tb.Counters(); c.Missed != 30 || c.Sent != 20 || len(tb.lane.Out) != 20 {
		t.Errorf("%+v", c)
	}
}

func TestWithoutBuffersNothingIsMade(t *testing.T) {
	tb := newBench(t, "syn", at(1e6))
	tb.lane.Starve = true
	tb.Turn()
	for range 10 {
		tb.lane.Now += 1_000_000
		tb.Turn()
	}
	c := tb.Counters()
	if c.Made != 0 || c.NoSpare == 0 || c.Late != 9_000 || c.Due() != 1000 {
		t.Errorf("%+v", c)
	}
	// Received frames are buffers too.
	tb.lane.In = []enginetest.Frame{{Data: make([]byte, 60)}, {Data: enginetest.WhoHas(enginetest.RealMAC, enginetest.Real4, enginetest.Peer4)}}
	tb.Turn()
	if c = tb.Counters(); c.Made != 1 || c.Received != 2 || c.Invalid != 1 {
		t.Errorf("with a buffer received: %+v", c)
	}
	tb.wantIdentity(t)
}

// A pause owes nothing; another rate begins when it is set.
func TestPauseAndSetRate(t *testing.T) {
	tb := newBench(t, "syn", at(1000))
	step := func(d time.Duration) uint64 {
		before := tb.Counters().Offered
		for end := tb.lane.Now + int64(d); tb.lane.Now < end; {
			tb.lane.Now += 50_000
			tb.Turn()
		}
		return tb.Counters().Offered - before
	}
	tb.Turn()
	if n := step(time.Second); n != 1000 {
		t.Errorf("%d in a second", n)
	}
	tb.Pause()
	if n := step(10 * time.Second); n != 0 {
		t.Errorf("%d while paused", n)
	}
	tb.Resume()
	if n := step(time.Second); n < 999 || n > 1000 {
		t.Errorf("%d in the second behind a pause", n)
	}
	if err := tb.SetRate(50_000); err != nil {
		t.Fatal(err)
	}
	if n := step(time.Second); n < 49_995 || n > 50_000 {
		t.Errorf("%d at 50 kpps", n)
	}
	for _, bad := range []float64{-1, -0.5, math.NaN(), math.Inf(1)} {
		if err := tb.SetRate(bad); err == nil || tb.Rate() != 50_000 {
			t.Errorf("a rate of %v: %v, now %v", bad, err, tb.Rate())
		}
	}
}

// While nothing is due the exchange may sleep, but not past what is due next.
func TestSleepEndsBeforeTheNextFrame(t *testing.T) {
	tb := newBench(t, "syn", func(_ *Spec, c *Config) { c.Rate, c.Sleep = 100, 5*time.Millisecond })
	tb.Turn()
	for range 2000 {
		tb.lane.Now += max(tb.burst.Sleep, 10_000)
		tb.Turn()
		if next := tb.pace.next(tb.lane.Now); tb.burst.Sleep > max(next, 0) || tb.burst.Sleep > 5_000_000 {
			t.Fatalf("sleeps %d ns, %d before the next frame", tb.burst.Sleep, next)
		}
	}
	if tb.lane.Now < 2_000_000_000 {
		t.Error("it never slept")
	}
	if c := tb.Counters(); c.Late != 0 || c.Due() > 0 {
		t.Errorf("%+v", c)
	}
}
