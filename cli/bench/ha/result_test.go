package ha

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"mire/cli/bench/report"
)

// sample is a result with something of everything.
func sample() *Result {
	gaps := func(ms ...int) (out []Gap) {
		for _, v := range ms {
			d := time.Duration(v) * time.Millisecond
			out = append(out, Gap{Gap: d, Since: d, Advert: d + 10*time.Millisecond, Lost: v})
		}
		return out
	}
	const advert = 20 * time.Millisecond
	loss := func(side string, c Cause, g []Gap) Loss {
		return Loss{Side: side, Advert: advert, Cause: c, Formula: c.Formula(advert), Gaps: g}
	}
	return &Result{Schema: Schema, Started: time.Unix(0, 0), Environment: report.Environment{CPU: "some CPU", Kernel: "6", DPDK: "DPDK", Go: "go"}, Conditions: []string{"of a test"},
		Losses: []Loss{loss("mire", Kill, gaps(60, 70, 92)), loss("keepalived", Kill, gaps(61, 75, 93)), loss("mire", Stop, gaps(12, 13))},
		Lag:    &Lag{Percentiles: Percentiles{Count: 9, P50: 1e6, P99: 20e6, P999: 21e6, Max: 22e6}, Rate: 1e5, HadCPU: []float64{99, 98}},
		Bulk:   &Bulk{Entries: 1_000_000, Arrived: 1_000_000, Took: time.Second, Complete: true, Rate: 1e4, HadCPU: []float64{99, 98}},
		Crashes: &Crashes{Loss: 0.01, Rate: 1e5, Runs: []Crash{{Changes: 10, Missing: 2, Oldest: 300 * time.Millisecond},
			{Changes: 10, Missing: 1, Oldest: 999 * time.Millisecond}}},
		Handovers:   &Handovers{Rate: 1e5, Runs: []time.Duration{time.Millisecond}},
		Switchovers: &Handovers{Loss: 0.02, Rate: 200, Runs: []time.Duration{time.Millisecond, time.Millisecond}},
		Jitter: []Jitter{{Name: "100 %", Percentiles: Percentiles{Count: 9, P999: 4e6}, Interval: advert, HadCPU: []float64{99, 98}},
			{Name: "200 %", Overload: true, Percentiles: Percentiles{Count: 9, P999: 9e8}, Elections: 4, HadCPU: []float64{50, 98}}},
	}
}

func TestPromises(t *testing.T) {
	if r := sample(); !r.Kept() {
		t.Errorf("%+v", r.Promises())
	}
	for name, spoil := range map[string]func(*Result){
		"a gap":         func(r *Result) { r.Losses[0].Gaps[1].Gap = 93 * time.Millisecond },
		"a failed run":  func(r *Result) { r.Losses[0].Failed = []string{"nobody took over"} },
		"no run":        func(r *Result) { r.Losses[2].Gaps = nil },
		"lag":           func(r *Result) { r.Lag.P99++ },
		"lag, unseen":   func(r *Result) { r.Lag.Unseen = 1 },
		"bulk":          func(r *Result) { r.Bulk.Took = 1001 * time.Millisecond },
		"bulk, unequal": func(r *Result) { r.Bulk.Complete = false },
		"crash":         func(r *Result) { r.Crashes.Runs[1].Old = 1 },
		"handover":      func(r *Result) { r.Handovers.Lost = 1 },
		"given up":      func(r *Result) { r.Handovers.Failed = []string{"late"} },
		"one of many":   func(r *Result) { r.Switchovers.Failed = []string{"late"} },
		"jitter":        func(r *Result) { r.Jitter[0].P999 = 5e6 },
		"election":      func(r *Result) { r.Jitter[0].Elections = 1 },
		"nothing":       func(r *Result) { *r = Result{} },
	} {
		r := sample()
		if spoil(r); r.Kept() {
			t.Errorf("%s: all promises are kept: %+v", name, r.Promises())
		}
	}
	// keepalived is a yardstick, overload stands beside: neither is promised.
	r := sample()
	r.Losses[1].Gaps[0].Gap = time.Minute
	r.Jitter[1].Elections = 99
	if !r.Kept() {
		t.Errorf("%+v", r.Promises())
	}
}

