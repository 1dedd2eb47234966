// Package session is the one table that all workers share: who is real, who is
// trapped, and (when they exist) flows. It lives in an Arena, hugepages in
// production and the heap in tests, holds no Go pointers, and takes no locks.
package session

// Kind is the kind of an entry.
type Kind uint8

const (
	KindAddress Kind = 1 + iota // an address of a network: State says what is known of it
)

// State is what is known of an address.
type State uint8

const (
	Unknown State = iota // no entry
	Probing              // a proof of absence is under way
	Trapped              // proven absent: we answer for it
	Real                 // a host of its own was heard
	NumStates
)

// States is a set of states: bit 1<<State.
type States uint8

// Key names an entry. Addresses are 16 bytes as two big-endian words, IPv4
// mapped: Hi = 0, Lo = 0xffff<<32 | v4.
type Key struct {
	Hi, Lo uint64
	Net    uint16 // Network.Number
	Kind   Kind
}

// Record is a copy of an entry.
type Record struct {
	Key
	State   State
	Owner   uint8      // worker that runs the proof
	Used    bool       // looked up by States as Trapped since the last Put or Scan that cleared it
	MAC     [6]byte    // Real: who has it
	Askers  [2][6]byte // Trapped: the last two who were told that we have it; zero = none
	Term    uint16     // mastership under which Version was written; 0: by a node that was not the author
	Version uint32     // orders the changes of this key within a Term; see Newer
	Expires int64      // worker clock, nanoseconds; at or after it the entry is Unknown
	// Proven is the worker clock of the last proof of absence or sign of life,
	// nanoseconds, in the table cut to whole microseconds (Cut) and to 4.4 years
	// either way; below 0: before this node started.
	Proven int64
}

// Arena is memory for a table: hugepages (dpdk.Arena) or the heap (HeapArena).
type Arena interface {
	// Reserve returns size zeroed bytes aligned to 64, under a name unique in the process.
	Reserve(name string, size uintptr) ([]byte, error)
	// Release gives them back.
	Release(name string) error
}
