package tarpit

import (
	"fmt"

	"mire/engine"
)

var _ engine.Explainer = (*stage)(nil)

// answering is what the stage answers beside TCP, by the counter that tells of it.
var answering = [...]struct {
	counter Counter
	rule    string
}{
	{Answers, "answers for a captured address"},
	{Echoes, "echo reply of a captured address"},
	{Strays, "passed on to the owner of a released address"},
}

// Follow implements engine.Explainer: the row of the table of TCP rules, or
// which other answer it was.
func (s *stage) Follow() func() string {
	used := s.rules.Follow()
	var before [NumCounters]uint64
	s.total(&before)
	return func() string {
		if row, ok := used(); ok {
			return fmt.Sprintf("tarpit row %v: %s", row, row.Help())
		}
		var after [NumCounters]uint64
		s.total(&after)
		for _, a := range answering {
			if after[a.counter] != before[a.counter] {
				return a.rule
			}
		}
		return ""
	}
}

// total adds up the counters of all networks.
func (s *stage) total(sum *[NumCounters]uint64) {
	for i := range s.nets {
		for c, n := range s.nets[i].own[:NumCounters] {
			sum[c] += n
		}
	}
}
