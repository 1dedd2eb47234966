package ha

import (
	"mire/engine"
	"mire/engine/metric"
)

var _ engine.Declarer = (*Module)(nil)

// Declare implements engine.Declarer.
func (m *Module) Declare() engine.Declaration {
	return engine.Declaration{Reasons: drops, Views: m.views(), Metrics: []metric.Source{m.metrics()}}
}
