package ha

import "mire/engine/ring"

// box carries datagrams from one worker to worker 0. What is in it is authentic.
type box struct{ hellos, sealed ring.Ring[letter] }

func newBox() *box {
	x := new(box)
	x.hellos.Init(8)
	x.sealed.Init(256)
	return x
}

type letter struct {
	session *Channel // nil: a HELLO
	n       int
	data    [MaxDatagram]byte
}

// put queues a copy; false when there is no room.
func (x *box) put(c *Channel, d []byte) bool {
	r := &x.sealed
	if c == nil {
		r = &x.hellos
	}
	if r.Full() {
		return false
	}
	l := r.Slot(0)
	l.session, l.n = c, copy(l.data[:], d)
	r.Publish(1)
	return true
}

func (l *letter) text() []byte { return l.data[:l.n] }
