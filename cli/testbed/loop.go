package testbed

import (
	"sync/atomic"

	"mire/dpdk"
)

// Loop runs a function again and again on an lcore. It can be parked between
// two turns: its core is free then.
type Loop struct {
	turn, last func()
	halt       atomic.Bool
	parked     chan struct{}
	resume     chan bool // false ends the loop
	task       *dpdk.Task
	running    bool
}

// NewLoop makes a loop of turn. last, when not nil, runs once at the end, on
// the same lcore. Both must not block for long.
func NewLoop(turn, last func()) *Loop {
	l := &Loop{turn: turn, last: last, parked: make(chan struct{}), resume: make(chan bool)}
	l.halt.Store(true)
	return l
}

// Launch puts the loop on an lcore, parked, and returns when it stands there.
func (l *Loop) Launch(lcore uint) error {
	task, err := dpdk.Launch(lcore, l.run)
	if err != nil {
		return err
	}
	l.task = task
	<-l.parked
	return nil
}

func (l *Loop) run() {
	for {
		if l.halt.Load() {
			l.parked <- struct{}{}
			if !<-l.resume {
				break
			}
		}
		l.turn()
	}
	if l.last != nil {
		l.last()
	}
}

// Start lets a parked loop turn.
func (l *Loop) Start() {
	if !l.running {
		l.running = true
		l.halt.Store(false)
		l.resume <- true
	}
}

// Halt asks a loop to stand still after its present turn; Park waits for it.
// Several loops that are to stop together are halted first.
func (l *Loop) Halt() { l.halt.Store(true) }

// Park returns when the loop stands still.
func (l *Loop) Park() {
	if l.running {
		l.halt.Store(true)
		<-l.parked
		l.running = false
	}
}

// End parks the loop, runs last, and returns when the lcore is free. A loop
// that was never launched, or has ended, is left alone.
func (l *Loop) End() {
	if l.task == nil {
		return
	}
	l.Park()
	l.resume <- false
	l.task.Wait()
	l.task = nil
}
