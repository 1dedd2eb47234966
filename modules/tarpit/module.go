// Package tarpit answers for addresses that are proven to be nobody's: ARP and
// neighbour discovery, echo, and through its subpackage stateless any TCP port.
package tarpit

import (
	"crypto/rand"
	"encoding/binary"
	"fmt"

	"mire/dpdk/burst"
	"mire/engine"
	"mire/engine/ring"
	"mire/engine/session"
	"mire/modules/tarpit/stateless"
)

// Module is the tarpit of one process. The methods beside Stage are for the
// control plane and safe from any goroutine.
type Module struct{ common common }

var _ engine.Module = (*Module)(nil)

// New makes the module. Its stages share one ledger of bounds.
func New() *Module {
	return &Module{common: common{ledgers: map[uint16]*ledger{}, commands: mailbox{Ring: ring.New[session.Key](mailboxSize)}}}
}

// Name implements engine.Module.
func (m *Module) Name() string { return "tarpit" }

// Stage implements engine.Module. It needs the worker's table, events and
// observer, and fails when the worker's number is out of range.
func (m *Module) Stage(w *engine.Worker) (engine.Stage, error) {
	if w.ID < 0 || w.ID >= maxWorkers {
		return nil, fmt.Errorf("tarpit: worker %d: at most %d workers can share a tarpit: use fewer threads", w.ID, maxWorkers)
	}
	reasons := w.Reasons(m)
	rules, err := stateless.New(w, reasons+burst.Block(numOwn))
	if err != nil {
		return nil, fmt.Errorf("tarpit: %w", err)
	}
	var seed [8]byte
	if _, err := rand.Read(seed[:]); err != nil {
		return nil, fmt.Errorf("tarpit: a seed for the probe timers: %w", err)
	}
	s := newStage(w, &m.common, rules, binary.LittleEndian.Uint64(seed[:]))
	s.reasons = reasons
	m.common.mu.Lock()
	m.common.stages = append(m.common.stages, s)
	m.common.mu.Unlock()
	return s, nil
}

// Release asks that what is known of an address be forgotten: the next request
// for it starts a proof. It takes effect at the next Tick of worker 0, with an
// event Released if the address was captured. It returns false when too many
// commands are waiting.
func (m *Module) Release(k session.Key) bool { return m.common.commands.put(k) }

// Stats is the counters of one network, summed over all workers.
type Stats struct {
	Net      uint16 // Network.Number
	Counters [NumCounters]uint64
	// Probing are the addresses under proof now, IPv4 and IPv6.
	Probing [2]int
	// Hearing is whether answers to the MAC we ask from arrive, IPv4 and IPv6, and
	// Heard when the last one did, of the burst's clock; 0: never.
	Hearing [2]Hearing
	Heard   [2]int64
	// own are Counters and those behind them, six the part of IPv6.
	own, six [numCounted]uint64
}

// Stats returns the counters as of the workers' last Ticks, one element per
// network that was ever configured, in no order.
func (m *Module) Stats() []Stats {
	m.common.mu.Lock()
	defer m.common.mu.Unlock()
	out := make([]Stats, 0, len(m.common.ledgers))
	for number, l := range m.common.ledgers {
		st := Stats{Net: number}
		for f := range families {
			st.Probing[f] = int(l.probing[f].Load())
			st.Hearing[f], st.Heard[f] = Hearing(l.hearing[f].state.Load()), l.hearing[f].last.Load()
		}
		for _, s := range m.common.stages {
			if t := s.tallies[number]; t != nil {
				var own, six [numCounted]uint64
				t.shown.Read(own[:], six[:])
				for i, n := range own {
					st.own[i] += n
					st.six[i] += six[i]
				}
			}
		}
		copy(st.Counters[:], st.own[:])
		out = append(out, st)
	}
	return out
}

// Rows returns how many TCP segments each row of the decision table saw, summed
// over all workers.
func (m *Module) Rows() (n [stateless.NumRows]uint64) {
	for _, rows := range m.rows() {
		for i, c := range rows {
			n[i] += c
		}
	}
	return n
}

// rows is Rows by network.
func (m *Module) rows() map[uint16][stateless.NumRows]uint64 {
	m.common.mu.Lock()
	defer m.common.mu.Unlock()
	sum := map[uint16][stateless.NumRows]uint64{}
	for _, s := range m.common.stages {
		s.rules.AddRows(sum)
	}
	return sum
}

// Limits returns the limits on TCP replies and what they did, summed over all
// workers; the buckets too, as each worker has its own.
func (m *Module) Limits() (out [stateless.NumLimits]stateless.LimitCounters) {
	m.common.mu.Lock()
	defer m.common.mu.Unlock()
	for _, s := range m.common.stages {
		for i, c := range s.rules.Limits() {
			o := &out[i]
			o.Rate, o.Burst = c.Rate, c.Burst
			o.Buckets += c.Buckets
			o.Refused += c.Refused
			o.Collided += c.Collided
			o.Shared += c.Shared
		}
	}
	return out
}

var _ engine.Ruler = (*Module)(nil)

// Rules implements engine.Ruler: the rows of the decision table.
func (m *Module) Rules() []engine.Rule {
	list := make([]engine.Rule, stateless.NumRows)
	for r, n := range m.Rows() {
		row := stateless.Row(r)
		list[r] = engine.Rule{Name: row.String(), Help: row.Help(), Count: n}
	}
	return list
}
