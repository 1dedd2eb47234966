package report

import (
	"math"
	"strings"
	"testing"
)

func TestSummaryNamesWhatOneMustKnow(t *testing.T) {
	r := exampleRun(t)
	r.Results[1].Conditions = []Condition{{"tx = rx", false, "rx 5, tx 4"}}
	r.JudgeTargets()
	var b strings.Builder
	r.Print(&b)
	for _, want := range []string{
		"Example 7 Series, 8 CPUs, virtual machine", "does not count", "no yardstick", "missed by", "aim reached", "at most 2",
		"generator limit", "sim-NDR", "net_ring", "1024", "tx = rx: rx 5, tx 4", "0 lost", "59 reloads", "unchanged", "p99.9", "cycles per packet", "trials of 0.1 s, 0.5 s in all", "99.8 %",
	} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("no %q in\n%s", want, &b)
		}
	}
	if strings.Contains(b.String(), "\x1b") {
		t.Error("colours, but this is no terminal")
	}
	if !strings.Contains(paint(true).bad("x"), "\x1b[31mx") {
		t.Error("no colours for a terminal")
	}
}

func TestTargets(t *testing.T) {
	for _, c := range []struct {
		t    Target
		want string
		met  bool
	}{
		{Target{Least: 0.5, Aim: 0.8, Measured: 0.8, Counts: true}, "aim reached", true},
		{Target{Least: 0.5, Aim: 0.8, Measured: 0.5, Counts: true}, "reached", true},
		{Target{Least: 0.5, Aim: 0.8, Measured: 0.4, Counts: true}, "missed by 20 %", false},
		{Target{Least: 0.5, Aim: 0.8, Measured: 0.9}, "does not count", false},
		{Target{Least: 2, Aim: 0.5, Measured: 0.4, AtMost: true, Counts: true}, "aim reached", true},
		{Target{Least: 2, Aim: 0.5, Measured: 1.4, AtMost: true, Counts: true}, "reached", true},
		{Target{Least: 2, Aim: 0.5, Measured: 2.1, AtMost: true, Counts: true}, "missed", false},
	} {
		if got := c.t.Verdict(); got != c.want || c.t.Met() != c.met {
			t.Errorf("%+v: %q, met %v", c.t, got, c.t.Met())
		}
	}
	r := exampleRun(t)
	n := len(r.Targets)
	r.JudgeTargets()
	r.JudgeTargets()
	if len(r.Targets) != n || n != 6 {
		t.Errorf("%d targets, then %d", n, len(r.Targets))
	}
	r.Results[0].TooNoisy = true
	if r.JudgeTargets(); r.Targets[0].Counts {
		t.Error("a noisy measurement counts")
	}
}

func TestSetPairs(t *testing.T) {
	var r Result
	r.SetPairs([]float64{5e6, 6e6, 8e6}, []float64{10e6, 10e6, 10e6})
	if r.Mpps != 6 || r.YardstickMpps != 10 || r.Ratio != 0.6 || r.Samples != 3 || math.Abs(r.Spread-0.15/0.6) > 1e-9 || !r.TooNoisy {
		t.Errorf("%+v", r)
	}
	r = Result{}
	r.SetPairs([]float64{5e6, 5e6}, nil)
	if r.Mpps != 5 || r.Ratio != 0 || r.TooNoisy || r.YardstickMpps != 0 {
		t.Errorf("%+v", r)
	}
	if q := QuartilesOf(nil); q != (Quartiles{}) || q.Spread() != 0 {
		t.Errorf("%+v", q)
	}
	if q := QuartilesOf([]float64{4, 1, 3, 2}); q != (Quartiles{1.75, 2.5, 3.25}) {
		t.Errorf("%+v", q)
	}
}
