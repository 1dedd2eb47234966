package tarpit

import (
	"slices"

	"mire/engine"
	"mire/engine/metric"
	"mire/modules/tarpit/stateless"
)

var _ engine.Declarer = (*Module)(nil)

// Declare implements engine.Declarer.
func (m *Module) Declare() engine.Declaration {
	return engine.Declaration{
		Views: m.views(), Commands: m.control(),
		Reasons: slices.Concat(reasons, stateless.Reasons),
		Metrics: []metric.Source{m.metrics()},
	}
}
