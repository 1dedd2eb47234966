package ha

import "sync/atomic"

// box carries datagrams from one worker to worker 0: one writes, one reads, and
// neither waits.
type box struct {
	ring       [boxSize]letter
	head, tail atomic.Uint64
}

const boxSize = 64 // a power of two: what one turn can bring

type letter struct {
	n    int
	data [MaxDatagram]byte
}

// put queues a copy; false when the box is full.
func (x *box) put(d []byte) bool {
	t := x.tail.Load()
	if t-x.head.Load() == boxSize {
		return false
	}
	l := &x.ring[t%boxSize]
	l.n = copy(l.data[:], d)
	x.tail.Store(t + 1)
	return true
}

// peek is the oldest letter, nil when there is none; it is the reader's until drop.
func (x *box) peek() []byte {
	h := x.head.Load()
	if h == x.tail.Load() {
		return nil
	}
	l := &x.ring[h%boxSize]
	return l.data[:l.n]
}

// drop gives the oldest letter's place back.
func (x *box) drop() { x.head.Add(1) }
