package engine

import (
	"mire/dpdk/burst"
	"mire/engine/config"
)

// Lane moves frames between a worker and its ports: one call transmits what
// the last turn decided, frees what it dropped and receives the next frames.
// dpdk.Lane is the real one; enginetest has one over heap memory.
type Lane interface {
	// Exchange fills b and returns the number of frames received, 0..burst.Size.
	Exchange(b *burst.Burst) int
}

// Module is one link of the chain, as named in `modules a,b,c`.
type Module interface {
	// Name is the word in the configuration.
	Name() string
	// Stage makes the part of the module that runs on one worker. It is called
	// once per worker before the worker starts.
	Stage(w *Worker) (Stage, error)
}

// Stage is a module on one worker. All methods are called by that worker only,
// never at the same time. None may allocate, lock, log or read a clock.
type Stage interface {
	// Process decides some of b.Undecided. It is called each turn that received
	// frames, with the frames no earlier stage has decided.
	Process(b *burst.Burst)
	// Tick runs timers, about once a millisecond of b.Now. It may originate
	// frames and may lower b's next deadline by Worker.WakeAt.
	Tick(b *burst.Burst)
	// Apply switches to a new configuration between two turns.
	Apply(s *config.Snapshot)
}
