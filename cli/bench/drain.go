package bench

import (
	"runtime"
	"sync/atomic"
	"time"

	"golang.org/x/sys/unix"

	"mire/engine/event"
)

// drainPause is between two passes over the rings; the kernel adds as much. At 50
// Mpps a ring of event.WorkerRing places is a third full by then.
const drainPause = 50 * time.Microsecond

// drain takes all events out of the rings, unread, until the returned function is
// called, on one of the given CPUs. A worker whose events are taken pays for them, one whose ring is full
// nearly nothing; to read tens of millions a second that another core has just
// written is more than one core can.
func drain(rings []*event.Ring, cpus []int) (end func() <-chan struct{}) {
	var stop atomic.Bool
	done := make(chan struct{})
	go func() {
		defer close(done)
		runtime.LockOSThread() // timers of the runtime are a millisecond late
		// Never unlocked, so that the thread ends here: it keeps to those CPUs, whoever
		// made it; one made by a worker's would stay beside that worker.
		var set unix.CPUSet
		for _, cpu := range cpus {
			set.Set(cpu)
		}
		if err := unix.SchedSetaffinity(0, &set); err != nil {
			return // the share of taken events tells
		}
		pause := unix.NsecToTimespec(int64(drainPause))
		for !stop.Load() {
			for _, r := range rings {
				r.Skip()
			}
			unix.Nanosleep(&pause, nil) // a signal ends it early, which is as good
		}
	}()
	return func() <-chan struct{} { stop.Store(true); return done }
}
