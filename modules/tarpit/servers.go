package tarpit

import "sync/atomic"

const (
	// maxServers is how many DHCP servers are known at once.
	maxServers = 16
	// serverTime is how long one is remembered after it was heard: a day.
	serverTime = 86_400_000_000_000
)

// servers are the DHCP servers that any worker learnt, IPv4. Each place is an
// address and a time; a reader that sees one new and one old word errs on the
// side of silence for a turn.
type servers struct {
	n    atomic.Int32 // places ever used
	addr [maxServers]atomic.Uint32
	seen [maxServers]atomic.Int64
}

// has tells whether an address is a known server's.
func (v *servers) has(hi, lo uint64, now int64) bool {
	n := int(v.n.Load())
	if n == 0 || family(hi, lo) != v4 {
		return false
	}
	for i := range n {
		if v.addr[i].Load() == uint32(lo) && now-v.seen[i].Load() < serverTime {
			return true
		}
	}
	return false
}

// any tells whether a server is known.
func (v *servers) any(now int64) bool {
	for i := range int(v.n.Load()) {
		if a := v.addr[i].Load(); a != 0 && now-v.seen[i].Load() < serverTime {
			return true
		}
	}
	return false
}

// learn notes that a server was heard. It returns true when it is new; the one
// not heard for longest makes place.
func (v *servers) learn(addr uint32, now int64) bool {
	n, oldest := int(v.n.Load()), 0
	for i := range n {
		if v.addr[i].Load() == addr {
			fresh := now-v.seen[i].Load() < serverTime
			v.seen[i].Store(now)
			return !fresh
		}
		if v.seen[i].Load() < v.seen[oldest].Load() {
			oldest = i
		}
	}
	i := oldest
	if n < maxServers {
		if !v.n.CompareAndSwap(int32(n), int32(n)+1) {
			return false // another worker is learning one; this one will be heard again
		}
		i = n
	}
	v.seen[i].Store(now)
	v.addr[i].Store(addr)
	return true
}
