package bench

import (
	"sync/atomic"

	"mire/engine"
)

// loop is the life of a worker that can be parked between two turns: its core
// is then free. It starts parked.
type loop struct {
	worker *engine.Worker
	halt   atomic.Bool
	parked chan struct{}
	resume chan bool // false ends the loop
}

func newLoop(w *engine.Worker) *loop {
	l := &loop{worker: w, parked: make(chan struct{}), resume: make(chan bool)}
	l.halt.Store(true)
	return l
}

// run is for the worker's thread.
func (l *loop) run() {
	for {
		if l.halt.Load() {
			l.parked <- struct{}{}
			if !<-l.resume {
				break
			}
		}
		l.worker.Turn()
	}
	l.worker.Stop()
	l.worker.Run() // only the last frames are left
}

// wait returns when the worker is parked for the first time.
func (l *loop) wait() { <-l.parked }

// start lets a parked worker turn.
func (l *loop) start() {
	l.halt.Store(false)
	l.resume <- true
}

// park returns when the worker stands still.
func (l *loop) park() {
	l.halt.Store(true)
	<-l.parked
}

// end lets a parked worker send its last frames and return.
func (l *loop) end() { l.resume <- false }
