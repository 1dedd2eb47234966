// Package rig runs a chain of modules on a real engine.Worker over heap
// memory: frames in, verdicts and frames out, time that passes when told.
package rig

import (
	"fmt"
	"maps"
	"sync/atomic"
	"testing"
	"time"

	"mire/dpdk/burst"
	"mire/engine"
	"mire/engine/config"
	"mire/engine/enginetest"
	"mire/engine/event"
	"mire/engine/secret"
	"mire/engine/session"
)

// Start is the time of the first turn in nanoseconds.
const Start = int64(time.Second)

// Rig is one worker on one lane. Its fields may be changed between turns.
type Rig struct {
	Lane      enginetest.Lane
	Burst     burst.Burst
	Worker    *engine.Worker
	Role      *engine.Role
	Table     *session.Table
	Events    *event.Ring
	Snapshots atomic.Pointer[config.Snapshot]
}

// Outcome is what one turn did.
type Outcome struct {
	// Out are the frames transmitted: replies in slot order, then our own.
	Out        []enginetest.Frame
	Sent       uint64
	Consumed   uint64
	Originated uint64
	Dropped    map[string]uint64 // by the name of the reason
}

// New makes a worker with the given configuration and chain. It fails the test
// when a module refuses.
func New(tb testing.TB, s *config.Snapshot, chain ...engine.Module) *Rig {
	tb.Helper()
	table, err := session.New(new(session.HeapArena), session.Config{Name: "rig", Capacity: 4096, Sync: true})
	if err != nil {
		tb.Fatal(err)
	}
	r := &Rig{Role: engine.NewRole(engine.Master), Table: table, Events: event.NewRing(4096)}
	r.Lane.Now = Start
	r.Snapshots.Store(s)
	r.Worker, err = engine.NewWorker(engine.WorkerConfig{
		ID: 0, Count: 1, Table: table, Events: r.Events, Role: r.Role,
		Secret: secret.New([secret.Size]byte{1, 2, 3}),
		Burst:  &r.Burst, Lanes: []engine.Lane{&r.Lane}, Chain: engine.NewChain(chain), Snapshots: &r.Snapshots,
	})
	if err != nil {
		tb.Fatal(err)
	}
	return r
}

// Turn receives frames on port 0 in one turn and returns what became of them.
// Time does not move. At most burst.Size frames.
func (r *Rig) Turn(frames ...[]byte) Outcome {
	in := make([]enginetest.Frame, 0, len(frames))
	for _, f := range frames {
		in = append(in, enginetest.Frame{Data: f})
	}
	return r.Receive(in...)
}

// Receive is Turn for frames on chosen ports and with driver's facts. It panics
// when they are more than a burst holds: a mistake of the test.
func (r *Rig) Receive(frames ...enginetest.Frame) Outcome {
	if len(frames) > burst.Size {
		panic(fmt.Sprintf("rig: %d frames in one turn, a burst holds %d", len(frames), burst.Size))
	}
	r.Lane.In, r.Lane.Out = frames, nil
	before := r.Burst.Verdicts
	r.Worker.Turn()
	r.flush()
	return r.outcome(&before)
}

// Pass lets time go by in empty turns of 1 ms and returns what was transmitted.
func (r *Rig) Pass(d time.Duration) []enginetest.Frame {
	r.Lane.In, r.Lane.Out = nil, nil
	for end := r.Lane.Now + int64(d); r.Lane.Now < end; {
		r.Lane.Now += int64(time.Millisecond)
		r.Worker.Turn()
	}
	r.flush()
	return r.Lane.Out
}

// Apply publishes another configuration; the next turn switches to it.
func (r *Rig) Apply(s *config.Snapshot) { r.Snapshots.Store(s) }

// Drain takes all events out of the ring.
func (r *Rig) Drain() (all []event.Event) {
	var buf [64]event.Event
	for {
		n := r.Events.Pop(buf[:])
		if n == 0 {
			return all
		}
		all = append(all, buf[:n]...)
	}
}

// flush transmits what is decided without a turn of the worker.
func (r *Rig) flush() {
	r.Lane.In = nil
	r.Lane.Exchange(&r.Burst)
}

func (r *Rig) outcome(before *burst.Verdicts) Outcome {
	v := &r.Burst.Verdicts
	o := Outcome{
		Out: r.Lane.Out, Dropped: map[string]uint64{},
		Sent: v.Sent - before.Sent, Consumed: v.Consumed - before.Consumed, Originated: v.Originated - before.Originated,
	}
	for i, reason := range r.Worker.Chain().Reasons {
		if n := v.Dropped[i] - before.Dropped[i]; n != 0 {
			o.Dropped[reason.Name] = n
		}
	}
	return o
}

// WantDropped fails the test unless all frames of the turn, n of them, were
// dropped for one reason and nothing was sent.
func (o Outcome) WantDropped(tb testing.TB, reason string, n uint64) {
	tb.Helper()
	if len(o.Out) != 0 || o.Consumed != 0 || !maps.Equal(o.Dropped, map[string]uint64{reason: n}) {
		tb.Errorf("sent %d, consumed %d, dropped %v; want %d %v", len(o.Out), o.Consumed, o.Dropped, n, reason)
	}
}

// WantConsumed fails the test unless all frames, n of them, ended consumed.
func (o Outcome) WantConsumed(tb testing.TB, n uint64) {
	tb.Helper()
	if o.Sent != 0 || o.Consumed != n || len(o.Dropped) != 0 {
		tb.Errorf("sent %d, consumed %d, dropped %v; want %d consumed", o.Sent, o.Consumed, o.Dropped, n)
	}
}

// WantReply fails the test unless exactly one frame left, a reply, and returns it.
func (o Outcome) WantReply(tb testing.TB) []byte {
	tb.Helper()
	if o.Sent != 1 || len(o.Out) != 1 || o.Consumed != 0 || len(o.Dropped) != 0 {
		tb.Fatalf("sent %d, out %d, consumed %d, dropped %v; want one reply", o.Sent, len(o.Out), o.Consumed, o.Dropped)
	}
	return o.Out[0].Data
}
