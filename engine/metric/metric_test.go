package metric

import (
	"encoding/json"
	"testing"
)

type counted struct {
	frames, bytes uint64
	up            bool
}

func source(c *counted, there *bool) Source {
	return From(func(int64) (counted, bool) { return *c, *there },
		NewCounter("mire_frames_total", "frames", func(c *counted) uint64 { return c.frames }),
		NewGauge("mire_up", "whether it is up", func(c *counted) float64 { return Bool(c.up) }),
		New(Counter, "mire_bytes_total", "port,way", "bytes", func(c *counted, s *Sink) {
			s.Put(float64(c.bytes), "eth0", "in")
			s.Put(1, "eth0", "out")
		}),
		New(Histogram, "mire_lag_seconds", "", "lag", func(c *counted, s *Sink) {
			s.PutHistogram(4, 2.5, []Bucket{{0.001, 1}, {0.5, 3}})
		}))
}

// One walk has every number with its labels, in the order of the names.
func TestSeriesAreAllNumbersByName(t *testing.T) {
	var r Registry
	c, there := counted{7, 1 << 40, true}, true
	r.Add(source(&c, &there), From(Always(func() int { return 3 }),
		New(Counter, "mire_bytes_total", "port,way", "bytes", func(n *int, s *Sink) { s.Put(float64(*n), "eth1", "in") })))
	got, err := json.Marshal(r.Series(0))
	if err != nil {
		t.Fatal(err)
	}
	want := `[{"name":"mire_bytes_total","kind":"counter","help":"bytes","labels":{"port":"eth0","way":"in"},"value":1099511627776},` +
		`{"name":"mire_bytes_total","kind":"counter","help":"bytes","labels":{"port":"eth0","way":"out"},"value":1},` +
		`{"name":"mire_bytes_total","kind":"counter","help":"bytes","labels":{"port":"eth1","way":"in"},"value":3},` +
		`{"name":"mire_frames_total","kind":"counter","help":"frames","labels":{},"value":7},` +
		`{"name":"mire_lag_seconds_bucket","kind":"histogram","help":"lag","labels":{"le":"0.001"},"value":1},` +
		`{"name":"mire_lag_seconds_bucket","kind":"histogram","help":"lag","labels":{"le":"0.5"},"value":3},` +
		`{"name":"mire_lag_seconds_bucket","kind":"histogram","help":"lag","labels":{"le":"+Inf"},"value":4},` +
		`{"name":"mire_lag_seconds_sum","kind":"histogram","help":"lag","labels":{},"value":2.5},` +
		`{"name":"mire_lag_seconds_count","kind":"histogram","help":"lag","labels":{},"value":4},` +
		`{"name":"mire_up","kind":"gauge","help":"whether it is up","labels":{},"value":1}]`
	if string(got) != want {
		t.Errorf("%s\nwant\n%s", got, want)
	}
	if there = false; len(r.Series(0)) != 1 || len(r.Descs()) != 4 {
		t.Errorf("%v: what is not there has a value, or is not declared", r.Series(0))
	}
}

func TestMistakesOfADeclarationPanic(t *testing.T) {
	var r Registry
	c, there := counted{}, true
	r.Add(source(&c, &there))
	panics := func(name string, f func()) {
		t.Helper()
		defer func() {
			if recover() == nil {
				t.Errorf("%s does not panic", name)
			}
		}()
		f()
	}
	panics("another kind", func() {
		r.Add(From(Always(func() int { return 0 }), NewCounter("mire_up", "whether it is up", func(*int) uint64 { return 0 })))
	})
	panics("a label too few", func() {
		var r Registry
		r.Add(From(Always(func() int { return 0 }), New(Gauge, "mire_x", "a,b", "", func(_ *int, s *Sink) { s.Put(1, "a") })))
		r.Walk(0, func(*Desc, *Sample) {})
	})
}
