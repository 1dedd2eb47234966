package event

import "unsafe"

// A producer that has many events at once fills them in place: Room, then Slot
// for each, then one Publish. It saves building an event elsewhere, copying it,
// and one atomic store per event.

// Room is how many of want events fit now, 0..want. Producer only.
func (r *Ring) Room(want int) int {
	t := r.tail.Load()
	size := uint64(len(r.buf))
	if free := size - (t - r.seenHead); free >= uint64(want) {
		return want
	}
	r.seenHead = r.head.Load()
	return int(min(size-(t-r.seenHead), uint64(want)))
}

// Slot is the event that the k-th Publish from now will show, 0 <= k < Room. It
// holds what an older event left there: set every field, of Payload what
// PayloadLen covers. Producer only.
func (r *Ring) Slot(k int) *Event {
	return &r.buf[(r.tail.Load()+uint64(k))&r.mask]
}

// Publish shows the first n slots to the consumer, n at most Room. Producer only.
func (r *Ring) Publish(n int) { r.tail.Store(r.tail.Load() + uint64(n)) }

// Window is where the slots of the next Publish lie, for code that fills many at
// once: slot k is at Base + 128*((Next+k)&Mask).
type Window struct {
	Base unsafe.Pointer
	Next uint64
	Mask uint64
}

// Window returns the place of slot 0 and of those behind it. Producer only.
func (r *Ring) Window() Window {
	return Window{unsafe.Pointer(unsafe.SliceData(r.buf)), r.tail.Load(), r.mask}
}
