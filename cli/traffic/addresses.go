package traffic

import (
	"encoding/binary"
	"fmt"
	"math/bits"
	"net/netip"
)

// Default ranges: the benchmark network of RFC 2544 appendix C, its lower half
// to send to, its upper half to send from, and the documentation prefix of RFC
// 3849.
var (
	defaultTargets4 = Range{Prefix: netip.MustParsePrefix("198.18.0.0/24")}
	defaultSources4 = Range{Prefix: netip.MustParsePrefix("198.19.0.0/16")}
	defaultTargets6 = Range{Prefix: netip.MustParsePrefix("2001:db8::/120")}
	defaultSources6 = Range{Prefix: netip.MustParsePrefix("2001:db8:8000::/48")}
)

// run is a Range as numbers: addresses hi:lo+0 .. hi:lo+n-1, or, wide, the
// same interface identifier in networks hi+0 .. hi+n-1.
type run struct {
	hi, lo   uint64
	n        uint64
	v6, wide bool
}

// run compiles the range. An IPv6 prefix shorter than 64 bits is so many
// networks with one address each: who limits senders does so by the /64. IPv4 networks leave out network and broadcast
// address, IPv6 networks the subnet-router anycast address (RFC 4291 section
// 2.6.1).
func (r Range) run() (run, error) {
	p := r.Prefix
	if !p.IsValid() {
		return run{}, fmt.Errorf("no addresses")
	}
	free := p.Addr().BitLen() - p.Bits()
	first := p.Addr()
	if first == p.Masked().Addr() && free > 1 {
		first = first.Next()
	}
	u := run{v6: first.Is6()}
	b := first.As16()
	u.hi, u.lo = binary.BigEndian.Uint64(b[:8]), binary.BigEndian.Uint64(b[8:])
	if !u.v6 {
		u.hi, u.lo = 0, u.lo&(1<<32-1)
	}
	// What lies behind the first, in as many bits as its word has.
	word := &u.lo
	if u.wide = u.v6 && free > 64; u.wide {
		word, free = &u.hi, free-64
	}
	room := (*word | ^uint64(0)>>(64-uint(free))) - *word
	if !u.v6 && free > 1 && room > 0 {
		room-- // the broadcast address
	}
	u.n = min(room, 1<<32-1) + 1
	if r.Count > u.n {
		return u, fmt.Errorf("%d addresses from %s on: there are %d", r.Count, p, u.n)
	}
	if r.Count != 0 {
		u.n = r.Count
	}
	return u, nil
}

// end is address i, without a port.
func (u *run) end(i uint64) end {
	if u.wide {
		return end{hi: u.hi + i, lo: u.lo}
	}
	return end{hi: u.hi, lo: u.lo + i}
}

// at is address i for people.
func (u *run) at(i uint64) netip.Addr {
	e := u.end(i)
	if !u.v6 {
		var a [4]byte
		binary.BigEndian.PutUint32(a[:], uint32(e.lo))
		return netip.AddrFrom4(a)
	}
	var a [16]byte
	binary.BigEndian.PutUint64(a[:8], e.hi)
	binary.BigEndian.PutUint64(a[8:], e.lo)
	return netip.AddrFrom16(a)
}

// index is which address of the run e is; ok is false when it is none.
func (u *run) index(e *end) (i uint64, ok bool) {
	if u.wide {
		i = e.hi - u.hi
		return i, i < u.n && e.lo == u.lo
	}
	i = e.lo - u.lo
	return i, i < u.n && e.hi == u.hi
}

// portRun is Ports as numbers.
type portRun struct {
	n     uint64
	first uint16
	list  []uint16 // when they are not one run
}

func (p Ports) run() portRun {
	if len(p) == 1 {
		return portRun{n: uint64(p[0].To-p[0].From) + 1, first: p[0].From}
	}
	var u portRun
	for _, r := range p {
		for v := int(r.From); v <= int(r.To); v++ {
			u.list = append(u.list, uint16(v))
		}
	}
	u.n = uint64(len(u.list))
	return u
}

func (u *portRun) at(i uint64) uint16 {
	if u.list != nil {
		return u.list[i]
	}
	return u.first + uint16(i)
}

// index is which port of the run p is.
func (u *portRun) index(p uint16) (i uint64, ok bool) {
	if u.list == nil {
		i = uint64(p - u.first)
		return i, i < u.n
	}
	for i, q := range u.list {
		if p == q {
			return uint64(i), true
		}
	}
	return 0, false
}

// product is a*b, at most 2^64-1.
func product(a, b uint64) uint64 {
	hi, lo := bits.Mul64(a, b)
	if hi != 0 {
		return ^uint64(0)
	}
	return lo
}
