// Package ring carries values from one goroutine to another: bounded, without
// locks, without allocation.
package ring

import (
	"math/bits"
	"sync/atomic"
)

// cacheLine keeps the indices of the two sides apart; 128 bytes because x86
// fetches lines in pairs.
const cacheLine = 128

// Ring is a bounded queue of one producer and one consumer (Lamport 1983, with the
// copied indices of Giacomoni, FastForward 2008). A producer asks for room, fills
// slots in place and publishes them; a consumer looks at the oldest in place and
// drops them. What becomes of a value that finds no room is the producer's matter.
//
// Each side keeps a copy of the other's index and reads the real one only when the
// copy says that the ring is full (or empty), so that in the usual case a side
// touches no memory that the other writes.
type Ring[T any] struct {
	buf  []T
	mask uint64
	_    [cacheLine]byte

	// The producer's side.
	tail     atomic.Uint64 // index of the next value to be written
	seenHead uint64        // what the producer last saw of head
	_        [cacheLine]byte

	// The consumer's side.
	head     atomic.Uint64 // index of the next value to be read
	seenTail uint64        // what the consumer last saw of tail
	_        [cacheLine]byte
}

// New makes a ring for size values, rounded up to a power of two, at least 2.
func New[T any](size int) *Ring[T] {
	r := new(Ring[T])
	r.Init(size)
	return r
}

// Init is New for a ring that is part of something.
func (r *Ring[T]) Init(size int) {
	n := uint64(1) << bits.Len64(uint64(max(size, 2)-1))
	r.buf, r.mask = make([]T, n), n-1
}

// Cap is how many values fit.
func (r *Ring[T]) Cap() int { return len(r.buf) }

// Pushed is the number of values that were ever published; safe from any goroutine.
func (r *Ring[T]) Pushed() uint64 { return r.tail.Load() }
