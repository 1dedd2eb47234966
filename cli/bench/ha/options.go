package ha

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/rs/zerolog"

	"mire/cli/bench"
)

// Part is one group of measurements.
type Part string

// The parts, in the order in which they run.
const (
	Failover Part = "failover" // the master is lost
	Sync     Part = "sync"     // what one node knows travels to the other
	Adverts  Part = "adverts"  // advertisements under load
)

// Parts are all there are.
var Parts = []Part{Failover, Sync, Adverts}

// Options of a run.
type Options struct {
	// Profile is a name of Profiles; what is 0 below comes from it.
	Profile string
	Parts   []Part // nil: all
	// Binary is the command mire; Keepalived the program beside it, "": alone.
	Binary, Keepalived string
	// Runs is how often a master is killed, for each interval and side; Stops how
	// often it is ended in an orderly way.
	Runs, Stops int
	// Intervals between advertisements, 10 ms to 40.95 s in steps of 10 ms.
	Intervals []time.Duration
	// Changes a second, for how long, while the lag is measured.
	Changes int
	Lag     time.Duration
	// Entries of the bulk transfer.
	Entries int
	// Crashes is how often the master dies while datagrams are lost.
	Crashes int
	// Switchovers is how often the role goes there or back while datagrams are lost.
	Switchovers int
	// Load is how long advertisements are watched under Rate frames/s, and then
	// under twice that.
	Load time.Duration
	Rate float64
	// NoHuge takes ordinary memory although there are hugepages.
	NoHuge   bool
	Log      zerolog.Logger
	Progress *bench.Progress
	// Save, when not nil, gets the result after each part.
	Save func(*Result) error
}

// profiles are what to do without being told more.
var profiles = map[string]Options{
	"quick": {Runs: 5, Stops: 3, Lag: 3 * time.Second, Entries: 1_000_000, Crashes: 3, Switchovers: 20, Load: 20 * time.Second},
	"full":  {Runs: 50, Stops: 10, Lag: 30 * time.Second, Entries: 1_000_000, Crashes: 20, Switchovers: 200, Load: 10 * time.Minute},
}

// Profiles are the names that Options.Profile may have.
func Profiles() []string { return []string{"quick", "full"} }

const (
	// changes a second is what the promise on the lag speaks of.
	changes = 100_000
	// simNDR is what this engine's whole chain carried over a net_ring without
	// loss, frames/s, where it was measured; every machine has its own.
	simNDR = 6.1e6
)

// intervals that are measured: two that keepalived's users have, and the
// shortest that is of use.
var intervals = []time.Duration{time.Second, 100 * time.Millisecond, 20 * time.Millisecond}

// Check fills in what the profile says, and refuses what cannot be. It may be
// called again.
func (o *Options) Check() error {
	p, ok := profiles[o.Profile]
	if !ok {
		return fmt.Errorf("no profile %q: %s", o.Profile, strings.Join(Profiles(), " or "))
	}
	if o.Progress == nil {
		o.Progress = &bench.Progress{}
	}
	if o.Parts == nil {
		o.Parts = Parts
	}
	for _, part := range o.Parts {
		if !slices.Contains(Parts, part) {
			return fmt.Errorf("no part %q: %v", part, Parts)
		}
	}
	for _, f := range []struct {
		name     string
		v        *int
		def, max int
	}{
		{"runs", &o.Runs, p.Runs, 10_000}, {"stops", &o.Stops, p.Stops, 10_000}, {"crashes", &o.Crashes, p.Crashes, 10_000},
		{"switchovers", &o.Switchovers, p.Switchovers, 10_000},
		{"changes", &o.Changes, changes, 1_000_000}, {"entries", &o.Entries, p.Entries, 4_000_000},
	} {
		if *f.v == 0 {
			*f.v = f.def
		}
		if *f.v < 0 || *f.v > f.max {
			return fmt.Errorf("%d %s: 1 to %d", *f.v, f.name, f.max)
		}
	}
	for _, f := range []struct {
		name string
		v    *time.Duration
		def  time.Duration
	}{{"lag", &o.Lag, p.Lag}, {"load", &o.Load, p.Load}} {
		if *f.v == 0 {
			*f.v = f.def
		}
		if *f.v < time.Second || *f.v > time.Hour {
			return fmt.Errorf("%s for %v: 1s to 1h", f.name, *f.v)
		}
	}
	if o.Rate == 0 {
		o.Rate = simNDR
	}
	if o.Rate < 1 || o.Rate > 1e9 {
		return fmt.Errorf("a rate of %v frames/s: 1 to 1000M", o.Rate)
	}
	if o.Intervals == nil {
		o.Intervals = intervals
	}
	for _, a := range o.Intervals {
		if step := 10 * time.Millisecond; a < step || a > 4095*step || a%step != 0 {
			return fmt.Errorf("advertisements every %v: 10ms to 40.95s in steps of 10ms (RFC 9568 section 5.2.7)", a)
		}
	}
	if slices.Contains(o.Parts, Failover) && o.Binary == "" {
		return errors.New("the command mire is not known: its nodes cannot be started")
	}
	return nil
}
