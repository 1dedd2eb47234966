//go:build !amd64

package cookie

import "mire/dpdk/burst"

const (
	vector = false
	fewest = 0
)

func batch4(*Key, *Tuples, *[burst.Size]uint32, burst.Mask) {}
func batch6(*Key, *Tuples, *[burst.Size]uint32, burst.Mask) {}
