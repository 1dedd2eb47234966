package tarpit

// shownTarpit is what the tarpit does, per network and in sum.
type shownTarpit struct {
	Answers  shownAnswers   `json:"answers"`
	Networks []shownNetwork `json:"networks"`
	Rows     []shownRow     `json:"rows"`
	Limits   []shownLimit   `json:"limits"`
}

// shownLimit is one of the limits on TCP replies, summed over all workers. The
// segments that they refused add up to row 13.
type shownLimit struct {
	Limit    string `json:"limit"`
	Rate     uint64 `json:"rate"`     // replies a second; 0: no limit
	Burst    uint64 `json:"burst"`    // replies at once
	Buckets  uint64 `json:"buckets"`  // each for one connection or source
	Refused  uint64 `json:"refused"`  // segments
	Collided uint64 `json:"collided"` // of these, refused for what others had spent
	Shared   uint64 `json:"shared"`   // takeovers of a bucket that another was using
	Help     string `json:"help"`
}

// shownAnswers counts what captured addresses said, and the UDP they only logged.
type shownAnswers struct {
	Neighbour uint64 `json:"neighbour"` // ARP and ND
	Echo      uint64 `json:"echo"`
	SYNACK    uint64 `json:"synack"`
	UDP       uint64 `json:"udp"`
}

// shownNetwork is one network.
type shownNetwork struct {
	Network   int               `json:"network"`
	Name      string            `json:"name"`
	Mode      string            `json:"mode"`
	Policy    string            `json:"policy"`
	Hearing4  string            `json:"hearing_ipv4"` // untested, hears, deaf, assumed; empty without an address to ask from
	Hearing6  string            `json:"hearing_ipv6"`
	Heard4    float64           `json:"heard_ipv4_seconds"` // the last answer to our MAC, ago; -1: none
	Heard6    float64           `json:"heard_ipv6_seconds"`
	Deaf      int               `json:"deaf"` // families that hear no answers, a gauge
	Probing4  int               `json:"probing_ipv4"`
	Probing6  int               `json:"probing_ipv6"`
	Trapped   int64             `json:"trapped"`
	WouldTrap int64             `json:"would_trap"`
	Real      int64             `json:"real"`
	Counters  map[string]uint64 `json:"counters"`
}

// shownRow is one row of the table of stateless TCP rules.
type shownRow struct {
	Row   string `json:"row"`
	Count uint64 `json:"count"`
	Help  string `json:"help"`
}
