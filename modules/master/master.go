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
func (m module) Stage(w *engine.Worker) (engine.Stage, error) {
	return &stage{role: w.Role, reasons: w.Reasons(m), stale: !w.Role.Master()}, nil
}

// stage is the gate on one worker.
type stage struct {
	role    *engine.Role
	reasons burst.Block
	// stale: the receive queues still hold frames from before this node became
	// master; whoever sent them may have had its answer from the other node.
	stale bool
}

var _ engine.Stage = (*stage)(nil)

// Process implements engine.Stage: a backup drops everything undecided, and a
// new master what waited in its queues: until a poll that does not fill a burst.
func (s *stage) Process(b *burst.Burst) {
	if s.role.Master() {
		if !s.stale {
			return
		}
		s.stale = b.N == burst.Size
	} else {
		s.stale = true
	}
	b.DropAll(b.Undecided, s.reasons.Of(dropNotMaster))
}

// Tick implements engine.Stage: where no frames came none are waiting.
func (s *stage) Tick(b *burst.Burst) {
	if s.stale && b.N == 0 && s.role.Master() {
		s.stale = false
	}
}

// Apply implements engine.Stage.
func (s *stage) Apply(*config.Snapshot) {}
