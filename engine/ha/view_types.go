package ha

// shownBngsync is what `show bngsync` prints.
type shownBngsync struct {
	Active    bool   `json:"active"`
	Family    string `json:"family"` // IPv4 or IPv6, as syncpeer; empty without one
	Port      int    `json:"port"`
	Peer      string `json:"peer"`
	PeerMAC   string `json:"peer_mac"` // empty while it is not known
	Received4 uint64 `json:"ipv4_received"`
	Received6 uint64 `json:"ipv6_received"`
	Why       string `json:"why"` // it is not active
}

// shownPeer is this node and its peer. Times are seconds; ago, unless said otherwise.
// Digests are hexadecimal.
type shownPeer struct {
	Network      int               `json:"network"`
	Peer         string            `json:"peer"`
	PeerMAC      string            `json:"peer_mac"`
	Standing     string            `json:"standing"`
	PeerStanding string            `json:"peer_standing"` // empty without a session
	Term         uint16            `json:"term"`
	PeerTerm     uint16            `json:"peer_term"`
	Held         bool              `json:"held"`         // must not preempt yet
	Lacking      uint32            `json:"lacking"`      // entries of the master that cannot be held here
	PeerLacking  uint32            `json:"peer_lacking"` // entries of this node that the peer cannot hold
	Limits       shownLimits       `json:"limits"`
	PeerLimits   shownLimits       `json:"peer_limits"` // zero without a session
	Away         bool              `json:"away"`        // gave the role away, and leaves it there
	State        string            `json:"state"`
	Since        float64           `json:"since_seconds"`
	Why          string            `json:"why"`
	Converged    bool              `json:"converged"`
	Digest       string            `json:"digest"`
	PeerDigest   string            `json:"peer_digest"`
	Differing    int               `json:"differing_groups"`
	Pending      bool              `json:"pending"`
	Heard        float64           `json:"heard_seconds"` // -1: never
	Lag          shownLag          `json:"lag"`
	Records      map[string]uint64 `json:"records"`
	Sent         map[string]uint64 `json:"sent"`
	Received     map[string]uint64 `json:"received"`
	Rejected     map[string]uint64 `json:"rejected"`
	Strangers    uint64            `json:"strangers"` // datagrams on our port that did not come from the peer
	Lost         uint64            `json:"lost"`      // datagrams for which a worker's box had no room
	Conflicts    uint64            `json:"conflicts"`
	SplitBrains  uint64            `json:"split_brains"`
	Preemptions  uint64            `json:"preemptions"`
	Sessions     uint64            `json:"sessions"`
	Handover     shownHandover     `json:"handover"`
	History      []shownTransition `json:"history"` // newest last
}

// shownLimits are the most entries of a node's table.
type shownLimits struct {
	Entries  uint32 `json:"entries"`
	Captured uint32 `json:"captured"`
	Real     uint32 `json:"real"`
}

// shownLag is how long changes took to be acknowledged, in milliseconds.
type shownLag struct {
	Count uint64  `json:"count"`
	P50   float64 `json:"p50_ms"`
	P99   float64 `json:"p99_ms"`
	Max   float64 `json:"max_ms"`
}

// shownHandover is the last planned handover.
type shownHandover struct {
	Step string  `json:"step"`
	Why  string  `json:"why"`
	Ago  float64 `json:"ago_seconds"`
	Took float64 `json:"took_ms"`
	// Silent is how long of that neither node answered; 0 while the peer is not
	// master yet.
	Silent float64 `json:"silent_ms"`
	Count  uint64  `json:"count"`
}

// shownTransition is one change of role or session.
type shownTransition struct {
	Ago  float64 `json:"ago_seconds"`
	What string  `json:"what"`
	Why  string  `json:"why"`
}
