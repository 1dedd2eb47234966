package stateless

import "mire/dpdk/burst"

// Why a segment gets no reply, by row of the decision table (see ../README.md).
const (
	dropBackscatter burst.Own = iota
	dropStealth
	dropReset
	dropAckScan
	dropHandshake
	dropSilent
	dropBudget
	dropCovered
)

// Reasons describes them, by number.
var Reasons = []burst.ReasonInfo{
	dropBackscatter: {Name: "tarpit_backscatter", Help: "row 3: unsolicited SYN-ACK"},
	dropStealth:     {Name: "tarpit_stealth", Help: "row 4: a flag combination only scanners send"},
	dropReset:       {Name: "tarpit_reset", Help: "row 5: RST"},
	dropAckScan:     {Name: "tarpit_ack_scan", Help: "row 6: ACK of no connection of ours"},
	dropHandshake:   {Name: "tarpit_handshake", Help: "row 7: completes a handshake, needs no answer"},
	dropSilent:      {Name: "tarpit_silent", Help: "the network's policy stays silent here"},
	dropBudget:      {Name: "tarpit_budget", Help: "row 13: the connection or its source has spent its replies"},
	dropCovered:     {Name: "tarpit_covered", Help: "rows 10 to 12: the reply to another segment of its burst acknowledges it too"},
}
