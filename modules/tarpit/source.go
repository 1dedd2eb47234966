package tarpit

import (
	"mire/dpdk/burst"
	"mire/engine/own"
)

// refuseSource is why whoever sent slot i is never answered, or
// accepted. The address is two words, port 0 for what has no ports.
func (s *stage) refuseSource(b *burst.Burst, i int, n *network, hi, lo uint64, port uint16) burst.Own {
	if s.w.Observer.Captured.Has(i) {
		return dropSource
	}
	return s.neverAnswered(n, hi, lo, port, b.Now)
}

// neverAnswered is refuseSource for whoever is not captured.
func (s *stage) neverAnswered(n *network, hi, lo uint64, port uint16, now int64) burst.Own {
	if _, which := n.addrs.Find(hi, lo, true); which != own.Foreign || !isHost(hi, lo) ||
		family(hi, lo) == v4 && lo == n.addrs.Broadcast4 {
		return dropSource
	}
	if len(s.snap.Ignore) > 0 && s.snap.Ignored(hi, lo, port) {
		return dropIgnored
	}
	if s.isServer(n, hi, lo, now) {
		return dropDHCP
	}
	return accepted
}

// isHost tells whether an address can be a host's: not zero, loopback,
// multicast or reserved (RFC 1122 section 3.2.1.3, RFC 4291 section 2.4).
func isHost(hi, lo uint64) bool {
	if family(hi, lo) == v4 {
		top := uint8(lo >> 24)
		return top != 0 && top != 127 && top < 224
	}
	return hi>>56 != 0xff && (hi != 0 || lo > 1)
}
