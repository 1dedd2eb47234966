package forward

import (
	"mire/dpdk/burst"
	"mire/engine/packet"
)

// fiveSwap swaps both ends of every layer: MACs, addresses, ports. Checksums
// stay right by themselves, because a sum does not mind the order.
type fiveSwap struct{}

func (fiveSwap) Turn(b *burst.Burst, _, out *Port) {
	for m := b.Undecided; m != 0; m = m.Rest() {
		f := b.Frame(m.First())
		swapMACs(f)
		h, ok := find(f)
		if !ok {
			continue
		}
		if h.v6 {
			packet.IPv6(f[h.l3:]).Swap()
		} else {
			packet.IPv4(f[h.l3:]).Swap()
		}
		if h.ports() {
			p := f[h.l4 : h.l4+4]
			p[0], p[1], p[2], p[3] = p[2], p[3], p[0], p[1]
		}
	}
	sendAll(b, b.Undecided, out)
}
