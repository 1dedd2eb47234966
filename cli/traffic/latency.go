package traffic

import (
	"sync"
	"sync/atomic"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"
)

// Range of what is recorded, in nanoseconds, and its precision in digits.
const (
	minLatency    = 1
	maxLatency    = 70_000_000_000 // a stamp's whole round
	latencyDigits = 3
)

// newHistogram makes one as Latency returns it.
func newHistogram() *hdrhistogram.Histogram {
	return hdrhistogram.New(minLatency, maxLatency, latencyDigits)
}

// latency records on the generator's thread into one of two histograms. A
// reader turns the thread over to the other one between two turns and has the
// first for itself.
type latency struct {
	every, skip int
	now         *hdrhistogram.Histogram // of this turn
	pair        [2]*hdrhistogram.Histogram
	active      atomic.Uint32

	mu    sync.Mutex // of readers
	total *hdrhistogram.Histogram
}

func (l *latency) init(every int) {
	l.every, l.skip = every, every
	l.pair = [2]*hdrhistogram.Histogram{newHistogram(), newHistogram()}
	l.total = newHistogram()
}

// begin is the start of a turn.
func (l *latency) begin() { l.now = l.pair[l.active.Load()] }

// record takes a latency in nanoseconds; what is out of range is left out.
func (l *latency) record(ns int64) {
	if l.skip--; l.skip > 0 {
		return
	}
	l.skip = l.every
	_ = l.now.RecordValue(max(ns, minLatency))
}

// collect moves what was recorded to total. turning is odd inside a turn.
func (l *latency) collect(turning *atomic.Uint64) {
	old := l.active.Load()
	l.active.Store(old ^ 1)
	// A turn that began before the switch may still write to the old one.
	for t := turning.Load(); t&1 == 1 && turning.Load() == t; {
		time.Sleep(20 * time.Microsecond)
	}
	l.total.Merge(l.pair[old])
	l.pair[old].Reset()
}

// Latency is a copy of what was recorded since New or ResetLatency, in
// nanoseconds: from the turn that made a frame to the turn that received its
// answer, so the generator's own turn is in it. It may wait for the end of a
// turn.
func (g *Generator) Latency() *hdrhistogram.Histogram {
	l := &g.lat
	l.mu.Lock()
	defer l.mu.Unlock()
	l.collect(&g.turning)
	return hdrhistogram.Import(l.total.Export())
}

// ResetLatency forgets all latencies so far.
func (g *Generator) ResetLatency() {
	l := &g.lat
	l.mu.Lock()
	defer l.mu.Unlock()
	l.collect(&g.turning)
	l.total.Reset()
}
