// Package arp answers ARP and neighbour discovery for this node's own
// addresses, announces and defends them, and keeps the neighbour table.
package arp

import (
	"errors"

	"mire/engine"
)

type module struct{}

// New makes the module `arp`.
func New() engine.Module { return module{} }

// Name implements engine.Module.
func (module) Name() string { return "arp" }

// Stage implements engine.Module.
func (m module) Stage(w *engine.Worker) (engine.Stage, error) {
	if w.Neighbours == nil {
		return nil, errors.New("arp: the worker has no neighbour table; set Worker.Neighbours to the table that all workers share")
	}
	s := newStage(w)
	s.reasons = w.Reasons(m)
	return s, nil
}
