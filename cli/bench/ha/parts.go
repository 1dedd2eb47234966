package ha

import "time"

// Lag is how long a change took from the master's table to the backup's.
type Lag struct {
	Percentiles
	// Rate is how many changes a second were really made, and for how long.
	Rate    float64 `json:"changes_per_second"`
	Seconds float64 `json:"seconds"`
	// HadCPU is which part of the time master's and backup's thread had a CPU, percent.
	HadCPU []float64 `json:"had_cpu_percent"`
	// Unseen are samples that had not arrived when it ended.
	Unseen int `json:"unseen"`
}

// Bulk is how an empty table was filled from the other node's.
type Bulk struct {
	Entries  int           `json:"entries"`
	Took     time.Duration `json:"took_ns"` // from the session to the last entry
	Complete bool          `json:"complete"`
	Arrived  int           `json:"arrived"`
	Rate     float64       `json:"changes_per_second"` // meanwhile
	HadCPU   []float64     `json:"had_cpu_percent"`    // master's and backup's thread
}

// PerSecond is how many entries a second arrived.
func (b *Bulk) PerSecond() float64 {
	if b.Took <= 0 {
		return 0
	}
	return float64(b.Arrived) / b.Took.Seconds()
}

// Crashes are deaths of the master at a random instant.
type Crashes struct {
	Loss float64 `json:"loss"` // part of the datagrams that is lost, 0..1
	Rate float64 `json:"changes_per_second"`
	Runs []Crash `json:"runs"`
}

// Crash is what one of them cost.
type Crash struct {
	Changes int           `json:"changes"`   // made until then
	Missing int           `json:"missing"`   // of them not in the other table
	Old     int           `json:"old"`       // of those, older than 1 s
	Oldest  time.Duration `json:"oldest_ns"` // how old the oldest one missing was
}

// Old counts what was lost and older than 1 s, over all runs.
func (c *Crashes) Old() (n int) {
	for i := range c.Runs {
		n += c.Runs[i].Old
	}
	return n
}

// Oldest is the age of the oldest change that was lost.
func (c *Crashes) Oldest() (d time.Duration) {
	for i := range c.Runs {
		d = max(d, c.Runs[i].Oldest)
	}
	return d
}

// Handovers are planned: the master stops writing, and gives the role away when
// the other node has everything.
type Handovers struct {
	Rate float64 `json:"changes_per_second"` // until then
	Loss float64 `json:"loss,omitempty"`     // part of the datagrams
	// Runs is how long each took, from being asked for; Lost how many changes were
	// not in the other table then; Failed why some were given up. Each try counts.
	Runs   []time.Duration `json:"took_ns"`
	Lost   int             `json:"lost"`
	Failed []string        `json:"failed,omitempty"`
}

// Jitter is by how much the time between two advertisements differs from the
// configured one, at whoever receives them.
type Jitter struct {
	Percentiles
	Name      string        `json:"name"`
	Overload  bool          `json:"overload"`
	Interval  time.Duration `json:"interval_ns"`
	Seconds   float64       `json:"seconds"`
	Sent      float64       `json:"sent_mpps"`
	Answered  float64       `json:"answered_mpps"`
	HadCPU    []float64     `json:"had_cpu_percent"` // master's and generator's thread
	Told      int           `json:"adverts_sent"`
	Heard     int           `json:"adverts_heard"`
	Elections int           `json:"elections"` // how often a backup would have taken over
}
