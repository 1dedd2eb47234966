package bench

import (
	"mire/dpdk/burst"
	"mire/engine"
	"mire/engine/config"
)

// bareName is the stage of an empty chain.
const bareName = "forward"

// forwarder is the one stage of an empty chain: it sends every frame back by the
// port it came from, as testpmd does in its mode io.
type forwarder struct{}

// Name implements engine.Module.
func (forwarder) Name() string { return bareName }

// Stage implements engine.Module.
func (f forwarder) Stage(*engine.Worker) (engine.Stage, error) { return f, nil }

// Process implements engine.Stage.
func (forwarder) Process(b *burst.Burst) { b.ReplyAll(b.Undecided) }

// Tick implements engine.Stage.
func (forwarder) Tick(*burst.Burst) {}

// Apply implements engine.Stage.
func (forwarder) Apply(*config.Snapshot) {}
