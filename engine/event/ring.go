package event

// Ring carries events from one worker to the aggregator: one producer, one
// consumer, no locks. A full ring loses the event and counts it.
type Ring struct {
	q    []Event
	lost uint64
}

// NewRing makes a ring for size events, a power of two.
func NewRing(size int) *Ring { return &Ring{q: make([]Event, 0, size)} }

// Push copies e into the ring; false, and counted as lost, when it is full.
func (r *Ring) Push(e *Event) bool {
	if len(r.q) == cap(r.q) {
		r.lost++
		return false
	}
	r.q = append(r.q, *e)
	return true
}

// Pop moves up to len(out) events out of the ring.
func (r *Ring) Pop(out []Event) int {
	n := copy(out, r.q)
	r.q = r.q[:copy(r.q, r.q[n:])]
	return n
}

// Lost is the number of events that found the ring full; safe from any goroutine.
func (r *Ring) Lost() uint64 { return r.lost }
