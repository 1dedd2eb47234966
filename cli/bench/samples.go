package bench

import (
	"sync/atomic"

	"mire/dpdk/burst"
	"mire/engine/ring"
)

// sampleRoom is the longest reply that is kept, bytes.
const sampleRoom = maxFrame

// sampleSlots is how many samples may wait.
const sampleSlots = 4096

// sample is a copy of one reply.
type sample struct {
	n     uint16
	frame [sampleRoom]byte
}

// samples carry replies from the worker to the check, which takes microseconds
// for each and must not be done by the worker.
type samples struct {
	every int // one reply of how many is taken; a prime, so that each frame of a source has its turn
	ring  ring.Ring[sample]
	lost  atomic.Uint64 // the check was too slow
	wait  int           // replies until the next sample
}

// look takes one reply of every s.every that are about to be sent, if a burst
// holds one at all: at most one in a burst.
func (s *samples) look(b *burst.Burst) {
	n := b.Send.Count()
	if s.wait >= n {
		s.wait -= n
		return
	}
	m := b.Send
	for range s.wait {
		m = m.Rest()
	}
	s.wait = max(s.wait+s.every-n, 0)
	if s.ring.Full() {
		s.lost.Add(1)
		return
	}
	e := s.ring.Slot(0)
	e.n = uint16(copy(e.frame[:], b.Frame(m.First())))
	s.ring.Publish(1)
}

// each hands over the samples that wait, valid during the call.
func (s *samples) each(f func(frame []byte)) {
	for e := s.ring.First(); e != nil; e = s.ring.First() {
		f(e.frame[:e.n])
		s.ring.Drop(1)
	}
}
