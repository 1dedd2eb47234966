package vrrp

import "mire/dpdk/burst"

// Why frames are dropped.
const (
	dropIgnored burst.Own = iota
)

// reasons describes them, by number.
var reasons = []burst.ReasonInfo{
	dropIgnored: {Name: "vrrp_ignored", Help: "a VRRP advertisement for this virtual router that is not listened to: `mire show vrrp` says why"},
}
