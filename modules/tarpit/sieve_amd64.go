package tarpit

import (
	"unsafe"

	"mire/dpdk/burst"
)

// sieve4 tells of each slot of the columns whether it was sent to one of our MACs
// and whether it comes from a usual source: MAC and IPv4 address.
//
//go:noescape
func sieve4(c *burst.Columns, s *sieve) (to, usual burst.Mask)

// sieve6 is sieve4 for IPv6.
//
//go:noescape
func sieve6(c *burst.Columns, s *sieve) (to, usual burst.Mask)

// What sieve_amd64.s knows of memory, for go_asm.h.
const (
	headAt  = unsafe.Offsetof(burst.Columns{}.Head)
	addrAt  = unsafe.Offsetof(burst.Columns{}.Addr)
	macsAt  = unsafe.Offsetof(sieve{}.macs)
	neverAt = unsafe.Offsetof(sieve{}.never)
	sixAt   = unsafe.Offsetof(sieve{}.six)
)

var _ = [...]uintptr{headAt, addrAt, macsAt, neverAt, sixAt}
