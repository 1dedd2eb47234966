// Package modules is the chain: which modules there are and in which order a
// burst runs through them.
package modules

import (
	"fmt"
	"strings"

	"mire/engine"
	"mire/engine/config"
	"mire/engine/ha"
	"mire/modules/arp"
	"mire/modules/example"
	"mire/modules/master"
	"mire/modules/ping"
	"mire/modules/tarpit"
	"mire/modules/vrrp"
)

// link is one place in the chain.
type link struct {
	name string
	make func() engine.Module // nil: not built yet
}

// links is THE order. Each module must stand before those whose frames it
// takes: the own addresses first, then the gate, then what only a master does.
var links = [...]link{
	{"example", func() engine.Module { return example.New() }},
	{"vrrp", func() engine.Module { return vrrp.New() }},
	{"arp", arp.New},
	{"ping", ping.New},
	{"hc", nil},
	{"master", master.New},
	{"tarpit", func() engine.Module { return tarpit.New() }},
	{"slb", nil},
	{"tnat", nil},
	{"nat", nil},
	{"rt", nil},
}

// The language knows the chain from here.
func init() { config.DeclareChain(Order()) }

// Order is the names of all modules in the order of the chain.
func Order() []string {
	names := make([]string, len(links))
	for i := range links {
		names[i] = links[i].name
	}
	return names
}

// Missing are those of the names that are accepted in the chain but not built
// yet: they pass every frame on. The daemon says so once at start.
func Missing(names []string) (missing []string) {
	for _, n := range names {
		if i := place(n); i >= 0 && links[i].make == nil {
			missing = append(missing, n)
		}
	}
	return missing
}

// Chain makes the modules of the given names, which must be a subset of Order
// in that order, as Snapshot.Modules is. An error names the word and its place.
func Chain(names []string) ([]engine.Module, error) {
	chain := make([]engine.Module, 0, len(names))
	last := -1
	for _, name := range names {
		i := place(name)
		switch {
		case i < 0:
			return nil, fmt.Errorf("modules: no module %q: the chain is %s", name, strings.Join(Order(), ","))
		case i == last:
			return nil, fmt.Errorf("modules: %q stands twice in the chain: name it once", name)
		case i < last:
			return nil, fmt.Errorf("modules: %q must stand before %q: the order is %s", name, links[last].name, strings.Join(Order(), ","))
		}
		last = i
		if links[i].make == nil {
			chain = append(chain, absent(name))
		} else {
			chain = append(chain, links[i].make())
		}
	}
	return chain, nil
}

// All is bngsync and everything that is built: what it declares is all that modules
// declare.
func All() *engine.Chain {
	list, err := Chain(Order())
	if err != nil {
		panic(err) // the order is in order
	}
	return engine.NewChain(append([]engine.Module{ha.New()}, list...))
}

// place is the index of a name in links, or -1.
func place(name string) int {
	for i := range links {
		if links[i].name == name {
			return i
		}
	}
	return -1
}

// absent is a module that is not built yet. It has no stage, so that it costs
// a frame nothing.
type absent string

// Name implements engine.Module.
func (a absent) Name() string { return string(a) }

// Stage implements engine.Module; the worker leaves a nil stage out.
func (absent) Stage(*engine.Worker) (engine.Stage, error) { return nil, nil }
