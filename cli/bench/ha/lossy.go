package ha

import (
	"math/rand/v2"

	"mire/dpdk/burst"
	"mire/engine"
	"mire/engine/packet"
)

// lossy is a lane that loses some of the datagrams it receives: their IPv4
// checksum is broken, so that the parser drops them. It belongs to the worker.
type lossy struct {
	engine.Lane
	loss float64 // 0..1
	rng  *rand.Rand
	lost uint64
}

var _ engine.Lane = (*lossy)(nil)

// Exchange implements engine.Lane.
func (l *lossy) Exchange(b *burst.Burst) int {
	const protocol, sum = packet.EthernetLen + 9, packet.EthernetLen + 10
	n := l.Lane.Exchange(b)
	if l.loss == 0 {
		return n
	}
	for i := range int(b.N) {
		if f := b.Frame(i); len(f) > sum && f[protocol] == packet.ProtoUDP && l.rng.Float64() < l.loss {
			f[sum] ^= 0x5a
			l.lost++
		}
	}
	return n
}
