package bench

import (
	"time"

	"mire/engine/event"
)

// drainPause is between two passes over the rings: at 50 Mpps a ring of
// event.WorkerRing places is a third full by then, when the timer is in time.
const drainPause = 100 * time.Microsecond

// drain takes all events out of the rings and reads each of them, as an aggregator
// does that keeps up, until the returned function is called. It writes no lines:
// a worker that makes events which somebody takes pays for them, one whose ring is
// full nearly nothing.
func drain(rings []*event.Ring) (end func() <-chan struct{}) {
	stop, done := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		out := make([]event.Event, 256)
		tick := time.NewTicker(drainPause)
		defer tick.Stop()
		for {
			for _, r := range rings {
				for r.Pop(out) == len(out) {
				}
			}
			select {
			case <-stop:
				return
			case <-tick.C:
			}
		}
	}()
	return func() <-chan struct{} { close(stop); return done }
}
