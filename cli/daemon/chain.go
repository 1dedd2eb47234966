package daemon

import (
	"mire/engine"
	"mire/engine/ha"
	"mire/engine/view"
	"mire/modules"
)

// chain is bngsync and the configured modules behind it.
type chain struct {
	chain   *engine.Chain
	passive []string   // accepted, not built yet
	ha      *ha.Module // ahead of the configured ones
}

func newChain(names []string) (*chain, error) {
	list, err := modules.Chain(names)
	if err != nil {
		return nil, err
	}
	c := &chain{ha: ha.New(), passive: modules.Missing(names)}
	c.chain = engine.NewChain(append([]engine.Module{c.ha}, list...))
	return c, nil
}

// declared are the declarations of a chain and of the modules that it lacks: what
// those show and do says that they do not run.
func declared(c *engine.Chain) []engine.Declaration {
	all := modules.All()
	list := make([]engine.Declaration, len(all.Modules))
	for i, name := range all.Names() {
		list[i] = all.Declarations[i]
		if k := c.Place(name); k >= 0 {
			list[i] = c.Declarations[k]
		}
	}
	return list
}

func views(c *engine.Chain) (list []view.View) {
	for _, d := range declared(c) {
		list = append(list, d.Views...)
	}
	return list
}

func controls(c *engine.Chain) (list []view.Command) {
	for _, d := range declared(c) {
		list = append(list, d.Commands...)
	}
	return list
}
