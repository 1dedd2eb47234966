package stateless

import (
	"testing"

	"mire/engine/config"
)

// The largest rates that the parser admits are the rates of the buckets.
func TestRatesAreTakenAsConfigured(t *testing.T) {
	limits := map[string]Limit{"tarpitsynrate": Opening, "tarpitreplyrate": Source}
	for _, p := range config.Params() {
		l, is := limits[p.Name]
		if !is {
			continue
		}
		delete(limits, p.Name)
		var g budget
		g.apply(&config.Settings{SynBudget: p.Max, ReplyRate: p.Max})
		if b := &g.limits[l]; int(b.Rate) != p.Max || int(b.Burst) != 2*p.Max {
			t.Errorf("%s: %d a second, burst %d, configured %d", p.Name, b.Rate, b.Burst, p.Max)
		}
	}
	if len(limits) > 0 {
		t.Errorf("no such parameters: %v", limits)
	}
}
