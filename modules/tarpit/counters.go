package tarpit

import "mire/engine/board"

// Counter names one of the counters that a worker keeps per network.
type Counter uint8

// The counters of a network.
const (
	Proofs Counter = iota
	ProofsTrapped
	ProofsReal
	ProofsAborted
	ProofsFrozen
	Probes
	ProbesQueued
	ProbesExpired
	ProofsDeaf
	Questions
	Waiters
	Kept
	KeptTreated
	KeptLost
	KeptNot
	Answers
	Echoes
	Renewals
	Strays
	Corrections
	Announcements
	Releases
	Claims
	ClaimsVerified
	ClaimsRefuted
	ClaimsUnchecked
	DHCPServers
	DHCPHolds
	DHCPHoldsSkipped
	DHCPCandidates
	DHCPQuestions
	BoundProbing
	BoundCapture
	NumCounters
)

// Counters that only metrics have: of Releases, why; of ProofsAborted, those whose
// probes waited in vain; of BoundProbing and BoundCapture, those that the table
// refused and counts itself.
const (
	releasedAlive = NumCounters + iota
	releasedExempt
	releasedByCommand
	releasedDeclined
	releasedBlind
	releasedUnwatched
	proofsExpired
	boundByTable
	numCounted
)

// CounterInfo is the name of a counter as printed and what it counts.
type CounterInfo struct{ Name, Help string }

// CounterInfos describes every counter, indexed by it.
var CounterInfos = [NumCounters]CounterInfo{
	Proofs:           {"proofs", "proofs of absence started"},
	ProofsTrapped:    {"proofs_trapped", "proofs that heard nobody: the address was captured (observe: would be)"},
	ProofsReal:       {"proofs_real", "proofs ended by a sign of life"},
	ProofsAborted:    {"proofs_aborted", "proofs given up without a decision"},
	ProofsFrozen:     {"proofs_frozen", "proofs not started, or ended undecided, while this node was handing over"},
	Probes:           {"probes", "who-has and neighbour solicitations sent, of all purposes"},
	ProbesQueued:     {"probes_queued", "probes that had to wait for the rate bound or a spare buffer"},
	ProbesExpired:    {"probes_expired", "probes that waited a second in vain"},
	ProofsDeaf:       {"proofs_deaf", "proofs given up because no answer to our MAC was heard"},
	Questions:        {"questions", "stations asked for themselves, to learn whether we hear"},
	Waiters:          {"waiters", "askers remembered while a proof ran"},
	Kept:             {"kept", "packets kept until the proof ends that they started or met"},
	KeptTreated:      {"kept_treated", "kept packets treated when their proof had captured the address"},
	KeptLost:         {"kept_lost", "kept packets dropped: the address is alive or undecided, or their sender is not to be answered any more"},
	KeptNot:          {"kept_not", "packets not kept: both places taken, another worker's proof, long headers, or an echo request with more than 64 bytes"},
	Answers:          {"answers", "ARP and ND answers for captured addresses, waiters included"},
	Echoes:           {"echoes", "echo replies for captured addresses"},
	Renewals:         {"renewals", "captures proven again in the background"},
	Strays:           {"strays", "packets for a released address passed on to its owner"},
	Corrections:      {"corrections", "frames that told an asker the owner of a released address"},
	Announcements:    {"announcements", "frames that told askers of captured addresses the MAC of this node, the new master"},
	Releases:         {"releases", "captured addresses (observe: would be) that came alive or were released by command"},
	Claims:           {"claims", "signs of life that changed what was known"},
	ClaimsVerified:   {"claims_verified", "claims confirmed by an answer of the claimant"},
	ClaimsRefuted:    {"claims_refuted", "claims whose claimant did not answer: unknown again"},
	ClaimsUnchecked:  {"claims_unchecked", "claims that could not be verified: table full or no probe to be had"},
	DHCPServers:      {"dhcp_servers", "DHCP servers believed"},
	DHCPHolds:        {"dhcp_holds", "requests and packets of DHCP servers, and of who may be one, left without an answer"},
	DHCPHoldsSkipped: {"dhcp_holds_skipped", "DISCOVERs that got no pause for unknown servers: a bound was reached"},
	DHCPCandidates:   {"dhcp_candidates", "addresses that a client named as DHCP server, not believed by that"},
	DHCPQuestions:    {"dhcp_questions", "DISCOVERs of our own, to find out who is a DHCP server"},
	BoundProbing:     {"bound_probing", "proofs not started: too many under way"},
	BoundCapture:     {"bound_capture", "captures not made: capture rate, captures per /64 or table quota"},
}

func (c Counter) String() string {
	if c < NumCounters {
		return CounterInfos[c].Name
	}
	return "invalid"
}

// tally is the counters of one network on one worker: the worker counts in own
// and shows a copy at Tick.
type tally struct {
	number uint16 // Network.Number
	own    [numCounted]uint64
	six    [numCounted]uint64 // of own, what count was told to be of IPv6
	shown  *board.Board
}

func newTally(number uint16) *tally {
	t := &tally{number: number}
	t.shown = board.New(t.own[:], t.six[:])
	return t
}

// count counts one more, of a family.
func (t *tally) count(c Counter, f int) {
	t.own[c]++
	t.six[c] += uint64(f) // v4 is 0, v6 is 1
}
