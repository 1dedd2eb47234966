// Package ha keeps the tables of two nodes equal (bngsync), so that a backup
// that takes over knows what its master knew.
package ha

import (
	"crypto/rand"
	"encoding/binary"
	"fmt"
	"sync"
	"sync/atomic"

	"mire/engine"
)

// maxWorkers is how many workers may hear the peer for worker 0.
const maxWorkers = 64

// Module is the synchronisation of one process: the first stage of the chain.
// The methods beside Stage are for the control plane and safe from any goroutine.
type Module struct{ common common }

var _ engine.Module = (*Module)(nil)

// common is what the stages of all workers share.
type common struct {
	boxes        [maxWorkers]*box
	heard4       atomic.Uint64
	heard6       atomic.Uint64
	strangers    atomic.Uint64 // datagrams on our port from somebody else
	lost         atomic.Uint64 // authentic datagrams that found a full box
	gate         *gate
	rejected     [NumFaults]atomic.Uint64 // by workers other than 0
	blamed       atomic.Uint32            // one of these faults, for worker 0 to tell of
	cut          atomic.Uint64            // datagrams of which the frame holds a part
	asked        atomic.Bool              // a handover is asked for
	away         atomic.Bool              // the role was given away
	mu           sync.Mutex               // of shown; worker 0 only ever tries it
	shown        Status
	shownAt      int64
	transitions  [len(history{}.ring)]Transition
	nTransitions int
}

// New makes the module.
func New() *Module { return new(Module) }

// Name implements engine.Module.
func (*Module) Name() string { return "bngsync" }

// Stage implements engine.Module. It needs the worker's table, made with
// Config.Sync, its role and its secret.
func (m *Module) Stage(w *engine.Worker) (engine.Stage, error) {
	if w.ID < 0 || w.ID >= maxWorkers {
		return nil, fmt.Errorf("bngsync: worker %d: at most %d workers can share a session: use fewer threads", w.ID, maxWorkers)
	}
	if w.Secret == nil || w.Role == nil {
		return nil, fmt.Errorf("bngsync: worker %d has no secret or no role", w.ID)
	}
	if m.common.gate == nil { // of the first of all workers
		var id [8]byte
		rand.Read(id[:]) // never fails (crypto/rand)
		m.common.gate = newGate(w.Secret, binary.BigEndian.Uint64(id[:]))
	}
	s := &stage{w: w, c: &m.common, reasons: w.Reasons(m), porter: porter{gate: m.common.gate}}
	if w.ID != 0 {
		m.common.boxes[w.ID] = newBox()
		return s, nil
	}
	h := handshakeAt(m.common.gate, w.Secret, func(b []byte) { rand.Read(b) })
	s.peer = NewPeer(w.Table, w.Role, h)
	s.peer.away = m.common.away.Load()
	return s, nil
}

// Switchover asks for a planned handover; false when one was asked for and not
// begun yet. Status tells how it goes.
func (m *Module) Switchover() bool { return m.common.asked.CompareAndSwap(false, true) }

func (c *common) heard(v6 bool) {
	if v6 {
		c.heard6.Add(1)
	} else {
		c.heard4.Add(1)
	}
}
