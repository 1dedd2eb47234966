package arp

import "mire/dpdk/burst"

// Why frames are dropped.
const (
	dropNotOurs burst.Own = iota
)

// reasons describes them, by number.
var reasons = []burst.ReasonInfo{
	dropNotOurs: {Name: "arp_not_ours", Help: "an ARP or ND answer that nobody here waits for: learnt from, then dropped"},
}
