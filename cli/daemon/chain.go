package daemon

import (
	"mire/engine"
	"mire/engine/ha"
	"mire/modules"
	"mire/modules/tarpit"
	"mire/modules/vrrp"
)

// chain is bngsync and the configured modules behind it, and those of them that need more than the
// packet path gives: a way in for the control plane.
type chain struct {
	names   []string
	chain   *engine.Chain
	passive []string       // accepted, not built yet
	tarpit  *tarpit.Module // nil when it is not in the chain
	vrrp    *vrrp.Module   // likewise
	ha      *ha.Module     // always there, ahead of the configured ones
}

func newChain(names []string) (*chain, error) {
	list, err := modules.Chain(names)
	if err != nil {
		return nil, err
	}
	c := &chain{ha: ha.New(), passive: modules.Missing(names)}
	c.names = append([]string{c.ha.Name()}, names...)
	c.chain = engine.NewChain(append([]engine.Module{c.ha}, list...))
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
