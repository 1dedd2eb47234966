package bench

import (
	"sync/atomic"

	"mire/dpdk/burst"
	"mire/engine"
	"mire/engine/packet"
)

// damage is what can be broken in the frames of one received burst, to see that
// the node notices.
type damage int32

const (
	nothing     damage = iota
	ipChecksum         // of the IPv4 header
	tcpChecksum        // of the segment
)

// tap stands between the worker and its lane: replies are sampled on their way
// out, and frames can be changed on their way in. It belongs to the worker but
// for its atomic fields.
type tap struct {
	lane    engine.Lane
	samples samples
	damage  atomic.Int32  // for the next burst that holds frames
	damaged atomic.Uint64 // frames so far
	stamp   *stamp        // nil: frames stay as the source has them
}

var _ engine.Lane = (*tap)(nil)

// Exchange implements engine.Lane.
func (t *tap) Exchange(b *burst.Burst) int {
	t.samples.look(b)
	n := t.lane.Exchange(b)
	if t.stamp != nil {
		t.stamp.burst(b)
	}
	if d := damage(t.damage.Load()); d != nothing && n > 0 {
		t.breakBurst(b, d)
	}
	return n
}

// breakBurst breaks every frame of a burst. The frames are copies: the source
// stays whole.
func (t *tap) breakBurst(b *burst.Burst, d damage) {
	for i := range int(b.N) {
		f := b.Frame(i)
		if d == ipChecksum {
			f[packet.EthernetLen+10] ^= 0x5a
		} else {
			f[len(f)-20] ^= 0x5a // inside the TCP header of a SYN of 24 bytes
		}
	}
	t.damage.Store(int32(nothing))
	t.damaged.Add(uint64(b.N))
}
