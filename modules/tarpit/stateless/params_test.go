package stateless

import (
	"testing"

	"mire/engine/config"
)

// The largest rate that the parser admits is the rate of the bucket.
func TestSYNRateIsTakenAsConfigured(t *testing.T) {
	found := false
	for _, p := range config.Params() {
		if p.Name != "tarpitsynrate" {
			continue
		}
		found = true
		var g budget
		g.set(p.Max, 2*p.Max)
		if rate := int(g.step) * passesASecond / token; rate != p.Max || int(g.limit) != 2*p.Max*token {
			t.Errorf("%d a second, burst %d, configured %d", rate, g.limit/token, p.Max)
		}
	}
	if !found {
		t.Error("no such parameter")
	}
}
