package daemon

import (
	"mire/engine"
	"mire/modules"
	"mire/modules/tarpit"
	"mire/modules/vrrp"
)

// chain is the configured modules, and those of them that need more than the
// packet path gives: a way in for the control plane.
type chain struct {
	names   []string
	modules []engine.Module
	passive []string       // accepted, not built yet
	tarpit  *tarpit.Module // nil when it is not in the chain
	vrrp    *vrrp.Module   // likewise
}

func newChain(names []string) (*chain, error) {
	list, err := modules.Chain(names)
	if err != nil {
		return nil, err
	}
	c := &chain{names: names, modules: list, passive: modules.Missing(names)}
	for _, m := range list {
		switch m := m.(type) {
		case *tarpit.Module:
			c.tarpit = m
		case *vrrp.Module:
			c.vrrp = m
		}
	}
	return c, nil
}
