package ping

import "mire/dpdk/burst"

// Why frames are dropped.
const (
	dropTooLong burst.Own = iota
)

// reasons describes them, by number.
var reasons = []burst.ReasonInfo{
	dropTooLong: {Name: "echo_too_long", Help: "an echo request to us whose reply would not fit"},
}
