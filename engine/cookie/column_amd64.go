package cookie

import "mire/dpdk/burst"

// column4 and column6 are Column4 and Column6 for CPUs with AVX-512.
//
//go:noescape
func column4(k *Key, addr *[4][burst.Size]uint64, ports *[burst.Size]uint32, tail uint64, out *[burst.Size]uint32, m burst.Mask)

//go:noescape
func column6(k *Key, addr *[4][burst.Size]uint64, ports *[burst.Size]uint32, tail uint64, out *[burst.Size]uint32, m burst.Mask)
