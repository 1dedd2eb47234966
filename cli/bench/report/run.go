// Package report holds what a benchmark found, and writes it: as files that one
// would publish, as a table on a terminal, and as a comparison of two runs.
//
// Everything here is plain data and pure functions but for Collect, Prepare and
// Write; nothing belongs to a worker.
package report

import "time"

// Schema is the version of Run in result.json. It grows when a field changes its
// meaning or goes; a new field does not change it. Results of single
// measurements before there was a Run had 1.
const Schema = 2

// Run is one run of mire bench.
type Run struct {
	Schema      int         `json:"schema"`
	Started     time.Time   `json:"started"`
	Seconds     float64     `json:"seconds"` // how long it took
	Profile     string      `json:"profile"`
	Environment Environment `json:"environment"`

	Results  []Result   `json:"results"`
	Search   []Search   `json:"search,omitempty"`
	Latency  []Latency  `json:"latency,omitempty"`
	ZeroLoss []ZeroLoss `json:"zero_loss,omitempty"`
	Memory   []Memory   `json:"memory,omitempty"`
	Modules  []Modules  `json:"modules,omitempty"`
	// Targets are what was promised beside what was measured: JudgeTargets fills
	// in those of Results, others (idle CPU) are appended by whoever measures.
	Targets []Target `json:"targets,omitempty"`
	// Problems are what is missing, or makes the whole run say less: one line each.
	Problems []string `json:"problems,omitempty"`
}

// Result is the rate of one workload beside its yardstick's.
type Result struct {
	Workload string `json:"workload"`
	Workers  int    `json:"workers"`
	Size     int    `json:"size"`  // bytes of a frame with its FCS; 0: a mix of sizes
	Table    int    `json:"table"` // captured addresses

	Mpps float64 `json:"mpps"` // median of the slices, 10^6 frames/s received
	// Yardstick is what ran beside it, as "testpmd 5tswap"; empty when nothing
	// did: then YardstickMpps, Ratio and Spread are 0.
	Yardstick     string  `json:"yardstick"`
	YardstickMpps float64 `json:"yardstick_mpps"`
	Ratio         float64 `json:"ratio"`  // median of the ratios of pairs
	Spread        float64 `json:"spread"` // distance of the ratio's quartiles as a part of its median
	Samples       int     `json:"samples"`

	MppsQuartiles      Quartiles `json:"mpps_quartiles"`
	YardstickQuartiles Quartiles `json:"yardstick_mpps_quartiles"`
	RatioQuartiles     Quartiles `json:"ratio_quartiles"`
	// CPURatio is the ratio for the time in which each side had its CPU.
	CPURatio Quartiles `json:"ratio_by_cpu_time"`
	Ratios   []float64 `json:"ratios,omitempty"` // of the pairs, in their order

	// EventsTaken is the part of the events that somebody took, 0..1; the others
	// found the ring full, which costs a worker next to nothing.
	EventsTaken float64 `json:"events_taken"`
	// Without is what the CPU has and was not used, as "AVX-512"; usually empty.
	Without string `json:"without,omitempty"`

	TooNoisy   bool        `json:"too_noisy"`
	Port       string      `json:"port"`  // driver: "net_pcap"
	Burst      int         `json:"burst"` // frames, on both sides
	Slice      float64     `json:"slice_seconds"`
	Conditions []Condition `json:"conditions,omitempty"`
	// Target and Aim are ratios; 0: none was set.
	Target float64 `json:"target,omitempty"`
	Aim    float64 `json:"aim,omitempty"`
	Note   string  `json:"note,omitempty"`
}

// Condition is something without which a measurement does not count.
type Condition struct {
	Name   string `json:"name"`
	Held   bool   `json:"held"`
	Detail string `json:"detail"` // what was counted
}

// Counts tells whether every condition held.
func (r *Result) Counts() bool {
	for _, c := range r.Conditions {
		if !c.Held {
			return false
		}
	}
	return true
}

