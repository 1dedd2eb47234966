package engine

import (
	"mire/dpdk/burst"
	"mire/engine/metric"
	"mire/engine/view"
)

// Declaration is everything that a module brings to a node beside its stage.
// Whoever prints, counts, logs or configures takes it from here, so that no
// list elsewhere names a module.
type Declaration struct {
	// Views are the subjects of `mire show` that the module brings, Commands those of
	// `mire ctl`.
	Views    []view.View
	Commands []view.Command
	// Reasons are why the module drops frames, by its own numbers (burst.Own).
	Reasons []burst.ReasonInfo
	// Metrics are what the module counts. They are read, from any goroutine, only
	// while the module runs.
	Metrics []metric.Source
}

// Declarer is a module that brings more than its stage.
type Declarer interface {
	// Declare returns what the module brings. It is called for a module that runs
	// as well as for one that is only asked, as `mire check` and `--help` do: it
	// must need nothing of a node.
	Declare() Declaration
}
