package ha

import (
	"flag"
	"fmt"
	"testing"
)

var (
	simCount = flag.Int("runs", simRuns, "how many random runs")
	simFirst = flag.Uint64("seed", 0, "the seed of the first")
	// simFollow is for whoever looks for the reason of a failed run.
	simFollow = flag.Int("follow", -1, "log what becomes of this address")
)

// Whatever happens to two nodes of any sizes, with clocks of their own, behind a
// network that loses, doubles, delays and forges: they say that they are equal
// when they are, answer for no living host, and end each handover as they say.
// A failed run is named with its seed; `scripts/sim-ha.sh` makes more of them.
func TestRandomRuns(t *testing.T) {
	n := *simCount
	if testing.Short() {
		n = min(n, 20)
	}
	for i := range uint64(n) {
		seed := *simFirst + i
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			newWorld(t, seed).run()
			if t.Failed() {
				t.Logf("again: scripts/sim-ha.sh 1 %d", seed)
			}
		})
	}
}

// run is rounds of a storm and a calm behind it.
func (w *world) run() {
	w.p.elect(w.p.a)
	for round := range 3 {
		for end := w.p.now + (1500+w.rng.Int64N(2000))*millisecond; w.p.now < end; {
			w.act()
			w.step(1 + w.rng.IntN(40))
		}
		w.calm()
		w.check(round)
		if w.t.Failed() {
			return
		}
	}
}
