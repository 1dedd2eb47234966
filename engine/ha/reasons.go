package ha

import "mire/dpdk/burst"

// Why frames are dropped.
const (
	dropIgnored burst.Own = iota
)

// drops describes them, by number.
var drops = []burst.ReasonInfo{
	dropIgnored: {Name: "sync_ignored", Help: "a datagram on the port of bngsync that is not accepted: `mire show ha` says why"},
}
