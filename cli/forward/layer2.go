package forward

import "mire/dpdk/burst"

const ethernetLen = 14

// io sends on without looking.
type io struct{}

func (io) Turn(b *burst.Burst, _, out *Port) { sendAll(b, b.Undecided, out) }

// rxOnly receives and frees.
type rxOnly struct{}

func (rxOnly) Turn(b *burst.Burst, _, _ *Port) { consumeAll(b, b.Undecided) }

// mac gives every frame the MACs of the wire it leaves by.
type mac struct{}

func (mac) Turn(b *burst.Burst, _, out *Port) {
	for m := b.Undecided; m != 0; m = m.Rest() {
		address(b.Frame(m.First()), out)
	}
	sendAll(b, b.Undecided, out)
}

// address writes destination and source of a frame that leaves by a port; one
// that is too short to have them stays as it is.
func address(f []byte, out *Port) {
	if len(f) >= ethernetLen {
		*(*[6]byte)(f[0:]) = out.Peer
		*(*[6]byte)(f[6:]) = out.MAC
	}
}

// macSwap sends every frame back to where it came from, by the paired port.
type macSwap struct{}

func (macSwap) Turn(b *burst.Burst, _, out *Port) {
	for m := b.Undecided; m != 0; m = m.Rest() {
		swapMACs(b.Frame(m.First()))
	}
	sendAll(b, b.Undecided, out)
}

func swapMACs(f []byte) {
	if len(f) >= ethernetLen {
		dst, src := *(*[6]byte)(f[0:]), *(*[6]byte)(f[6:])
		*(*[6]byte)(f[0:]), *(*[6]byte)(f[6:]) = src, dst
	}
}
