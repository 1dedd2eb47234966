package event

import "unsafe"

// A producer that has many events at once fills them in place: Room, then Slot
// for each, then one Publish. It saves building an event elsewhere, copying it,
// and one atomic store per event.

// Room is how many of want events fit now, 0..want. Producer only.
func (r *Ring) Room(want int) int { return r.packets.Room(want) }

// Slot is the event that the k-th Publish from now will show, 0 <= k < Room. It
// holds what an older event left there: set every field, of Payload what
// PayloadLen covers. Producer only.
func (r *Ring) Slot(k int) *Event { return r.packets.Slot(k) }

// Publish shows the first n slots to the consumer, n at most Room. Producer only.
func (r *Ring) Publish(n int) { r.packets.Publish(n) }

// Window is where the slots of the next Publish lie, for code that fills many at
// once: slot k is at Base + 128*((Next+k)&Mask).
type Window struct {
	Base unsafe.Pointer
	Next uint64
	Mask uint64
}

// Window returns the place of slot 0 and of those behind it. Producer only.
func (r *Ring) Window() Window {
	all, next := r.packets.Slots()
	return Window{unsafe.Pointer(unsafe.SliceData(all)), next, uint64(len(all)) - 1}
}
