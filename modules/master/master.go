// Package master is the gate of the chain: on a backup node nothing gets past
// it. What stands before it in the chain runs on every node, what stands
// behind it on the master only.
package master

import (
	"mire/dpdk/burst"
	"mire/engine"
	"mire/engine/config"
)

type module struct{}

// New makes the module `master`.
func New() engine.Module { return module{} }

// Name implements engine.Module.
func (module) Name() string { return "master" }

// Stage implements engine.Module.
func (module) Stage(w *engine.Worker) (engine.Stage, error) { return &stage{role: w.Role}, nil }

// stage is the gate on one worker.
type stage struct{ role *engine.Role }

var _ engine.Stage = (*stage)(nil)

// Process implements engine.Stage: a backup drops everything undecided.
func (s *stage) Process(b *burst.Burst) {
	if !s.role.Master() {
		b.DropAll(b.Undecided, burst.NotMaster)
	}
}

// Tick implements engine.Stage.
func (s *stage) Tick(*burst.Burst) {}

// Apply implements engine.Stage.
func (s *stage) Apply(*config.Snapshot) {}
