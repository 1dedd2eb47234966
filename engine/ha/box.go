package ha

import "sync/atomic"

// box carries datagrams from one worker to worker 0: one writes, one reads, and
// neither waits. What is in it is authentic.
type box struct {
	hellos mail[[8]letter]
	sealed mail[[256]letter]
}

// mail is a ring of letters, of a length that is a power of two.
type mail[R [8]letter | [256]letter] struct {
	ring       R
	head, tail atomic.Uint64
}

type letter struct {
	session *Channel // nil: a HELLO
	n       int
	data    [MaxDatagram]byte
}

// put queues a copy; false when there is no room.
func (m *mail[R]) put(c *Channel, d []byte) bool {
	t := m.tail.Load()
	if t-m.head.Load() == uint64(len(m.ring)) {
		return false
	}
	l := &m.ring[t%uint64(len(m.ring))]
	l.session, l.n = c, copy(l.data[:], d)
	m.tail.Store(t + 1)
	return true
}

// peek is the oldest letter, nil when there is none; it is the reader's until drop.
func (m *mail[R]) peek() *letter {
	h := m.head.Load()
	if h == m.tail.Load() {
		return nil
	}
	return &m.ring[h%uint64(len(m.ring))]
}

// drop gives the oldest letter's place back.
func (m *mail[R]) drop() { m.head.Add(1) }

func (l *letter) text() []byte { return l.data[:l.n] }
