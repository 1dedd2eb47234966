package vrrp

import "mire/engine"

var _ engine.Declarer = (*Module)(nil)

// Declare implements engine.Declarer.
func (*Module) Declare() engine.Declaration {
	return engine.Declaration{Reasons: reasons}
}
