package lab

import (
	"testing"

	"mire/dpdk/burst"
	"mire/engine/enginetest"
)

// heapTap is a tap on a heap lane with two ports; every frame goes on by port 1
// and one of our own by port 0.
func heapTap() (t *tap, lane *enginetest.Lane, b *burst.Burst, turn func()) {
	lane, b = &enginetest.Lane{Discard: true}, &burst.Burst{}
	t = &tap{lane: lane, core: &core{flows: make([]flowCount, 2)}, in: 0, rxq: 3, txq: 4, pcaps: &pcaps{}}
	frames := make([]enginetest.Frame, 5)
	for i := range frames {
		frames[i].Data = make([]byte, 60)
	}
	return t, lane, b, func() {
		lane.In = frames
		t.Exchange(b)
		b.Begin()
		for m := b.Undecided; m != 0; m = m.Rest() {
			b.SendTo(m.First(), 1)
		}
		b.Originate(0, 60)
	}
}

func TestTapCountsByPort(t *testing.T) {
	tap, _, b, turn := heapTap()
	for range 10 {
		turn()
	}
	tap.leaving(b)
	f := tap.core.flows
	if f[0].rx.Load() != 50 || f[1].rx.Load() != 0 || f[0].tx.Load() != 10 || f[1].tx.Load() != 50 {
		t.Errorf("port 0: %d in, %d out; port 1: %d in, %d out", f[0].rx.Load(), f[0].tx.Load(), f[1].rx.Load(), f[1].tx.Load())
	}
}

func TestTapDoesNotAllocate(t *testing.T) {
	tap, _, _, turn := heapTap()
	if n := testing.AllocsPerRun(100, turn); n != 0 {
		t.Errorf("%v allocations in a turn", n)
	}
	r := newRecorder("test", func(*slot) error { return nil }, func() error { return nil })
	tap.pcaps.eyes.Store(r)
	tap.pcaps.level.Store(3)
	if n := testing.AllocsPerRun(100, turn); n != 0 {
		t.Errorf("%v allocations in a turn that is recorded", n)
	}
	if err := tap.pcaps.close(); err != nil || r.kept.Load() < 1000 {
		t.Errorf("%d frames kept, %v", r.kept.Load(), err)
	}
}

func TestRecordersGetWhatTheyAskedFor(t *testing.T) {
	for _, c := range []struct {
		level             int32
		received, written int
	}{{0, 0, 0}, {1, 10, 0}, {2, 0, 12}, {3, 10, 12}, {9, 10, 12}} {
		tap, _, b, turn := heapTap()
		var received, sent int
		r := newRecorder("test", func(s *slot) error {
			switch {
			case s.sent && s.queue == 4 && len(s.frame()) == 60:
				sent++
			case !s.sent && s.queue == 3 && s.port == 0:
				received++
			}
			return nil
		}, func() error { return nil })
		tap.pcaps.eyes.Store(r)
		tap.pcaps.level.Store(c.level)
		turn()
		turn()
		tap.leaving(b)
		tap.pcaps.eyes.Store(nil)
		if err := r.close(); err != nil {
			t.Fatal(err)
		}
		if received != c.received || sent != c.written {
			t.Errorf("level %d: %d received, %d sent; want %d, %d", c.level, received, sent, c.received, c.written)
		}
	}
}

// A recorder that is not read loses frames and says how many.
func TestSlowRecorderLoses(t *testing.T) {
	gate := make(chan struct{})
	r := newRecorder("test", func(*slot) error { <-gate; return nil }, func() error { return nil })
	for range slots + 100 {
		r.keep(0, make([]byte, 3000), 0, 0, false)
	}
	close(gate)
	if err := r.close(); err != nil {
		t.Fatal(err)
	}
	if r.kept.Load() != slots || r.lost.Load() != 100 {
		t.Errorf("%d kept, %d lost", r.kept.Load(), r.lost.Load())
	}
}
