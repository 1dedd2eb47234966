package ha

import "mire/engine/ring"

// written is one change of the writer's.
type written struct {
	key     uint32 // which entry
	version uint32
	at      int64 // workers' clock, nanoseconds
}

// markerRoom is how many samples may wait.
const markerRoom = 4096

// newMarkers makes the ring that carries samples of what was written from one worker
// to another; a sample that finds no room is left out.
func newMarkers() *ring.Ring[written] { return ring.New[written](markerRoom) }
