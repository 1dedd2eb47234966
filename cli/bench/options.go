package bench

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/rs/zerolog"

	"mire/cli/bench/report"
)

// Options say what to measure. What is empty or 0 is the profile's choice.
type Options struct {
	Profile   string   // a name of Profiles
	Workloads []string // names of Workloads
	Workers   []int
	Sizes     []int // bytes with FCS, 64..1518; IMIX for the mix of sizes
	Tables    []int // captured addresses
	// Yardsticks are modes of testpmd, for all workloads.
	Yardsticks []string
	Pairs      int           // at least MinPairs
	Slice      time.Duration // at most MaxSlice
	CPU        int           // of the first worker and of testpmd's first forwarding core; -1 chooses
	OnLink     bool          // senders are inside the network, so each costs a lookup too
	NoHuge     bool          // ordinary memory even where there are hugepages
	FullRings  bool          // events go to the daemon's aggregator and mostly find its ring full; else all are taken
	ZeroLoss   time.Duration // run without loss for that long, and measure nothing else unless named
	SimNDR     bool          // search for rates without loss although workloads are named
	NDR        bool          // call them NDR: refused on the ports there are
	// Save is given what was measured before the search over a wire begins; nil: nobody.
	Save     func(*report.Run) error
	Log      zerolog.Logger
	Progress Progress
}

// IMIX is the size that stands for a mix of sizes.
const IMIX = 0

// check refuses what no measurement can be made of.
func (o *Options) check() error {
	var errs []error
	if o.NDR {
		errs = append(errs, refuseNDR())
	}
	for _, n := range o.Workloads {
		_, err := Find(n)
		errs = append(errs, err)
	}
	for _, y := range o.Yardsticks {
		if !slices.Contains(Yardsticks, y) {
			errs = append(errs, noSuch("yardstick", y, Yardsticks))
		}
	}
	for _, n := range o.Workers {
		if n < 1 || n > maxWorkers {
			errs = append(errs, fmt.Errorf("%d workers: 1 to %d", n, maxWorkers))
		}
	}
	for _, n := range o.Sizes {
		if n != IMIX && (n < minFrame || n > maxFrame+fcs) {
			errs = append(errs, fmt.Errorf("frames of %d bytes: %d to %d with their FCS, or imix", n, smallest, maxFrame+fcs))
		}
	}
	for _, n := range o.Tables {
		if n < 1 || n > MaxTable {
			errs = append(errs, fmt.Errorf("%d captured addresses: 1 to %d", n, MaxTable))
		}
	}
	if o.Pairs != 0 && o.Pairs < MinPairs {
		errs = append(errs, fmt.Errorf("%d pairs: at least %d, one pair by itself proves nothing", o.Pairs, MinPairs))
	}
	if o.Slice < 0 || o.Slice > MaxSlice {
		errs = append(errs, fmt.Errorf("slices of %v: above 0, at most %v", o.Slice, MaxSlice))
	}
	return errors.Join(errs...)
}

// maxWorkers is how many queues a net_pcap port has.
const maxWorkers = 16
