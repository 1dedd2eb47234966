package vrrp

import (
	"fmt"
	"sync/atomic"

	"mire/engine"
	"mire/engine/config"
)

// maxWorkers is how many workers may hear advertisements for worker 0.
const maxWorkers = 64

// Module is the virtual router of one process. The methods beside Stage are
// for the control plane and safe from any goroutine.
type Module struct{ common common }

var _ engine.Module = (*Module)(nil)

// common is what the stages of all workers share. Worker 0 runs the machine;
// the others hand it what they hear.
type common struct {
	boxes  [maxWorkers]box
	faults [NumFaults]atomic.Uint64
	lost   atomic.Uint64 // advertisements that found a full box

	penalty atomic.Int64 // what tracking takes off the priority
	waiting atomic.Bool  // not ready to preempt
	yield   atomic.Bool  // asked to give the role away
	shown   board
}

// New makes the module.
func New() *Module { return new(Module) }

// Name implements engine.Module.
func (*Module) Name() string { return "vrrp" }

// Stage implements engine.Module.
func (m *Module) Stage(w *engine.Worker) (engine.Stage, error) {
	if w.ID < 0 || w.ID >= maxWorkers {
		return nil, fmt.Errorf("vrrp: worker %d: at most %d workers can share a virtual router: use fewer threads", w.ID, maxWorkers)
	}
	return newStage(w, &m.common), nil
}

// Standing is what a node with this configuration is before its first election:
// backup with a virtual router, master without.
func Standing(s *config.Snapshot) engine.Standing {
	if len(s.VRRP) > 0 {
		return engine.Backup
	}
	return engine.Master
}

// Track takes n off the configured priority, down to 1, from the next Tick on.
func (m *Module) Track(n int) { m.common.penalty.Store(int64(n)) }

// Hold keeps a backup from preempting a living master while on.
func (m *Module) Hold(on bool) { m.common.waiting.Store(on) }

// Yield asks a master to resign and listen.
func (m *Module) Yield() { m.common.yield.Store(true) }
