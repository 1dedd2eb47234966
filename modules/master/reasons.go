package master

import "mire/dpdk/burst"

// Why frames are dropped.
const (
	dropNotMaster burst.Own = iota
)

// reasons describes them, by number.
var reasons = []burst.ReasonInfo{
	dropNotMaster: {Name: "not_master", Help: "this node is backup"},
}
