package ha

// The protocol of two nodes: UDP, one datagram a message, see README.md for
// every byte.
const (
	Port        = 10439 // UDP, both ends
	MaxDatagram = 1232  // bytes of UDP payload: with IPv6 and UDP headers 1280, which every link carries (RFC 8200 section 5)
	TagLen      = 16    // authenticates a sealed datagram; its last bytes
	MaxBody     = MaxDatagram - HeaderLen - TagLen
)

// Type is what a datagram says.
type Type uint8

const (
	Hello       Type = 1 + iota // in clear: who I am, my random bytes, yours
	Update                      // entries that changed
	Ack                         // of the newest Update applied
	BulkRequest                 // send me these groups
	Bulk                        // entries of groups
	BulkEnd                     // those were all
	Digest                      // of groups
	DigestDiff                  // these groups differ
	HandoverMsg                 // a step of a planned handover
	Keepalive                   // role, size and digest of the table
	NumTypes
)

var typeNames = [NumTypes]string{
	"none", "hello", "update", "ack", "bulk-request", "bulk", "bulk-end", "digest", "digest-diff", "handover", "keepalive",
}

func (t Type) String() string {
	if t < NumTypes {
		return typeNames[t]
	}
	return "unknown"
}

// Fault is why a datagram was not accepted. Nothing of such a datagram is applied.
type Fault uint8

const (
	None         Fault = iota
	Short              // shorter than header and tag, or than a HELLO
	Long               // longer than MaxDatagram
	Magic              // not of this protocol
	OtherVersion       // of another version of it
	UnknownType        // of a type this version does not have
	Ourselves          // the sender's identifier is ours
	OtherSecret        // HELLO of a node with another secret
	BadHello           // HELLO whose code is wrong
	Early              // before the session is up, or HELLO of another session while one is alive
	OtherSession       // the sender is not the peer of the session
	Replay             // seen before, or too old to tell
	Sealed             // the tag is wrong
	Malformed          // authentic, but the body makes no sense
	Busy               // more HELLOs in a millisecond than are checked
	NumFaults
)

// Faults names and explains each fault, indexed by it.
var Faults = [NumFaults]struct{ Name, Help string }{
	None:         {"none", "accepted"},
	Short:        {"short", "shorter than its type can be: was it cut on the way?"},
	Long:         {"long", "longer than 1232 bytes"},
	Magic:        {"magic", "does not begin with BNGS: something else uses UDP port 10439"},
	OtherVersion: {"other_version", "the peer speaks another version: run one release on both nodes"},
	UnknownType:  {"unknown_type", "a type of message that this release does not have: run the same release on both nodes"},
	Ourselves:    {"ourselves", "our own identifier: is syncpeer this node, or is there a loop?"},
	OtherSecret:  {"other_secret", "the peer has another secret: copy the secret file to both nodes"},
	BadHello:     {"bad_hello", "a HELLO that was damaged or forged"},
	Early:        {"early", "no session with the sender is up, or another one is alive: a node that restarted waits for at most 1 s"},
	OtherSession: {"other_session", "the sender is not the node of this session: did it restart, or is there a third node?"},
	Replay:       {"replay", "came before, or after 1024 later ones: duplicated by the network or sent again by an attacker"},
	Sealed:       {"sealed", "its tag is wrong: damaged, forged, or from an earlier session"},
	Malformed:    {"malformed", "authentic, but not to be understood: run the same release on both nodes"},
	Busy:         {"busy", "more HELLOs in a millisecond than are checked: a flood of forged ones?"},
}

func (f Fault) String() string { return Faults[min(f, NumFaults-1)].Name }
