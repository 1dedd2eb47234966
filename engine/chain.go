package engine

import (
	"fmt"
	"slices"

	"mire/dpdk/burst"
)

// Chain is the modules of a node in the order in which a burst runs through
// them, and what they declare with the numbers that it dealt. It is made once,
// shared by all workers, and never changed.
type Chain struct {
	Modules      []Module
	Declarations []Declaration // of Modules, by index
	// Reasons are the engine's and, in the order of the chain, those of its
	// modules, by burst.Reason.
	Reasons []burst.ReasonInfo

	blocks []burst.Block // of Modules, by index
}

// NewChain makes a chain of modules and deals numbers to what they declare. It
// panics when they declare more than there are numbers for.
func NewChain(modules []Module) *Chain {
	c := &Chain{
		Modules: modules, Declarations: make([]Declaration, len(modules)),
		Reasons: slices.Clone(burst.Reasons[:]), blocks: make([]burst.Block, len(modules)),
	}
	for i, m := range modules {
		if d, ok := m.(Declarer); ok {
			c.Declarations[i] = d.Declare()
		}
		c.blocks[i] = burst.Block(len(c.Reasons))
		c.Reasons = append(c.Reasons, c.Declarations[i].Reasons...)
	}
	if len(c.Reasons) > burst.MaxReasons {
		panic(fmt.Sprintf("engine: %d reasons to drop: burst.MaxReasons is %d", len(c.Reasons), burst.MaxReasons))
	}
	return c
}

// Names are those of the modules, in order.
func (c *Chain) Names() []string {
	names := make([]string, len(c.Modules))
	for i, m := range c.Modules {
		names[i] = m.Name()
	}
	return names
}

// Place is the index of a module by its name, -1 when the chain lacks it.
func (c *Chain) Place(name string) int {
	return slices.IndexFunc(c.Modules, func(m Module) bool { return m.Name() == name })
}

// Reason is the reason of a name, as `mire show drops` prints it.
func (c *Chain) Reason(name string) (r burst.Reason, known bool) {
	i := slices.IndexFunc(c.Reasons, func(r burst.ReasonInfo) bool { return r.Name == name })
	return burst.Reason(max(i, 0)), i >= 0
}

// block is where the reasons of a module begin: behind all others for one that is
// not of the chain, which only a stage that a test makes by hand is not.
func (c *Chain) block(m Module) burst.Block {
	if c == nil {
		return burst.Block(burst.NumReasons)
	}
	if i := slices.Index(c.Modules, m); i >= 0 {
		return c.blocks[i]
	}
	return burst.Block(len(c.Reasons))
}
