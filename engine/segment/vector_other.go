//go:build !amd64

package segment

import "mire/dpdk/burst"

const vector = false

func match4(*burst.Burst, burst.Mask, *leg) (near burst.Mask) { return }
func match6(*burst.Burst, burst.Mask, *leg) (near burst.Mask) { return }
