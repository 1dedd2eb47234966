//go:build !amd64

package tarpit

import "mire/dpdk/burst"

func sieve4(*burst.Columns, *sieve) (to, usual burst.Mask) { return 0, 0 }
func sieve6(*burst.Columns, *sieve) (to, usual burst.Mask) { return 0, 0 }
