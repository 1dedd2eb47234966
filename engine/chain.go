package engine

// Chain is the modules of a node in the order in which a burst runs through
// them. It is made once, shared by all workers, and never changed.
type Chain struct {
	Modules      []Module
	Declarations []Declaration // of Modules, by index
}

// NewChain makes a chain of modules and takes what they declare.
func NewChain(modules []Module) *Chain {
	c := &Chain{Modules: modules, Declarations: make([]Declaration, len(modules))}
	for i, m := range modules {
		if d, ok := m.(Declarer); ok {
			c.Declarations[i] = d.Declare()
		}
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
