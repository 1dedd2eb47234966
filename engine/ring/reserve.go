package ring

import "sync/atomic"

// Reserve is a ring for values of up to 256 kinds, each of which has places of its
// own: however many of one kind come, they take no place of another.
type Reserve[T any] struct {
	ring  Ring[T]
	kinds [256]quota         // the producer's
	taken [256]atomic.Uint32 // the consumer's: values of the kind that were dropped
}

// quota is what the producer knows of a kind.
type quota struct {
	places    uint32
	sent      uint32
	seenTaken uint32 // what the producer last saw of taken
}

// Init makes room for places[k] values of each kind k; those that it does not name
// have none.
func (r *Reserve[T]) Init(places []int) {
	// There are as many slots as places: a kind with a place left finds one free,
	// as the consumer takes values in the order in which they came.
	all := 0
	for k, n := range places {
		r.kinds[k].places = uint32(n)
		all += n
	}
	r.ring.Init(all)
}

// Has tells whether kind k has places.
func (r *Reserve[T]) Has(k uint8) bool { return r.kinds[k].places != 0 }

// Place is where the next value of kind k goes, which Show then shows; nil when
// its places are taken. It holds what an older value left there. Producer only.
func (r *Reserve[T]) Place(k uint8) *T {
	q := &r.kinds[k]
	if q.sent-q.seenTaken >= q.places {
		if q.seenTaken = r.taken[k].Load(); q.sent-q.seenTaken >= q.places {
			return nil
		}
	}
	return r.ring.Slot(0)
}

// Show shows the value of the last Place, of kind k. Producer only.
func (r *Reserve[T]) Show(k uint8) {
	r.kinds[k].sent++
	r.ring.Publish(1)
}

// First is the oldest value, nil when there is none. Consumer only.
func (r *Reserve[T]) First() *T { return r.ring.First() }

// Drop gives the place of the oldest value, of kind k, back. Consumer only.
func (r *Reserve[T]) Drop(k uint8) {
	r.ring.Drop(1)
	r.taken[k].Add(1) // last: who sees it may write there
}

// Cap is how many values of all kinds fit.
func (r *Reserve[T]) Cap() int { return r.ring.Cap() }

// Pushed is the number of values that were ever shown; safe from any goroutine.
func (r *Reserve[T]) Pushed() uint64 { return r.ring.Pushed() }
