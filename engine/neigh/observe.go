// Package neigh learns who lives on the segment: Observe hears every sender,
// Table keeps the neighbours we must reach ourselves.
package neigh

import (
	"mire/dpdk/burst"
	"mire/engine/config"
	"mire/engine/session"
)

// Claim is a sign of life heard in this turn that changed, or contradicts,
// what the table knew.
type Claim struct {
	Key    session.Key
	Record session.Record // the entry before the claim
	Net    int            // index into Snapshot.Networks
	MAC    [6]byte
	Strong bool // by ARP or ND; else any other IP packet
}

// Observer is one worker's ear.
type Observer struct {
	// Claims of this turn, at most one per frame; the tarpit reads them.
	Claims [burst.Size]Claim
	// N is how many of Claims are valid this turn.
	N int

	table *session.Table
	snap  *config.Snapshot
}

// NewObserver makes the observer of one worker.
func NewObserver(t *session.Table) *Observer { return &Observer{table: t} }

// Apply switches to another configuration.
func (o *Observer) Apply(s *config.Snapshot) { o.snap = s }

// Observe writes the signs of life of a parsed burst into the shared table.
func (o *Observer) Observe(b *burst.Burst) { o.N = 0 }
