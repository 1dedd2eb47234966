package example

import "mire/dpdk/burst"

// Why frames are dropped.
const (
	dropRate burst.Own = iota
)

// reasons describes them, by number.
var reasons = []burst.ReasonInfo{
	dropRate: {Name: "example_rate", Help: "a frame of the counted DSCP beyond `set examplerate`"},
}
