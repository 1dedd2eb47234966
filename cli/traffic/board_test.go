package traffic

import (
	"math"
	"sync"
	"testing"
	"time"

	"mire/dpdk/burst"
)

// Counters and latencies are read while the generator runs on a thread of its
// own; every copy adds up.
func TestReadersSeeConsistentCounters(t *testing.T) {
	tb := newBench(t, "syn weight 2 udp", func(s *Spec, c *Config) { s.Latency = true })
	tb.lane.Discard = true
	tb.Generator.lane = exchange(func(b *burst.Burst) int {
		tb.lane.Now += 1000
		return tb.lane.Exchange(b)
	})
	var done sync.WaitGroup
	done.Go(tb.Run)
	for end := time.Now().Add(200 * time.Millisecond); time.Now().Before(end); {
		c := tb.Counters()
		if c.Made+c.Answers != c.Sent+c.Missed+c.Pending {
			t.Fatalf("%+v", c)
		}
		if s := tb.Streams(); s[0].Made < s[1].Made || s[0].Made > 2*s[1].Made+2 {
			t.Fatalf("%+v", s)
		}
		tb.Latency()
		tb.SetRate(float64(c.Made%3) * 1e6)
	}
	tb.ResetLatency()
	tb.Stop()
	done.Wait()
	if c := tb.Counters(); c.Pending != 0 || c.Made == 0 {
		t.Errorf("after the end: %+v", c)
	}
}

func TestLatencySampling(t *testing.T) {
	for every, want := range map[int]int64{0: 100, 1: 100, 10: 10} {
		tb := newBench(t, "udp", func(s *Spec, c *Config) { s.Latency, c.Rate, c.LatencyEvery = true, 1e6, every })
		tb.Turn()
		tb.lane.Now += 100_000
		for range 6 {
			tb.Turn()
		}
		tb.Pause()
		tb.lane.In, tb.lane.Out = tb.lane.Out[:100], nil
		tb.lane.Now += 25_000
		for range 3 {
			tb.Turn()
		}
		h := tb.Latency()
		if h.TotalCount() != want || h.Min() < 24_900 || h.Max() > 25_100 {
			t.Errorf("every %d: %d latencies of %d to %d ns, want %d", every, h.TotalCount(), h.Min(), h.Max(), want)
		}
		if tb.Latency().TotalCount() != want {
			t.Error("a second look differs")
		}
		if tb.ResetLatency(); tb.Latency().TotalCount() != 0 {
			t.Error("not forgotten")
		}
	}
}

func TestReportFiles(t *testing.T) {
	tb := newBench(t, "udp malformed 50%", func(s *Spec, c *Config) { s.Latency, c.Rate = true, 1e6 })
	tb.Turn()
	tb.lane.Now += 20_000
	tb.Turn()
	tb.Turn()
	tb.lane.In, tb.lane.Out = tb.lane.Out, nil
	tb.Turn()
	dir := t.TempDir() + "/new"
	r := tb.Report(Counters{})
	if err := r.Write(dir, tb.Latency()); err != nil {
		t.Fatal(err)
	}
	if r.Latency == nil || r.Latency.Count != int64(r.Counters.Returned) || len(r.Malformed) == 0 || math.Round(r.Reached) != 1e6 {
		t.Errorf("%+v", r)
	}
	wantFiles(t, dir, map[string]string{"report.json": `"schema": 1`, "latency.hgrm": "Percentile"})
	if err := r.Write("/dev/null/x", tb.Latency()); err == nil {
		t.Error("a directory that cannot be made")
	}
}
