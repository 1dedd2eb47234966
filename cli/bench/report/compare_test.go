package report

import (
	"strings"
	"testing"
)

// with is a result with a ratio and the half distance of its quartiles.
func with(workload string, ratio, half float64) Result {
	return Result{Workload: workload, Workers: 1, Size: 64, Yardstick: "testpmd 5tswap", Ratio: ratio,
		RatioQuartiles: Quartiles{ratio - half, ratio, ratio + half}, Spread: 2 * half / ratio}
}

func verdictOf(a, b Result) Verdict {
	return Compare(&Run{Results: []Result{a}}, &Run{Results: []Result{b}}).Rows[0].Verdict
}

func TestRegressionIsAFallBeyondBothSpreads(t *testing.T) {
	for _, c := range []struct {
		a, b Result
		want Verdict
	}{
		{with("syn4", 0.60, 0.03), with("syn4", 0.56, 0.04), Same}, // 0.04 < 0.05
		{with("syn4", 0.60, 0.03), with("syn4", 0.54, 0.04), Regression},
		{with("syn4", 0.60, 0.03), with("syn4", 0.66, 0.04), Better},
		{with("syn4", 0.60, 0), with("syn4", 0.5999, 0), Regression},
	} {
		if got := verdictOf(c.a, c.b); got != c.want {
			t.Errorf("%.3f -> %.3f: %s, want %s", c.a.Ratio, c.b.Ratio, got, c.want)
		}
	}
}

func TestWhatDoesNotCountIsNoVerdict(t *testing.T) {
	broken := with("syn4", 0.3, 0.01)
	broken.Conditions = []Condition{{Name: "tx = rx"}}
	if v := verdictOf(with("syn4", 0.6, 0.01), broken); v != Unsure {
		t.Error(v)
	}
	alone := with("syn4", 0, 0)
	alone.Yardstick = ""
	if v := verdictOf(alone, alone); v != Unsure {
		t.Error(v)
	}
	noisy := with("syn4", 0.62, 0.2)
	noisy.TooNoisy = true
	if v := verdictOf(with("syn4", 0.6, 0.01), noisy); v != Unsure {
		t.Error(v)
	}
}

func TestCompareSaysWhatIsMissingOrDifferent(t *testing.T) {
	a := &Run{Schema: Schema, Profile: "quick", Environment: Environment{CPU: "one"}, Results: []Result{with("syn4", 0.6, 0.01), with("echo", 0.7, 0.01)}}
	b := &Run{Schema: Schema, Profile: "full", Environment: Environment{CPU: "two"}, Results: []Result{with("syn4", 0.5, 0.01), with("udp", 0.7, 0.01)}}
	c := Compare(a, b)
	if !c.Regressed() || c.Complete() || len(c.Rows) != 3 {
		t.Errorf("%+v", c)
	}
	var text strings.Builder
	c.Print(&text)
	for _, want := range []string{"-16.7 %", "REGRESSION", "missing", "new", `"one, 0 CPUs" before, "two, 0 CPUs" after`, `profile: "quick" before`} {
		if !strings.Contains(text.String(), want) {
			t.Errorf("no %q in\n%s", want, &text)
		}
	}
	if c := Compare(a, a); c.Regressed() || !c.Complete() || len(c.Doubts) != 0 {
		t.Errorf("against itself: %+v", c)
	}
}
