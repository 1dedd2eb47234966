package engine

import (
	"time"

	"mire/engine/config"
)

const (
	// idlePolls is how many empty polls in a row a worker spins before it sleeps.
	idlePolls = 256
	// idleFirst is the first sleep; it doubles up to the configured longest.
	idleFirst = int64(50 * time.Microsecond)
)

// idle decides how long an empty poll may sleep. Busy-polling workers have
// longest = 0 and never sleep.
type idle struct {
	longest int64
	sleep   int64
	empty   int
}

// apply takes the configured longest sleep. When none is configured, workers
// sleep only if all ports are kernel interfaces: a NIC's queue is short.
func (d *idle) apply(s *config.Snapshot) {
	d.longest = int64(s.Settings.Idle)
	if s.Settings.IdleSet {
		return
	}
	for i := range s.Interfaces {
		if !s.Interfaces[i].Kernel {
			d.longest = 0
		}
	}
}

// next is the sleep for the coming exchange: none unless it is the last lane of
// a turn, and never past the time that remains until the next deadline.
func (d *idle) next(last bool, remaining int64) int64 {
	if !last || d.longest == 0 || d.empty < idlePolls {
		return 0
	}
	d.sleep = min(max(2*d.sleep, idleFirst), d.longest)
	return max(min(d.sleep, remaining), 0)
}

// polled notes the result of an exchange.
func (d *idle) polled(n int) {
	if n > 0 {
		d.empty, d.sleep = 0, 0
		return
	}
	d.empty++
}
