package tarpit

import (
	"sync"

	"mire/engine/ring"
	"mire/engine/session"
)

// mailboxSize is how many commands may wait.
const mailboxSize = 64

// mailbox carries addresses to release from the control plane to worker 0: the
// producers take turns by a lock of their own, the worker never waits.
type mailbox struct {
	mu sync.Mutex // producers
	*ring.Ring[session.Key]
}

// put queues a copy of k; false when the box is full.
func (m *mailbox) put(k session.Key) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.Push(&k)
}
