package arp

import "mire/engine"

var _ engine.Declarer = module{}

// Declare implements engine.Declarer.
func (module) Declare() engine.Declaration {
	return engine.Declaration{Reasons: reasons}
}
