package daemon

import "mire/engine/event"

// The views are what `mire show ...` prints, one struct per subject; their
// JSON is the machine interface (`--json`).

// Status is the whole node at a glance.
type Status struct {
	Hostname   string      `json:"hostname"`
	Version    string      `json:"version"`
	PID        int         `json:"pid"`
	Config     string      `json:"config"`
	Generation uint64      `json:"generation"`
	Role       string      `json:"role"`
	HA         string      `json:"ha,omitempty"` // the peer and how far bngsync is; empty on a node without one
	Uptime     float64     `json:"uptime_seconds"`
	Hugepages  bool        `json:"hugepages"`
	Memory     Memory      `json:"memory"`
	Table      Table       `json:"table"`
	Totals     Totals      `json:"totals"`
	Events     event.Stats `json:"events"`
	Unwritten  uint64      `json:"log_lines_unwritten"`
	Ports      []Port      `json:"ports"`
	Passive    []string    `json:"modules_passing_on"`
	CPU        float64     `json:"cpu_seconds"`
}

// Memory of the process, in bytes.
type Memory struct {
	Resident uint64 `json:"resident"`
	Heap     uint64 `json:"heap"`
	Table    uint64 `json:"table"`
	MbufsAll int    `json:"mbufs"`
	MbufsUse int    `json:"mbufs_in_use"`
}

// Table is the shared session table.
type Table struct {
	Capacity  int    `json:"capacity"`
	Probing   int64  `json:"probing"`
	Trapped   int64  `json:"trapped"`
	WouldTrap int64  `json:"would_trap"` // on networks that only observe
	Real      int64  `json:"real"`
	Inserts   uint64 `json:"inserts"`
	Expired   uint64 `json:"expired"`
	Contended uint64 `json:"contended"`
	Full      uint64 `json:"full"`
	Quota     uint64 `json:"quota"`
}

// Totals is the packet identity over all workers:
// received + originated = transmitted + dropped + consumed + punted + held.
type Totals struct {
	Received    uint64 `json:"received"`
	Originated  uint64 `json:"originated"`
	Transmitted uint64 `json:"transmitted"`
	Dropped     uint64 `json:"dropped"`
	Consumed    uint64 `json:"consumed"`
	Punted      uint64 `json:"punted"`
	Held        uint64 `json:"held"`
	Balanced    bool   `json:"balanced"`
}

// Port is one interface of the configuration.
type Port struct {
	Interface int               `json:"interface"`
	Name      string            `json:"name"`
	Port      uint16            `json:"port"`
	Driver    string            `json:"driver"`
	MAC       string            `json:"mac"`
	MTU       int               `json:"mtu"`
	Fits      int               `json:"buffers_fit_mtu"` // larger IP packets are received cut
	Link      string            `json:"link"`            // up, down, absent
	Queues    int               `json:"queues"`
	Kernel    bool              `json:"kernel"`
	Host      []string          `json:"host"`
	Received  uint64            `json:"received"`
	RxBytes   uint64            `json:"received_bytes"`
	RxMissed  uint64            `json:"received_missed"`
	RxErrors  uint64            `json:"received_errors"`
	NoMbuf    uint64            `json:"no_mbuf"`
	Sent      uint64            `json:"sent"`
	TxBytes   uint64            `json:"sent_bytes"`
	TxErrors  uint64            `json:"sent_errors"`
	Extended  map[string]uint64 `json:"extended,omitempty"`
}

// Worker is one core of the packet path.
type Worker struct {
	Worker     int      `json:"worker"`
	Lanes      []string `json:"lanes"`
	Received   uint64   `json:"received"`
	Sent       uint64   `json:"transmitted"`
	Originated uint64   `json:"originated"`
	Dropped    uint64   `json:"dropped"`
	Consumed   uint64   `json:"consumed"`
	Punted     uint64   `json:"punted"`
	Held       uint64   `json:"held"`
	Balanced   bool     `json:"balanced"`
	Turns      uint64   `json:"turns"`
	EmptyPolls uint64   `json:"empty_polls"`
	Slept      float64  `json:"slept_seconds"`
	LongTurns  uint64   `json:"long_turns"`
	Longest    []Turn   `json:"longest"`
	LostEvents uint64   `json:"lost_events"`
	Starved    uint64   `json:"starved"`
}

// Turn is one remembered long turn.
type Turn struct {
	Ago    float64 `json:"ago_seconds"`
	Micros float64 `json:"microseconds"`
	Number uint64  `json:"number"`
}

// Module is one link of the chain over all workers.
type Module struct {
	Module     string `json:"module"`
	State      string `json:"state"` // active, passes on (not built yet), no peer (bngsync)
	Entered    uint64 `json:"entered"`
	Decided    uint64 `json:"decided"`
	Sent       uint64 `json:"sent"`
	Originated uint64 `json:"originated"`
}

// Drop is one reason.
type Drop struct {
	Reason string `json:"reason"`
	Count  uint64 `json:"count"`
	Help   string `json:"help"`
}

// Session is one entry of the shared table.
type Session struct {
	Network int      `json:"network"`
	Address string   `json:"address"`
	State   string   `json:"state"`
	MAC     string   `json:"mac,omitempty"`
	Askers  []string `json:"askers,omitempty"`
	Owner   int      `json:"owner"`
	Expires float64  `json:"expires_seconds"`
	Proven  float64  `json:"proven_seconds_ago"`
	Version uint32   `json:"version"`
}

// Sessions is a filtered part of the table.
type Sessions struct {
	Shown   int       `json:"shown"`
	Matched int       `json:"matched"`
	Limit   int       `json:"limit"`
	List    []Session `json:"sessions"`
}

// Neighbour is one neighbour that this node reaches itself.
type Neighbour struct {
	Network int     `json:"network"`
	Address string  `json:"address"`
	MAC     string  `json:"mac"`
	State   string  `json:"state"`
	Wanted  bool    `json:"wanted"`
	Since   float64 `json:"since_seconds"`
}
