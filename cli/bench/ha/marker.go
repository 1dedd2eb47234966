package ha

import "sync/atomic"

// written is one change of the writer's.
type written struct {
	key     uint32 // which entry
	version uint32
	at      int64 // workers' clock, nanoseconds
}

// markers carry samples of what was written from one worker to another. One
// thread puts, one takes; a sample that finds no room is left out.
type markers struct {
	head atomic.Uint64
	_    [56]byte
	tail atomic.Uint64
	_    [56]byte
	ring [4096]written
}

func (m *markers) put(w written) {
	head := m.head.Load()
	if head-m.tail.Load() == uint64(len(m.ring)) {
		return
	}
	m.ring[head%uint64(len(m.ring))] = w
	m.head.Store(head + 1)
}

func (m *markers) take() (w written, ok bool) {
	tail := m.tail.Load()
	if tail == m.head.Load() {
		return w, false
	}
	w = m.ring[tail%uint64(len(m.ring))]
	m.tail.Store(tail + 1)
	return w, true
}
