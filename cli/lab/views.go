package lab

// The views are what `show ... --json` prints; `expect` knows the same names.

// PortStats are a port's own counters.
type PortStats struct {
	Port      int    `json:"port"`
	RxPackets uint64 `json:"rx_packets"`
	RxMissed  uint64 `json:"rx_missed"`
	RxBytes   uint64 `json:"rx_bytes"`
	RxErrors  uint64 `json:"rx_errors"`
	RxNoMbuf  uint64 `json:"rx_nombuf"`
	TxPackets uint64 `json:"tx_packets"`
	TxErrors  uint64 `json:"tx_errors"`
	TxBytes   uint64 `json:"tx_bytes"`
	RxPPS     uint64 `json:"rx_pps"`
	RxBPS     uint64 `json:"rx_bps"`
	TxPPS     uint64 `json:"tx_pps"`
	TxBPS     uint64 `json:"tx_bps"`
}

// PortSummary is one line of `show port summary`.
type PortSummary struct {
	Port   int    `json:"port"`
	MAC    string `json:"mac"`
	Name   string `json:"name"`
	Driver string `json:"driver"`
	Status string `json:"status"`
	Link   string `json:"link"`
}

// PortForward is what the cores forwarded of one port since the start.
type PortForward struct {
	Port      int    `json:"port"`
	RxPackets uint64 `json:"rx_packets"`
	RxDropped uint64 `json:"rx_dropped"`
	RxTotal   uint64 `json:"rx_total"`
	TxPackets uint64 `json:"tx_packets"`
	TxDropped uint64 `json:"tx_dropped"`
	TxTotal   uint64 `json:"tx_total"`
	BadIP     uint64 `json:"bad_ipcsum"`
	BadL4     uint64 `json:"bad_l4csum"`
}

// Forward is the sum over all ports.
type Forward struct {
	Running   bool   `json:"running"`
	Rx        uint64 `json:"rx"`
	RxDropped uint64 `json:"rx_dropped"`
	Tx        uint64 `json:"tx"`
	TxDropped uint64 `json:"tx_dropped"`
	Held      uint64 `json:"held"`
}

// ForwardStats is `show fwd stats all`.
type ForwardStats struct {
	Mode  string        `json:"mode"`
	Ports []PortForward `json:"ports"`
	All   Forward       `json:"all"`
}

// ModuleStats is one link of the chain over all cores.
type ModuleStats struct {
	Module     string `json:"module"`
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

// Row is one of the rules by which a module decides.
type Row struct {
	Module string `json:"module"`
	Row    string `json:"row"`
	Count  uint64 `json:"count"`
	Help   string `json:"help"`
}

// Modules is `show module stats`.
type Modules struct {
	Modules  []ModuleStats `json:"modules"`
	Rows     []Row         `json:"rows"`
	Drops    []Drop        `json:"drops"`
	Consumed uint64        `json:"consumed"`
	Punted   uint64        `json:"punted"`
	Balanced bool          `json:"balanced"`
}

// Table is the shared session table.
type Table struct {
	Capacity  int    `json:"capacity"`
	Probing   int64  `json:"probing"`
	Trapped   int64  `json:"trapped"`
	Real      int64  `json:"real"`
	Inserts   uint64 `json:"inserts"`
	Expired   uint64 `json:"expired"`
	Contended uint64 `json:"contended"`
	Full      uint64 `json:"full"`
}

// Session is one entry of it.
type Session struct {
	Network int     `json:"network"`
	Address string  `json:"address"`
	State   string  `json:"state"`
	MAC     string  `json:"mac,omitempty"`
	Expires float64 `json:"expires_seconds"`
}

// Sessions is `show session table`.
type Sessions struct {
	Table   Table     `json:"table"`
	Matched int       `json:"matched"`
	List    []Session `json:"sessions"`
}
