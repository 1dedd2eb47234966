package tarpit

import (
	"slices"

	"mire/engine"
	"mire/modules/tarpit/stateless"
)

var _ engine.Declarer = (*Module)(nil)

// Declare implements engine.Declarer.
func (*Module) Declare() engine.Declaration {
	return engine.Declaration{
		Reasons: slices.Concat(reasons, stateless.Reasons),
	}
}
