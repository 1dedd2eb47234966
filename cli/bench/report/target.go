package report

import "fmt"

// Target is one line of what was promised.
type Target struct {
	Name     string  `json:"name"`    // "syn4, 1 worker, 1000 addresses"
	Against  string  `json:"against"` // the yardstick
	Unit     string  `json:"unit"`    // "ratio", "% CPU"
	Least    float64 `json:"least"`   // what must be reached
	Aim      float64 `json:"aim"`
	Measured float64 `json:"measured"`
	Spread   float64 `json:"spread,omitempty"`
	// AtMost: less is better, and Least is a ceiling.
	AtMost bool `json:"at_most,omitempty"`
	// Counts: the measurement fulfilled its conditions and was calm enough.
	Counts bool `json:"counts"`
}

// Reached tells whether what was measured is as good as limit.
func (t *Target) reached(limit float64) bool {
	if t.AtMost {
		return t.Measured <= limit
	}
	return t.Measured >= limit
}

// Met tells whether the target was reached by a measurement that counts.
func (t *Target) Met() bool { return t.Counts && t.reached(t.Least) }

// Verdict says it in words.
func (t *Target) Verdict() string {
	switch {
	case !t.Counts:
		return "does not count"
	case t.Aim != 0 && t.reached(t.Aim):
		return "aim reached"
	case t.reached(t.Least):
		return "reached"
	case t.Least == 0 || t.AtMost:
		return "missed"
	}
	return fmt.Sprintf("missed by %.0f %%", 100*(1-t.Measured/t.Least))
}

// JudgeTargets puts the targets that are set in Results in front of Targets,
// in place of those it put there before.
func (r *Run) JudgeTargets() {
	var list []Target
	for i := range r.Results {
		if x := &r.Results[i]; x.Target > 0 {
			list = append(list, Target{
				Name: x.name(), Against: x.Yardstick, Unit: "ratio", Least: x.Target, Aim: x.Aim,
				Measured: x.Ratio, Spread: x.Spread, Counts: x.Yardstick != "" && x.Counts() && !x.TooNoisy,
			})
		}
	}
	for _, t := range r.Targets {
		if t.Unit != "ratio" {
			list = append(list, t)
		}
	}
	r.Targets = list
}

// name tells a result from the others of a run.
func (r *Result) name() string {
	workers := "1 worker"
	if r.Workers != 1 {
		workers = fmt.Sprintf("%d workers", r.Workers)
	}
	s := fmt.Sprintf("%s, %s, %s", r.workload(), bytesText(r.Size, ""), workers)
	if r.Table > 0 {
		s += ", " + count(r.Table) + " addresses"
	}
	return s
}

// bytesText is a frame size for people.
func bytesText(size int, mix string) string {
	switch {
	case size > 0:
		return fmt.Sprintf("%d B", size)
	case mix != "":
		return mix
	}
	return "mixed"
}

// count is a number of things for people: 1 k, 10 M.
func count(n int) string {
	switch {
	case n >= 1e6 && n%1e6 == 0:
		return fmt.Sprintf("%d M", n/1e6)
	case n >= 1e3 && n%1e3 == 0:
		return fmt.Sprintf("%d k", n/1e3)
	}
	return fmt.Sprint(n)
}
