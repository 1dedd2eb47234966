package ha

import (
	"encoding/json"
	"time"

	"mire/cli/bench/report"
)

// Schema versions the JSON of a Result.
const Schema = "mire bench ha 1"

// Result is what a run found.
type Result struct {
	Schema      string             `json:"schema"`
	Started     time.Time          `json:"started"`
	Took        time.Duration      `json:"took_ns"`
	Environment report.Environment `json:"environment"`
	// Conditions are lines: how it was measured, and what was left out.
	Conditions []string   `json:"conditions"`
	Losses     []Loss     `json:"losses,omitempty"`
	Lag        *Lag       `json:"lag,omitempty"`
	Bulk       *Bulk      `json:"bulk,omitempty"`
	Crashes    *Crashes   `json:"crashes,omitempty"`
	Handovers  *Handovers `json:"handovers,omitempty"`
	// Switchovers are those with loss, there and back.
	Switchovers *Handovers `json:"switchovers,omitempty"`
	Jitter      []Jitter   `json:"jitter,omitempty"`
}

// Loss is how the master of one side was lost in one way, again and again.
type Loss struct {
	Side    string        `json:"side"`
	Advert  time.Duration `json:"advert_ns"`
	Cause   Cause         `json:"cause"`
	Formula time.Duration `json:"formula_ns"`
	Gaps    []Gap         `json:"gaps"`
	// Disturbed are those of runs in which the client had no CPU for a while; they
	// were made again and count nowhere.
	Disturbed []Gap `json:"disturbed,omitempty"`
	// Failed says why runs have no gap.
	Failed []string `json:"failed,omitempty"`
}

// millis are one measure of all gaps, milliseconds.
func (l *Loss) millis(of func(*Gap) time.Duration) []float64 {
	out := make([]float64, len(l.Gaps))
	for i := range l.Gaps {
		out[i] = float64(of(&l.Gaps[i])) / float64(time.Millisecond)
	}
	return out
}

func gapOf(g *Gap) time.Duration    { return g.Gap }
func sinceOf(g *Gap) time.Duration  { return g.Since }
func advertOf(g *Gap) time.Duration { return g.Advert }

// Limit is the formula and what is allowed beyond it.
func (l *Loss) Limit() time.Duration { return l.Formula + allowance }

// Within counts the gaps that are not above Limit. A failed run is in no count.
func (l *Loss) Within() (n int) {
	for i := range l.Gaps {
		if l.Gaps[i].Gap <= l.Limit() {
			n++
		}
	}
	return n
}

// pause is the longest one of the client within a gap, nanoseconds.
func (l *Loss) pause() (longest int64) {
	for i := range l.Gaps {
		longest = max(longest, int64(l.Gaps[i].Pause))
	}
	return longest
}

// Runs is how many there were, failed ones too.
func (l *Loss) Runs() int { return len(l.Gaps) + len(l.Failed) }

// Encode is the result as JSON.
func (r *Result) Encode() ([]byte, error) {
	b, err := json.MarshalIndent(r, "", "  ")
	return append(b, '\n'), err
}
