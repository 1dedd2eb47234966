package vrrp

import (
	"fmt"
	"math/rand/v2"
	"sync/atomic"

	"mire/engine"
	"mire/engine/board"
	"mire/engine/config"
	"mire/engine/ring"
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
	boxes  [maxWorkers]ring.Ring[news] // from each worker but 0
	faults [NumFaults]atomic.Uint64
	lost   atomic.Uint64 // advertisements that found a full box
	told   [numTells]told

	down     links
	ident    uint16                     // of our echo requests
	answered [maxGateways]atomic.Int64  // when a gateway last did
	gateways [maxGateways]atomic.Uint32 // their GatewayState
	watched  atomic.Pointer[[]Gateway]  // which there are
	shown    *board.Of[standing]
}

// New makes the module.
func New() *Module {
	return &Module{common{ident: uint16(rand.Uint32()), shown: board.NewOf[standing]()}}
}

// Name implements engine.Module.
func (*Module) Name() string { return "vrrp" }

// Stage implements engine.Module.
func (m *Module) Stage(w *engine.Worker) (engine.Stage, error) {
	if w.ID < 0 || w.ID >= maxWorkers {
		return nil, fmt.Errorf("vrrp: worker %d: at most %d workers can share a virtual router: use fewer threads", w.ID, maxWorkers)
	}
	if w.ID != 0 {
		m.common.boxes[w.ID].Init(boxSize)
	}
	s := newStage(w, &m.common)
	s.reasons = w.Reasons(m)
	return s, nil
}

// Standing is what a node with this configuration is before its first election:
// backup with a virtual router, master without.
func Standing(s *config.Snapshot) engine.Standing {
	if len(s.VRRP) > 0 {
		return engine.Backup
	}
	return engine.Master
}