// Search is the largest rate that one side carried over a wire.
type Search struct {
	Workload string `json:"workload"`
	Side     string `json:"side"` // "mire", "testpmd 5tswap"
	Size     int    `json:"size"` // bytes with FCS; 0: a mix of sizes, Mix names it
	Mix      string `json:"mix,omitempty"`
	Port     string `json:"port"`
	Ring     int    `json:"ring,omitempty"` // depth of a virtual wire, frames in each direction
	Word     string `json:"word"`           // "NDR", or "sim-NDR" on a virtual port
	NDR      Bound  `json:"ndr"`            // no frame lost
	PDR      Bound  `json:"pdr"`            // 0.5 % lost
	// Capacity is what the side took at most, as fast as the generator made it.
	Capacity float64 `json:"capacity_mpps,omitempty"`
	// CPUShare is the part of the time in which the device's thread had a CPU,
	// 0..1: less than 1 means that something else wanted that CPU, and what is
	// lost meanwhile is lost.
	CPUShare float64 `json:"device_cpu_share"`
	Trials   int     `json:"trials"`
	// Disturbed trials prove nothing and were made again: something took the CPU
	// of the device or of the generator for long enough to explain what was lost
	// or missing.
	Disturbed int     `json:"disturbed_trials"`
	Seconds   float64 `json:"seconds"` // of all trials
	// A rate was believed after Confirm seconds of trials of Trial seconds, of
	// which the part Exceed may have lost more.
	Trial   float64 `json:"trial_seconds"`
	Confirm float64 `json:"confirm_seconds"`
	Exceed  float64 `json:"exceed"`
}

// Bound is where a search ended, in 10^6 frames/s offered.
type Bound struct {
	Mpps  float64 `json:"mpps"`       // the largest rate that held
	Upper float64 `json:"upper_mpps"` // the smallest that did not; 0: none was seen
	// Spread of the repeated searches, as a part of their median; Samples of them.
	Spread  float64 `json:"spread"`
	Samples int     `json:"samples"`
	// Limit says what ended it when it was not the device: "generator", "rate" or
	// "trials". Then the device carries at least Mpps.
	Limit string `json:"limit,omitempty"`
	// Misses is the part of the frames that the generator made too late in the
	// confirming trials.
	Misses float64 `json:"generator_misses,omitempty"`
}

// Latency is a histogram of round trips at one rate.
type Latency struct {
	Workload string  `json:"workload"`
	Side     string  `json:"side"`
	Size     int     `json:"size"`
	Percent  float64 `json:"percent"` // of the side's own NDR
	Mpps     float64 `json:"mpps"`
	Count    int64   `json:"count"`
	// Nanoseconds from the time at which a frame was due to its return.
	P50  int64 `json:"p50_ns"`
	P90  int64 `json:"p90_ns"`
	P99  int64 `json:"p99_ns"`
	P999 int64 `json:"p99_9_ns"`
	Max  int64 `json:"max_ns"`
	// Histogram is the whole of it: HdrHistogram V2, compressed, base64.
	Histogram string `json:"histogram"`
}

// ZeroLoss is a run at a rate whose stalls fit the ring.
type ZeroLoss struct {
	Workload string  `json:"workload"`
	Ring     int     `json:"ring"`          // frames that wait at most
	Stall    float64 `json:"stall_seconds"` // what the ring must bridge: 0.02
	Mpps     float64 `json:"mpps"`          // offered
	Seconds  float64 `json:"seconds"`
	Offered  uint64  `json:"offered"`
	Received uint64  `json:"received"`
	Lost     uint64  `json:"lost"` // by the wire and the engine
	// Late frames are those that the generator left out, because it had no CPU
	// when they were due, and LateSeconds how long that was in all; NotFetched
	// are answers that found the wire back full, because it did not fetch them.
	// Both are the generator's misses, not the engine's loss.
	Late        uint64  `json:"generator_late"`
	LateSeconds float64 `json:"generator_late_seconds"`
	NotFetched  uint64  `json:"generator_not_fetched"`
	LongestTurn float64 `json:"engine_longest_turn_seconds"`
	LongTurns   uint64  `json:"engine_turns_above_100us"`
	CPUShare    float64 `json:"engine_cpu_share"`    // as Search.CPUShare
	Away        float64 `json:"engine_away_seconds"` // without a CPU, in all
	Reloads     int     `json:"reloads"`
	Shows       int     `json:"shows"`
	Note        string  `json:"note,omitempty"`
}

// Memory is what a flood left behind.
type Memory struct {
	Workload string  `json:"workload"`
	Frames   uint64  `json:"frames"`
	Entries  int64   `json:"entries_moved"`
	Moved    float64 `json:"resident_moved_mib"`
	Resident float64 `json:"resident_mib"`
	Huge     float64 `json:"hugepages_mib"`
	Held     bool    `json:"held"` // nothing moved beyond what is allowed
}

// Modules is where the cycles of a packet went.
type Modules struct {
	Workload string  `json:"workload"`
	Size     int     `json:"size"`
	Cycles   []Cost  `json:"cycles"` // in the order of the chain
	TSC      float64 `json:"tsc_ghz,omitempty"`
}

// Cost is one part of the packet path.
type Cost struct {
	Name   string  `json:"name"`
	Cycles float64 `json:"cycles_per_packet"`
}

// Total is the sum of all parts.
func (m *Modules) Total() (sum float64) {
	for _, c := range m.Cycles {
		sum += c.Cycles
	}
	return sum
}
