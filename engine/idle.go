package engine

import (
	"time"

	"mire/engine/config"
)

const (
	// idlePolls is how many empty polls in a row a worker spins before it sleeps.
	idlePolls = 256
	// idleFirst is the first sleep; it doubles up to the configured longest.
	idleFirst = int64(50 * time.Microsecond)
	// idleDeep is the longest sleep of a worker that frames wake up, after it has
	// slept for quietTime without one. Shorter ones between 10 ms and this cost
	// more than they do at 5 ms: the Go runtime takes the P of whoever is in C for
	// 10 ms, then all Ps are idle, and its monitor thread, which sleeps then, spins
	// for a millisecond after each return.
	idleDeep  = int64(250 * time.Millisecond)
	quietTime = int64(2 * time.Second)
)

// Waker is a Lane whose sleep in an exchange can be ended.
type Waker interface {
	// Wakes tells whether a frame ends it at present.
	Wakes() bool
	// Wake ends it, or else the next one; from any goroutine.
	Wake()
}

// Wake ends the worker's idle sleep, or else the next one: something has changed
// that it should see before frames come. Safe from any goroutine.
func (w *Worker) Wake() {
	if len(w.idle.wakers) > 0 {
		w.idle.wakers[0].Wake()
	}
}

// idle decides how long an empty poll may sleep. Busy-polling workers have
// longest = 0 and never sleep.
type idle struct {
	longest int64
	sleep   int64
	empty   int
	quiet   int64   // slept since the last frame, nanoseconds
	wakers  []Waker // nil unless every lane is one
}

// watch looks whether the lanes of a worker can be woken. One of several workers
// has to look up by itself now and then: others leave it what concerns its
// addresses.
func (d *idle) watch(lanes []Lane, workers int) {
	if workers > 1 {
		return
	}
	for _, l := range lanes {
		w, ok := l.(Waker)
		if !ok {
			d.wakers = nil
			return
		}
		d.wakers = append(d.wakers, w)
	}
}

// limit is the longest sleep at present.
func (d *idle) limit() int64 {
	if len(d.wakers) == 0 || d.quiet < quietTime {
		return d.longest
	}
	for _, w := range d.wakers {
		if !w.Wakes() {
			return d.longest
		}
	}
	return max(d.longest, idleDeep)
}

// apply takes the configured longest sleep. When none is configured, workers
// sleep only if all ports are kernel interfaces: a NIC's queue is short.
func (d *idle) apply(s *config.Snapshot) {
	d.longest = int64(s.Settings.Idle)
	if s.Settings.IdleSet {
		return
	}
	for i := range s.Interfaces {
		if !s.Interfaces[i].Kernel {
			d.longest = 0
		}
	}
}

// next is the sleep for the coming exchange: none unless it is the last lane of
// a turn, and never past the time that remains until the next deadline.
func (d *idle) next(last bool, remaining int64) int64 {
	if !last || d.longest == 0 || d.empty < idlePolls {
		return 0
	}
	d.sleep = min(max(2*d.sleep, idleFirst), d.limit())
	s := max(min(d.sleep, remaining), 0)
	d.quiet += s
	return s
}

// polled notes the result of an exchange.
func (d *idle) polled(n int) {
	if n > 0 {
		d.empty, d.sleep, d.quiet = 0, 0, 0
		return
	}
	d.empty++
}
