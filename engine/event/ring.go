package event

import (
	"math/bits"
	"sync/atomic"
)

// cacheLine keeps the indices of the two sides apart; 128 bytes because x86
// fetches lines in pairs.
const cacheLine = 128

// Ring carries events from one worker to the aggregator: one producer, one
// consumer, no locks, no allocation. A full ring loses the event and counts it;
// the kinds that must not be lost because of others have places apart (reserve.go).
//
// Each side keeps a copy of the other's index and reads the real one only when
// the copy says that the ring is full (or empty), so that in the usual case a
// Push touches no memory that the consumer writes.
type Ring struct {
	buf  []Event
	mask uint64
	_    [cacheLine]byte

	// The producer's side.
	tail     atomic.Uint64 // index of the next event to be written
	seenHead uint64        // what the producer last saw of head
	lost     atomic.Uint64
	// lostReserved is the part of lost of reserved kinds.
	lostReserved atomic.Uint64
	placed       Kind // of the last Place; NumKinds: among the packets'
	_            [cacheLine]byte

	// The consumer's side.
	head     atomic.Uint64 // index of the next event to be read
	seenTail uint64        // what the consumer last saw of tail
	_        [cacheLine]byte

	kept reserve
}

// WorkerRing is how many events one worker can have waiting: at the 10 ms a pass
// of a busy aggregator 1.6 million a second, at the 50 ms of an idle one a flood
// that begins with 330,000 a second; far more than lines can be written.
const WorkerRing = 16384

// NewRing makes a ring for size events of 128 bytes, rounded up to a power of
// two, at least 2, and 2,048 places for reserved kinds.
func NewRing(size int) *Ring {
	n := uint64(1) << bits.Len64(uint64(max(size, 2)-1))
	return &Ring{buf: make([]Event, n), mask: n - 1}
}

// Push copies e into the ring; false, and counted as lost, when it is full.
// Producer only.
func (r *Ring) Push(e *Event) bool {
	if e.Kind.reserved() {
		p := r.Place(e.Kind)
		if p == nil {
			return false
		}
		*p = *e
		r.Show()
		return true
	}
	t := r.tail.Load()
	if t-r.seenHead > r.mask && r.stillFull(t) {
		r.Lose(1)
		return false
	}
	r.buf[t&r.mask] = *e
	r.tail.Store(t + 1)
	return true
}

// Full reports whether the next event of a kind that is not reserved would be
// lost. A producer that skips building the event because of it calls Lose, so
// that nothing goes uncounted. Producer only.
func (r *Ring) Full() bool {
	t := r.tail.Load()
	return t-r.seenHead > r.mask && r.stillFull(t)
}

func (r *Ring) stillFull(t uint64) bool {
	r.seenHead = r.head.Load()
	return t-r.seenHead > r.mask
}

// Lose counts n events that were never built because the ring was full.
// Producer only.
func (r *Ring) Lose(n uint64) { r.lost.Store(r.lost.Load() + n) }

// Pop moves up to len(out) events out of the ring, in the order of their Time,
// and returns how many. Consumer only.
func (r *Ring) Pop(out []Event) (n int) {
	for n < len(out) {
		k := r.kept.first()
		if k == nil {
			return n + r.popPackets(out[n:])
		}
		if n += r.popOlder(out[n:], k.Time); n < len(out) {
			r.kept.pop(&out[n])
			n++
		}
	}
	return n
}

// popPackets moves the oldest events of kinds that are not reserved.
func (r *Ring) popPackets(out []Event) int {
	h := r.head.Load()
	if r.seenTail == h {
		r.seenTail = r.tail.Load()
	}
	n := int(min(r.seenTail-h, uint64(len(out))))
	if n == 0 {
		return 0
	}
	at := int(h & r.mask)
	first := copy(out[:n], r.buf[at:])
	copy(out[first:n], r.buf)
	r.head.Store(h + uint64(n))
	return n
}

// popOlder moves those of them that happened before t.
func (r *Ring) popOlder(out []Event, t int64) (n int) {
	h := r.head.Load()
	if r.seenTail == h {
		r.seenTail = r.tail.Load()
	}
	for ; n < len(out) && h != r.seenTail && r.buf[h&r.mask].Time < t; n++ {
		out[n] = r.buf[h&r.mask]
		h++
	}
	r.head.Store(h)
	return n
}

// Cap is how many events of kinds that are not reserved fit.
func (r *Ring) Cap() int { return len(r.buf) }

// Pushed is the number of events that ever entered the ring; safe from any
// goroutine.
func (r *Ring) Pushed() uint64 { return r.tail.Load() + r.kept.tail.Load() }

// Lost is the number of events that found the ring full; safe from any goroutine.
func (r *Ring) Lost() uint64 { return r.lost.Load() }

// LostReserved is the part of Lost that must not be lost because of others.
func (r *Ring) LostReserved() uint64 { return r.lostReserved.Load() }
