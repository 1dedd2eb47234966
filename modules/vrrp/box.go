package vrrp

import "sync/atomic"

// news is an advertisement that passed every check of the worker that got it.
type news struct {
	Heard
	dialect Dialect
	v6      bool
	sender  [16]byte // IPv4 mapped
}

// box carries news from one worker to worker 0: one writes, one reads, and
// neither waits.
type box struct {
	ring       [16]news
	head, tail atomic.Uint64
}

// put queues a copy; false when the box is full.
func (x *box) put(n *news) bool {
	t := x.tail.Load()
	if t-x.head.Load() == uint64(len(x.ring)) {
		return false
	}
	x.ring[t%uint64(len(x.ring))] = *n
	x.tail.Store(t + 1)
	return true
}

// take copies the oldest into n; false when there is none.
func (x *box) take(n *news) bool {
	h := x.head.Load()
	if h == x.tail.Load() {
		return false
	}
	*n = x.ring[h%uint64(len(x.ring))]
	x.head.Store(h + 1)
	return true
}
