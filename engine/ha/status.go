package ha

import (
	"net/netip"

	"mire/engine/config"
)

// State is how far this node is with its peer.
type State uint8

const (
	Off       State = iota // no syncpeer, no secret, or its port is not there
	Resolving              // the peer's MAC address is not known
	Greeting               // HELLO goes out, the peer has not echoed ours
	Talking                // the session is up, tables are being compared
	Converged              // the tables were found equal, by a comparison less than a second ago
	NumStates              //
)

var stateNames = [NumStates]string{"off", "resolving", "greeting", "talking", "converged"}

func (s State) String() string { return stateNames[min(s, NumStates-1)] }

// Status is the synchronisation as of worker 0's last Tick. Times are
// nanoseconds of the workers' clock.
type Status struct {
	Network int        // Network.Number of the syncpeer; 0 without one
	Peer    netip.Addr // its real or real6
	PeerMAC config.MAC // zero while unknown
	State   State
	Since   int64  // when State began
	Why     string // what keeps the session from being up; empty when it is
	// Master and PeerMaster are the two standings; Term numbers masterships.
	Master, PeerMaster bool
	Term, PeerTerm     uint16
	Held               bool   // this node must not preempt
	Met                bool   // the tables were equal in this session, within the last seconds: a handover can begin
	Lacking            uint32 // entries of the master that cannot be held here
	PeerLacking        uint32 // entries of ours that the peer cannot hold
	Limits, PeerLimits Limits // of the tables; the peer's as last told
	Away               bool   // it gave the role away, and leaves it there
	Digest, PeerDigest uint64 // of the whole tables; the peer's as last told
	Differing          int    // groups found different and not yet repaired
	Pending            bool   // changes wait to be sent
	Heard              int64  // last datagram that was accepted; 0: none
	// Datagrams received on port 10439 by family, whatever became of them.
	Received4, Received6 uint64
	Strangers            uint64            // of these, from an address that is not the peer's
	Lost                 uint64            // of these, that worker 0 had no time for
	Sent, Received       [NumTypes]uint64  // datagrams by type; received ones were accepted
	Rejected             [NumFaults]uint64 // received ones that were not, by cause
	Records              Records
	Conflicts            uint64 // entries that two masters had changed
	SplitBrains          uint64 // times the peer was master beside us, and both heard it
	Preemptions          uint64 // times the role went from one living node to the other by the elections
	Sessions             uint64 // sessions that came up
	Lag                  Lag
	Handover             Handover
	History              []Transition // newest last
}

// Records count entries.
type Records struct {
	Sent    uint64
	Applied uint64 // written into our table
	Stale   uint64 // ours was as new
	Refused uint64 // exempt here, table or quota full, entry busy
	Foreign uint64 // of a network that we do not have
	Unknown uint64 // of a kind that we do not know, skipped
	Pruned  uint64 // of ours, removed because the master has them no more
}

func (r *Records) byName() map[string]uint64 {
	return map[string]uint64{
		"sent": r.Sent, "applied": r.Applied, "stale": r.Stale, "refused": r.Refused,
		"foreign": r.Foreign, "unknown": r.Unknown, "pruned": r.Pruned,
	}
}

// Lag is how long changes took to be acknowledged by the peer, nanoseconds:
// from the turn that collected them to the acknowledgement, both ways included.
type Lag struct {
	Count         uint64
	P50, P99, Max int64
	Sum           int64
	// Octaves are counts by size: Octaves[k] are below 2^k microseconds, and not below
	// half of that; the last has all above.
	Octaves [lagOctaves]uint64
}

var handoverSteps = [...]string{HandoverNone: "none", HandoverFlush: "flushing", HandoverCompare: "comparing", HandoverDone: "done", HandoverFailed: "failed"}

func (s HandoverStep) String() string { return handoverSteps[s] }

// HandoverStep is how far a planned handover is.
type HandoverStep uint8

const (
	HandoverNone    HandoverStep = iota // none was asked for
	HandoverFlush                       // frozen, the last changes go out
	HandoverCompare                     // waiting for the peer to find its table equal
	HandoverDone                        // the role was given away
	HandoverFailed                      // given up, Why says for what reason
)

// Handover is the last planned handover.
type Handover struct {
	Step HandoverStep
	Why  string
	At   int64 // when it was asked for
	Took int64 // until it failed, or the peer said that it is master
	// Silent is the part of Took in which neither node answered, 0 until the peer
	// is master: from the moment this one gave the role away until it heard so.
	Silent int64
	Count  uint64
}

// Transition is one change worth remembering.
type Transition struct {
	At   int64
	What string // master, backup, session up, session lost, split brain, ...
	Why  string
}
