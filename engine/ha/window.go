package ha

// WindowSize is how many sequence numbers back from the newest one a datagram
// may be late.
const WindowSize = 1024

// maxSequence ends a session: no more datagrams are sent or accepted.
const maxSequence = 1 << 63

// window remembers which sequence numbers were seen, as RFC 6479 does it: a
// ring of words twice the window's size, so that stepping forward clears whole
// words. The zero value has seen nothing.
type window struct {
	next uint64 // the newest seen, plus 1
	seen [2 * WindowSize / 64]uint64
}

// fresh tells whether seq was not seen and is not too old to tell.
func (w *window) fresh(seq uint64) bool {
	switch {
	case seq >= maxSequence:
		return false
	case seq >= w.next:
		return true
	case w.next-seq > WindowSize:
		return false
	}
	return w.seen[seq/64%uint64(len(w.seen))]>>(seq%64)&1 == 0
}

// mark notes a fresh seq as seen.
func (w *window) mark(seq uint64) {
	if seq >= w.next {
		last := (w.next - 1) / 64 // of nothing seen: far away, which clears an empty ring
		for n := min(seq/64-last, uint64(len(w.seen))); n > 0; n-- {
			w.seen[(seq/64-n+1)%uint64(len(w.seen))] = 0
		}
		w.next = seq + 1
	}
	w.seen[seq/64%uint64(len(w.seen))] |= 1 << (seq % 64)
}
