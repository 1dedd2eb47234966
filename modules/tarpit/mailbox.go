package tarpit

import (
	"sync"
	"sync/atomic"

	"mire/engine/session"
)

// mailboxSize is how many commands may wait; a power of two.
const mailboxSize = 64

// mailbox carries addresses to release from the control plane to worker 0: the
// producers take turns by a lock of their own, the worker never waits.
type mailbox struct {
	mu   sync.Mutex // producers
	ring [mailboxSize]session.Key
	head atomic.Uint64 // next to be read
	tail atomic.Uint64 // next to be written
}

// put queues a copy of k; false when the box is full.
func (m *mailbox) put(k session.Key) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	t := m.tail.Load()
	if t-m.head.Load() == mailboxSize {
		return false
	}
	m.ring[t%mailboxSize] = k
	m.tail.Store(t + 1)
	return true
}

// take copies the oldest command into k; false when there is none.
func (m *mailbox) take(k *session.Key) bool {
	h := m.head.Load()
	if h == m.tail.Load() {
		return false
	}
	*k = m.ring[h%mailboxSize]
	m.head.Store(h + 1)
	return true
}
