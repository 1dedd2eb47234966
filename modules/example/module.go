// Package example is a module to read before one writes another: it counts frames
// of one DSCP and marks those of another. docs/add-a-module.md walks through it.
package example

import (
	"slices"
	"sync"

	"mire/engine"
	"mire/engine/board"
)

// Module is the example in one process.
type Module struct {
	mu     sync.Mutex
	boards []*board.Board // one a worker
}

var _ engine.Module = (*Module)(nil)

// New makes the module `example`.
func New() *Module { return new(Module) }

// Name implements engine.Module.
func (*Module) Name() string { return "example" }

// Stage implements engine.Module.
func (m *Module) Stage(w *engine.Worker) (engine.Stage, error) {
	s := &stage{reasons: w.Reasons(m), events: w.Events}
	s.shown = board.New(board.Words(&s.Counters))
	m.mu.Lock()
	defer m.mu.Unlock()
	m.boards = append(m.boards, s.shown)
	return s, nil
}

// Counters is what the module did.
type Counters struct {
	Counted uint64 `json:"counted"` // frames of the counted DSCP, dropped ones included
	Marked  uint64 `json:"marked"`  // frames that were marked
}

// Counters are those of all workers, as of their last Tick; safe from any goroutine.
func (m *Module) Counters() (sum Counters) {
	m.mu.Lock()
	boards := slices.Clone(m.boards)
	m.mu.Unlock()
	for _, b := range boards {
		var one Counters
		b.Read(board.Words(&one))
		sum.Counted += one.Counted
		sum.Marked += one.Marked
	}
	return sum
}