func TestTable(t *testing.T) {
	r := sample()
	r.Losses[2].Failed = []string{"it did not start"}
	r.Losses[1].Gaps[2].Pause = 7 * time.Millisecond
	r.Losses[1].Disturbed = make([]Gap, 2)
	var b strings.Builder
	r.Print(&b)
	for _, want := range []string{"- of a test", "3 of 3", "2 of 3", "65.0 - 81.0", "68.0 - 84.0", "72.2", "mire, SIGTERM at 20ms failed: it did not start",
		"keepalived, kill -9 at 20ms: the client itself had no CPU for up to 7.00 ms",
		"keepalived, kill -9 at 20ms: 2 runs made again",
		"gap <= 92.2 ms", "1M entries/s", "oldest missing: 999ms", "4 elections", "what", "promise", "met?", "NO"} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("%q is missing:\n%s", want, b.String())
		}
	}
	for line := range strings.Lines(b.String()) {
		if strings.HasSuffix(line, " \n") {
			t.Errorf("blanks at the end of %q", line)
		}
	}
}

func TestReportIsWrittenWhole(t *testing.T) {
	dir := t.TempDir()
	paths, err := Write(dir, sample())
	if err != nil || len(paths) != len(Files) {
		t.Fatalf("%q, %v", paths, err)
	}
	var r Result
	b, err := os.ReadFile(filepath.Join(dir, ResultFile))
	if err == nil {
		err = json.Unmarshal(b, &r)
	}
	if err != nil || r.Schema != Schema || len(r.Losses) != 3 || r.Losses[0].Gaps[2].Gap != 92*time.Millisecond || r.Bulk.PerSecond() != 1e6 {
		t.Errorf("%+v, %v", r, err)
	}
	for name, head := range map[string]string{PlotFile: "<?xml", PictureFile: "\x89PNG", SummaryFile: "some CPU"} {
		b, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil || len(b) < 200 || !strings.HasPrefix(string(b), head) {
			t.Errorf("%s: %d bytes, %v", name, len(b), err)
		}
	}
	// Without failovers there is no picture.
	if paths, err := Write(t.TempDir(), &Result{Schema: Schema}); err != nil || len(paths) != 2 {
		t.Errorf("%q, %v", paths, err)
	}
}

func TestOptions(t *testing.T) {
	for want, o := range map[string]Options{
		`no profile "fast"`:   {Profile: "fast"},
		`no part "lag"`:       {Profile: "quick", Parts: []Part{"lag"}},
		"-1 runs":             {Profile: "quick", Runs: -1},
		"every 25ms":          {Profile: "quick", Binary: "m", Intervals: []time.Duration{25 * time.Millisecond}},
		"every 41s":           {Profile: "quick", Binary: "m", Intervals: []time.Duration{41 * time.Second}},
		"load for 2h0m0s":     {Profile: "quick", Load: 2 * time.Hour},
		"a rate of -1":        {Profile: "quick", Rate: -1},
		"mire is not known":   {Profile: "quick"},
		"5000000 entries: 1 ": {Profile: "full", Binary: "m", Entries: 5_000_000},
	} {
		if err := o.Check(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
		}
	}
	o := Options{Profile: "full", Binary: "m"}
	if err := o.Check(); err != nil || o.Runs != 50 || len(o.Intervals) != 3 || o.Load != 10*time.Minute || len(o.sides()) != 1 {
		t.Errorf("%+v, %v", o, err)
	}
	if least := 50 * 3609 * time.Millisecond; o.estimate() < least {
		t.Errorf("50 failovers at 1 s in %v", o.estimate())
	}
}
