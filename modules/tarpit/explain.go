package tarpit

import (
	"fmt"

	"mire/engine"
)

var _ engine.Explainer = (*stage)(nil)

// Follow implements engine.Explainer: the row of the table of TCP rules.
func (s *stage) Follow() func() string {
	used := s.rules.Follow()
	return func() string {
		if row, ok := used(); ok {
			return fmt.Sprintf("tarpit row %v: %s", row, row.Help())
		}
		return ""
	}
}
