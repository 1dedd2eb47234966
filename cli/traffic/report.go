package traffic

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"
)

// Report is what one run of a generator came to.
type Report struct {
	Schema  int      `json:"schema"` // 1
	Spec    Spec     `json:"spec"`
	Port    string   `json:"port"`
	Seconds float64  `json:"seconds"` // in which it was to send, by the burst's clock
	Notes   []string `json:"notes,omitempty"`
	// Wanted is the rate asked for, frames per second: Unlimited or Original
	// too. Reached is what the generator made, Taken what the wire took.
	Wanted  float64 `json:"wanted_pps"`
	Reached float64 `json:"reached_pps"`
	Taken   float64 `json:"taken_pps"`

	Counters  Counters          `json:"counters"`
	Malformed map[string]uint64 `json:"malformed,omitempty"`
	Streams   []StreamCounters  `json:"streams"`
	Latency   *Percentiles      `json:"latency_ns,omitempty"`
}

// Percentiles of a histogram in nanoseconds.
type Percentiles struct {
	Count int64   `json:"count"`
	Min   int64   `json:"min"`
	Mean  float64 `json:"mean"`
	P50   int64   `json:"p50"`
	P90   int64   `json:"p90"`
	P99   int64   `json:"p99"`
	P999  int64   `json:"p99_9"`
	Max   int64   `json:"max"`
}

// PercentilesOf reads a histogram; nil when it is empty.
func PercentilesOf(h *hdrhistogram.Histogram) *Percentiles {
	if h.TotalCount() == 0 {
		return nil
	}
	return &Percentiles{h.TotalCount(), h.Min(), h.Mean(), h.ValueAtQuantile(50), h.ValueAtQuantile(90),
		h.ValueAtQuantile(99), h.ValueAtQuantile(99.9), h.Max()}
}

// String is the percentiles for people.
func (p *Percentiles) String() string {
	d := func(ns int64) time.Duration { return time.Duration(ns).Round(10 * time.Nanosecond) }
	return fmt.Sprintf("p50 %v, p90 %v, p99 %v, p99.9 %v, max %v", d(p.P50), d(p.P90), d(p.P99), d(p.P999), d(p.Max))
}

// Report makes one of what was counted since an earlier copy of the counters.
func (g *Generator) Report(since Counters) *Report {
	c := g.Counters().Since(since)
	r := &Report{Schema: 1, Spec: g.prog.spec, Notes: g.prog.notes, Wanted: g.Rate(), Seconds: float64(c.Active) / 1e9,
		Counters: c, Streams: g.Streams(), Latency: PercentilesOf(g.Latency())}
	if c.Active > 0 {
		r.Reached = float64(c.Made) / r.Seconds
		r.Taken = float64(c.Sent) / r.Seconds
	}
	for f, n := range c.Faults {
		if n > 0 {
			if r.Malformed == nil {
				r.Malformed = map[string]uint64{}
			}
			r.Malformed[Fault(f).String()] = n
		}
	}
	return r
}

// tolerance is the share of its rate that a generator may miss before it says
// that it did not reach it.
const tolerance = 0.01

// Shortfall says in one sentence that the generator itself did not reach its
// rate; "" when it did. strict forgives nothing, not even what the wire did not
// take.
func (r *Report) Shortfall(strict bool) string {
	c := &r.Counters
	asked := float64(c.Offered) / max(r.Seconds, 1e-9)
	short := float64(c.Late+c.Due()) > tolerance*float64(c.Offered) && c.Late+c.Due() > leastBacklog
	switch {
	case short || strict && c.Late > 0:
		return fmt.Sprintf("generator reached %.0f of %.0f pps: %d frames were not made in time; this is its limit, not that of what it sends to", r.Reached, asked, c.Late)
	case strict && c.Missed > 0:
		return fmt.Sprintf("the wire did not take %d of %d frames", c.Missed, c.Made+c.Answers)
	}
	return ""
}

// Write puts report.json and, when there are latencies, latency.hgrm into a
// directory, which it makes. The latter is in microseconds, as the plotter of
// HdrHistogram reads it.
func (r *Report) Write(dir string, h *hdrhistogram.Histogram) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	text, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(dir, "report.json"), append(text, '\n'), 0o644); err != nil {
		return err
	}
	if r.Latency == nil {
		return nil
	}
	f, err := os.Create(filepath.Join(dir, "latency.hgrm"))
	if err != nil {
		return err
	}
	if _, err = h.PercentilesPrint(f, 5, 1000); err != nil {
		f.Close()
		return err
	}
	return f.Close()
}
