// Package ping answers ICMP and ICMPv6 echo requests to this node's own
// addresses.
package ping

import "mire/engine"

type module struct{}

// New makes the module `ping`.
func New() engine.Module { return module{} }

// Name implements engine.Module.
func (module) Name() string { return "ping" }

// Stage implements engine.Module.
func (m module) Stage(w *engine.Worker) (engine.Stage, error) {
	return &stage{role: w.Role, reasons: w.Reasons(m)}, nil
}
