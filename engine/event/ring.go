package event

import (
	"sync/atomic"

	"mire/engine/ring"
)

// Ring carries events from one worker to the aggregator: one producer, one
// consumer, no locks, no allocation. A full ring loses the event and counts it;
// the kinds that must not be lost because of others have places apart (reserve.go).
type Ring struct {
	packets ring.Ring[Event]

	// The producer's.
	lost atomic.Uint64
	// lostReserved is the part of lost of reserved kinds.
	lostReserved atomic.Uint64
	placed       Kind // of the last Place; nobody: among the packets'
	_            [cacheLine]byte

	kept ring.Reserve[Event]
}

// cacheLine keeps what the producer writes apart from what follows.
const cacheLine = 128

// WorkerRing is how many events one worker can have waiting: at the 10 ms a pass
// of a busy aggregator 1.6 million a second, at the 50 ms of an idle one a flood
// that begins with 330,000 a second; far more than lines can be written.
const WorkerRing = 16384

// NewRing makes a ring for size events of 128 bytes, rounded up to a power of
// two, at least 2, and 64 places for each reserved kind.
func NewRing(size int) *Ring {
	r := new(Ring)
	r.packets.Init(size)
	r.kept.Init(reservePlaces())
	return r
}

// Push copies e into the ring; false, and counted as lost, when it is full.
// Producer only.
func (r *Ring) Push(e *Event) bool {
	if !r.kept.Has(uint8(e.Kind)) {
		if r.packets.Full() {
			r.Lose(1)
			return false
		}
		*r.packets.Slot(0) = *e
		r.packets.Publish(1)
		return true
	}
	p := r.Place(e.Kind)
	if p == nil {
		return false
	}
	*p = *e
	r.Show()
	return true
}

// Full reports whether the next event of a kind that is not reserved would be
// lost. A producer that skips building the event because of it calls Lose, so
// that nothing goes uncounted. Producer only.
func (r *Ring) Full() bool { return r.packets.Full() }

// Lose counts n events that were never built because the ring was full.
// Producer only.
func (r *Ring) Lose(n uint64) { r.lost.Store(r.lost.Load() + n) }

// Pop moves up to len(out) events out of the ring, in the order of their Time,
// and returns how many. Consumer only.
func (r *Ring) Pop(out []Event) (n int) {
	for n < len(out) {
		k := r.kept.First()
		if k == nil {
			return n + r.packets.Pop(out[n:])
		}
		if n += r.popOlder(out[n:], k.Time); n < len(out) {
			out[n] = *k
			r.kept.Drop(uint8(k.Kind))
			n++
		}
	}
	return n
}

// Skip drops all events that wait, unread, and returns how many. Consumer only.
func (r *Ring) Skip() (n int) {
	n = r.packets.Waiting(r.packets.Cap())
	r.packets.Drop(n)
	for k := r.kept.First(); k != nil; k = r.kept.First() {
		r.kept.Drop(uint8(k.Kind))
		n++
	}
	return n
}

// popOlder moves events of kinds that are not reserved and happened before t.
func (r *Ring) popOlder(out []Event, t int64) (n int) {
	for most := r.packets.Waiting(len(out)); n < most && r.packets.Oldest(n).Time < t; n++ {
		out[n] = *r.packets.Oldest(n)
	}
	r.packets.Drop(n)
	return n
}

// Cap is how many events of kinds that are not reserved fit.
func (r *Ring) Cap() int { return r.packets.Cap() }

// places is how many events of all kinds can wait.
func (r *Ring) places() int { return r.packets.Cap() + r.kept.Cap() }

// Pushed is the number of events that ever entered the ring; safe from any
// goroutine.
func (r *Ring) Pushed() uint64 { return r.packets.Pushed() + r.kept.Pushed() }

// Lost is the number of events that found the ring full; safe from any goroutine.
func (r *Ring) Lost() uint64 { return r.lost.Load() }

// LostReserved is the part of Lost that must not be lost because of others.
func (r *Ring) LostReserved() uint64 { return r.lostReserved.Load() }
