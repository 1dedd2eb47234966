package engine

import (
	"errors"
	"sync/atomic"

	"mire/dpdk/burst"
	"mire/engine/board"
	"mire/engine/config"
	"mire/engine/cycles"
	"mire/engine/event"
	"mire/engine/neigh"
	"mire/engine/packet"
	"mire/engine/secret"
	"mire/engine/segment"
	"mire/engine/session"
)

// Worker is one core of the packet path: it owns its lanes, its burst and one
// stage of every module. The exported fields are what a stage may use.
type Worker struct {
	// ID counts workers from 0; Count is how many there are.
	ID, Count int
	Table     *session.Table
	Events    *event.Ring
	Observer  *neigh.Observer
	// Neighbours is shared by all workers; the arp module feeds it.
	Neighbours *neigh.Table
	Secret     *secret.Secret
	// Role is shared by all workers and read once per turn by the gate.
	Role *Role
	// Wall is what to add to the burst's clock to get Unix time in nanoseconds.
	// The control plane keeps it current; cookie epochs need it, nothing else.
	Wall *atomic.Int64

	burst     *burst.Burst
	chain     *Chain
	lanes     []Lane
	names     []string
	stages    []Stage
	counters  []StageCounters
	punts     []*PuntPath
	snapshots *atomic.Pointer[config.Snapshot]
	snap      *config.Snapshot
	segments  *segment.Map
	parse     packet.Options
	idle      idle
	long      longTurns
	wake      int64
	nextTick  int64
	pulse     pulse
	board     *board.Board
	tracing   tracing
	measure   measuring
	stop      atomic.Bool
}

// TickInterval is the shortest time between two Ticks, in nanoseconds.
const TickInterval = 1_000_000

// WorkerConfig is what a worker is made of.
type WorkerConfig struct {
	ID, Count int
	Table     *session.Table
	Events    *event.Ring
	Secret    *secret.Secret
	Role      *Role
	Wall      *atomic.Int64
	// Neighbours is shared by all workers; nil makes a table for this one alone.
	Neighbours *neigh.Table
	// Burst is this worker's alone; it lives where the lanes can reach it.
	Burst *burst.Burst
	// Lanes are polled in turn.
	Lanes []Lane
	// Chain is the modules in order, shared by all workers.
	Chain *Chain
	// Snapshots is where new configurations appear; it must hold one already.
	Snapshots *atomic.Pointer[config.Snapshot]
}

// NewWorker builds a worker and its stages, with the present snapshot applied.
func NewWorker(c WorkerConfig) (*Worker, error) {
	if c.Burst == nil || c.Table == nil || c.Events == nil || c.Chain == nil || len(c.Lanes) == 0 {
		return nil, errors.New("engine: a worker needs a burst, a table, an event ring, a chain and at least one lane")
	}
	if c.Snapshots == nil || c.Snapshots.Load() == nil {
		return nil, errors.New("engine: a worker needs a configuration to start with")
	}
	w := &Worker{
		ID: c.ID, Count: c.Count,
		Table: c.Table, Events: c.Events, Secret: c.Secret, Role: c.Role, Wall: c.Wall,
		Observer: neigh.NewObserver(c.Table),
		chain:    c.Chain,
		burst:    c.Burst, lanes: c.Lanes, snapshots: c.Snapshots,
	}
	if w.Role == nil {
		w.Role = NewRole(Master)
	}
	w.Observer.Peer = w.Role.PeerWord()
	if w.Neighbours = c.Neighbours; w.Neighbours == nil {
		w.Neighbours = neigh.NewTable(neigh.DefaultCapacity)
	}
	if w.Wall == nil {
		w.Wall = new(atomic.Int64)
	}
	for _, m := range c.Chain.Modules {
		st, err := m.Stage(w)
		if err != nil {
			return nil, errors.Join(errors.New("engine: module "+m.Name()), err)
		}
		if st == nil {
			continue // accepted in the chain, passes everything on
		}
		w.names = append(w.names, m.Name())
		w.stages = append(w.stages, st)
	}
	w.counters = make([]StageCounters, len(w.stages))
	w.measure.meter = cycles.New(stepStages+len(w.stages)+1, nil)
	w.show()
	w.idle.watch(c.Lanes, c.Count)
	w.apply(c.Snapshots.Load())
	return w, nil
}

// Reasons is where the drop reasons of a module begin among those of the chain. A
// module asks for it when it makes its stage.
func (w *Worker) Reasons(m Module) burst.Block { return w.chain.block(m) }

// Chain is what this worker runs.
func (w *Worker) Chain() *Chain { return w.chain }

// WakeAt asks that the worker's idle sleep end at or before the given time of
// the burst's clock. Stages call it from Tick; it holds until the next Tick.
func (w *Worker) WakeAt(t int64) {
	w.wake = min(w.wake, t)
}

// WakeTime is the earliest time that the stages asked for in the present Tick, or
// in the last one; math.MaxInt64 when none did. A stage that asks for a time in
// the past again and again keeps a core busy with nothing: a deadline must move
// on also when its work cannot be done.
func (w *Worker) WakeTime() int64 { return w.wake }

// Stop ends Run after its present turn; safe from any goroutine.
func (w *Worker) Stop() {
	w.stop.Store(true)
	w.Wake()
}

// apply switches to a new configuration. It runs between two turns and is the
// one place of the worker that may allocate.
func (w *Worker) apply(s *config.Snapshot) {
	w.snap = s
	w.segments = segment.Of(s)
	w.parse = packet.Options{PartialDrop: s.Settings.PartialDrop}
	w.idle.apply(s)
	w.Observer.Apply(s)
	for _, st := range w.stages {
		st.Apply(s)
	}
}
