package ring

// Waiting is how many of want values can be read now, 0..want. Consumer only.
func (r *Ring[T]) Waiting(want int) int {
	h := r.head.Load()
	if r.seenTail-h < uint64(want) {
		r.seenTail = r.tail.Load()
	}
	return int(min(r.seenTail-h, uint64(want)))
}

// Oldest is the k-th oldest value, 0 <= k < Waiting; it is the consumer's until
// Drop. Consumer only.
func (r *Ring[T]) Oldest(k int) *T {
	return &r.buf[(r.head.Load()+uint64(k))&r.mask]
}

// First is the oldest value, nil when there is none. Consumer only.
func (r *Ring[T]) First() *T {
	if r.Waiting(1) == 0 {
		return nil
	}
	return r.Oldest(0)
}

// Drop gives the places of the n oldest values back, n at most Waiting. Consumer
// only.
func (r *Ring[T]) Drop(n int) { r.head.Store(r.head.Load() + uint64(n)) }

// Take moves the oldest value to *v; false when there is none. Consumer only.
func (r *Ring[T]) Take(v *T) bool {
	p := r.First()
	if p == nil {
		return false
	}
	*v = *p
	r.Drop(1)
	return true
}

// Pop moves up to len(out) of the oldest values to out and returns how many.
// Consumer only.
func (r *Ring[T]) Pop(out []T) int {
	n := r.Waiting(len(out))
	if n == 0 {
		return 0
	}
	first := copy(out[:n], r.buf[r.head.Load()&r.mask:])
	copy(out[first:n], r.buf)
	r.Drop(n)
	return n
}
