package vrrp

import "sync/atomic"

// What is told of a sender once, and again when it changes; a stranger and who is
// not listened to once in remindEvery.
const (
	tellAddresses = iota
	tellForeign
	tellMismatch
	numTells
)

const (
	// toldPlaces is how many senders are remembered for each.
	toldPlaces = 16
	// toldAgain is the least time between two reports of one place, so that
	// senders who share one, or one who changes all the time, make no flood.
	toldAgain   = 10 * second
	remindEvery = 60 * second
)

// told remembers what was said of senders, by a hash of their address. Any worker
// writes.
type told [toldPlaces]struct {
	what atomic.Uint64 // digest of it; 0: nothing
	at   atomic.Int64
}

// changed notes what there is to say of a sender now, and tells whether it is to
// be said: it is something else than was said before, or again nanoseconds have
// gone by since (0: never again).
func (t *told) changed(sender [16]byte, what uint64, now, again int64) bool {
	what |= 1
	p := &t[digest(digestStart, sender[:])>>32%toldPlaces]
	old, at := p.what.Load(), p.at.Load()
	switch {
	case old == what && (again == 0 || now-at < again), old != 0 && now-at < toldAgain:
		return false
	}
	if !p.at.CompareAndSwap(at, now) {
		return false // another worker was faster
	}
	p.what.Store(what)
	return true
}

const digestStart = 0xcbf29ce484222325

// digest goes on with FNV-1a of 64 bits.
func digest(h uint64, b []byte) uint64 {
	for _, c := range b {
		h = (h ^ uint64(c)) * 0x100000001b3
	}
	return h
}
