package packet

import "mire/dpdk/burst"

// CameBy is the received slots that came by the given port. Bits of slots that
// were not received mean nothing.
func CameBy(b *burst.Burst, port uint16) burst.Mask {
	if vector {
		return cameBy(&b.In, port)
	}
	var m burst.Mask
	for i, in := range b.In {
		if in == port {
			m |= burst.Bit(i)
		}
	}
	return m
}
