package ring

// Room is how many of want values fit now, 0..want. Producer only.
func (r *Ring[T]) Room(want int) int {
	t := r.tail.Load()
	size := uint64(len(r.buf))
	if free := size - (t - r.seenHead); free >= uint64(want) {
		return want
	}
	r.seenHead = r.head.Load()
	return int(min(size-(t-r.seenHead), uint64(want)))
}

// Full tells whether there is no room for one value. Producer only.
func (r *Ring[T]) Full() bool {
	t := r.tail.Load()
	return t-r.seenHead > r.mask && r.stillFull(t)
}

func (r *Ring[T]) stillFull(t uint64) bool {
	r.seenHead = r.head.Load()
	return t-r.seenHead > r.mask
}

// Slot is the value that the k-th Publish from now will show, 0 <= k < Room. It
// holds what an older value left there. Producer only.
func (r *Ring[T]) Slot(k int) *T {
	return &r.buf[(r.tail.Load()+uint64(k))&r.mask]
}

// Slots is all of the ring's memory and the index of slot 0: slot k lies at
// (next+k) modulo Cap. It is for code that fills many at once. Producer only.
func (r *Ring[T]) Slots() (all []T, next uint64) { return r.buf, r.tail.Load() }

// Publish shows the first n slots to the consumer, n at most Room. Producer only.
func (r *Ring[T]) Publish(n int) { r.tail.Store(r.tail.Load() + uint64(n)) }

// Push publishes a copy of *v; false when there is no room. Producer only.
func (r *Ring[T]) Push(v *T) bool {
	if r.Full() {
		return false
	}
	*r.Slot(0) = *v
	r.Publish(1)
	return true
}
