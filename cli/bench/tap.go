package bench

import (
	"sync/atomic"

	"mire/dpdk/burst"
	"mire/engine"
)

// tap stands between a worker and its lane: replies are sampled on their way
// out, and frames can be changed on their way in. It belongs to the worker but
// for its atomic fields; stamp.how may change while the worker is parked.
type tap struct {
	lane    engine.Lane
	samples samples
	flaws   []flaw
	broken  atomic.Int32  // 1 + the flaw that the next burst gets; 0: none
	damaged atomic.Uint64 // frames so far
	stamp   stamp
}

var _ engine.Lane = (*tap)(nil)

// Exchange implements engine.Lane.
func (t *tap) Exchange(b *burst.Burst) int {
	t.samples.look(b)
	n := t.lane.Exchange(b)
	if t.stamp.how != plain {
		t.stamp.burst(b)
	}
	if k := t.broken.Load(); k != 0 && n > 0 {
		t.breakBurst(b, t.flaws[k-1].at)
	}
	return n
}

// breakBurst changes one byte of every frame of a burst. The frames are copies:
// the source stays whole.
func (t *tap) breakBurst(b *burst.Burst, at int) {
	for i := range int(b.N) {
		b.Frame(i)[at] ^= 0x5a
	}
	t.broken.Store(0)
	t.damaged.Add(uint64(b.N))
}
