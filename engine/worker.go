package engine

import (
	"mire/engine/event"
	"mire/engine/neigh"
	"mire/engine/secret"
	"mire/engine/session"
)

// Worker is what a stage may use of the worker it runs on.
type Worker struct {
	// ID counts workers from 0; Count is how many there are.
	ID, Count int
	Table     *session.Table
	Events    *event.Ring
	Observer  *neigh.Observer
	Secret    *secret.Secret

	wake int64
}

// WakeAt asks that the worker's idle sleep end at or before the given time of
// the burst's clock.
func (w *Worker) WakeAt(t int64) {
	if t < w.wake {
		w.wake = t
	}
}
