package vrrp

import (
	"mire/engine"
	"mire/engine/metric"
	"mire/engine/view"
)

var _ engine.Declarer = (*Module)(nil)

// Declare implements engine.Declarer.
func (m *Module) Declare() engine.Declaration {
	return engine.Declaration{Reasons: reasons, Views: []view.View{m.view()}, Metrics: []metric.Source{m.metrics()}}
}
