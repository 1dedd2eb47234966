package bench

import (
	"testing"

	"mire/cli/bench/report"
)

func TestGoalsBelongToTheirCases(t *testing.T) {
	for _, c := range []struct {
		workload, yardstick  string
		workers, size, table int
		least, aim           float64
	}{
		{"syn4", "5tswap", 1, 64, 1000, 0.55, 0.80},
		{"syn4", "csum", 1, 64, 1000, 1.4, 2.0},
		{"syn4", "5tswap", 1, 64, 10_000_000, 0.42, 0.55},
		{"syn4", "5tswap", 1, 64, 1_000_000, 0, 0},
		{"syn4", "5tswap", 1, 512, 1000, 0, 0},
		{"syn4", "5tswap", 1, IMIX, 1000, 0, 0},
		{"syn6", "5tswap", 1, 82, 1000, 0.43, 0.60},
		{"forward", "io", 1, 64, 1000, 0.75, 0.95},
		{"forward", "macswap", 1, 64, 1000, 0, 0},
		{"syn4", "5tswap", 2, 64, 1000, 0.50, 0.70},
		{"syn4", "5tswap", 3, 64, 1000, 0, 0},
		{"echo", "icmpecho", 1, 64, 1000, 0, 0},
	} {
		w, err := Find(c.workload)
		if err != nil {
			t.Fatal(err)
		}
		k, r := Case{w, c.workers, c.size, c.table, w.Yardsticks}, report.Result{}
		if k.aim(&r, c.yardstick); r.Target != c.least || r.Aim != c.aim {
			t.Errorf("%v to %s: at least %v, aim %v", &k, c.yardstick, r.Target, r.Aim)
		}
	}
}

func TestStampCostIsTakenOut(t *testing.T) {
	// 50 ns with random targets; 22 and 20 ns with and without stamping.
	r := round{{Rate: 20e6, Share: 1}, {Rate: 50e6, Share: 1}, {Rate: 1e9 / 22, Share: 1}, {Rate: 1e9 / 40, Share: 0.5}}
	x := report.Result{Mpps: 20, Ratio: 0.4}
	const want = "costs 2.0 ns a frame here and testpmd nothing: without it the ratio would be 0.417"
	if s := stampNote([]round{r, r, r}, 1, &x); len(s) < len(want) || s[len(s)-len(want):] != want {
		t.Errorf("%s", s)
	}
}
