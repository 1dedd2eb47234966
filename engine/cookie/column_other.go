//go:build !amd64

package cookie

import "mire/dpdk/burst"

func column4(*Key, *[4][burst.Size]uint64, *[burst.Size]uint32, uint64, *[burst.Size]uint32, burst.Mask) {
}

func column6(*Key, *[4][burst.Size]uint64, *[burst.Size]uint32, uint64, *[burst.Size]uint32, burst.Mask) {
}
