package traffic

import (
	"errors"
	"fmt"
	"math"
	"sync/atomic"
	"time"

	"mire/dpdk/burst"
	"mire/engine"
	"mire/engine/board"
	"mire/engine/packet"
)

// Rates with a meaning of their own.
const (
	// Unlimited is as fast as buffers and the wire allow.
	Unlimited = 0
	// Original is a capture's own times.
	Original = -1
)

// Config is what a Generator is made of.
type Config struct {
	Program *Program
	// Burst and Lane are a worker's; frames leave by port Out and come back by
	// the lane. The lane's worker should not hold frames that the wire did not
	// take (dpdk.WorkerConfig.NoHold), else a retry hides the loss.
	Burst *burst.Burst
	Lane  engine.Lane
	Out   uint16
	// Rate is frames per second, Unlimited or Original.
	Rate float64
	// Backlog is how far the generator may fall behind its clock before it gives
	// up what is due, and so how much may leave at once after a stall: 0 means
	// DefaultBacklog.
	Backlog time.Duration
	// Sleep is the longest an exchange may sleep while nothing is due; 0 polls.
	Sleep time.Duration
	// Paused starts paused.
	Paused bool
	// LatencyEvery records one of so many latencies; 0 means each.
	LatencyEvery int
}

// DefaultBacklog is the Config.Backlog of 0.
const DefaultBacklog = time.Millisecond

// Generator sends a Program and counts what comes back. Turn, Run and Resolve
// belong to one thread; all else may be called from any goroutine.
type Generator struct {
	prog  *Program
	burst *burst.Burst
	lane  engine.Lane
	out   uint16
	sleep int64
	parse packet.Options
	pace  pacer

	shapes  []shape
	streams []stream
	order   []uint16
	next    int        // in order
	free    burst.Mask // received slots that may become frames of ours
	timed   bool
	start   burst.IO
	salt    uint64
	active  bool // the last turn offered
	done    bool // a capture was replayed to its end
	resolve resolver

	c       Counters
	tallies []tally
	board   *board.Board
	lat     latency

	rate    atomic.Uint64 // float64 bits
	paused  atomic.Bool
	stop    atomic.Bool
	turning atomic.Uint64 // odd inside Turn
}

// New makes a Generator; it starts with its first turn.
func New(c Config) (*Generator, error) {
	if c.Program == nil || c.Burst == nil || c.Lane == nil {
		return nil, errors.New("traffic: a generator needs a program, a burst and a lane")
	}
	if err := c.Program.checkRate(c.Rate); err != nil {
		return nil, err
	}
	if c.Backlog <= 0 {
		c.Backlog = DefaultBacklog
	}
	g := &Generator{
		prog: c.Program, burst: c.Burst, lane: c.Lane, out: c.Out, sleep: int64(c.Sleep),
		pace: pacer{backlog: int64(c.Backlog)},
		salt: c.Program.salt, timed: c.Program.spec.Latency, start: c.Burst.IO,
	}
	g.shapes, g.streams, g.order = c.Program.instance()
	g.tallies = make([]tally, len(g.streams))
	g.rate.Store(math.Float64bits(c.Rate))
	g.paused.Store(c.Paused)
	g.lat.init(max(c.LatencyEvery, 1))
	g.show()
	return g, nil
}

// checkRate refuses what is no rate for the program.
func (p *Program) checkRate(pps float64) error {
	switch {
	case pps == Original && !p.Timed():
		return errors.New("traffic: only a mix of one capture file has times of its own: give a rate")
	case pps != Original && !(pps >= 0 && pps <= math.MaxInt32):
		return fmt.Errorf("traffic: a rate of %v frames per second: 0 to 2,147,483,647", pps)
	}
	return nil
}

// SetRate changes the rate in frames per second; what was due at the old one
// stays due. An error leaves it as it was.
func (g *Generator) SetRate(pps float64) error {
	if err := g.prog.checkRate(pps); err != nil {
		return err
	}
	g.rate.Store(math.Float64bits(pps))
	return nil
}

// Rate is the present one.
func (g *Generator) Rate() float64 { return math.Float64frombits(g.rate.Load()) }

// Pause stops new frames; answers go on. The clock asks for nothing meanwhile.
func (g *Generator) Pause() { g.paused.Store(true) }

// Resume ends Pause.
func (g *Generator) Resume() { g.paused.Store(false) }

// Stop ends Run after its present turn.
func (g *Generator) Stop() { g.stop.Store(true) }

// Run turns until Stop, or until a capture with Once is at its end, and lets
// the last frames leave.
func (g *Generator) Run() {
	for !g.stop.Load() && !g.done {
		g.Turn()
		if g.burst.Sleep >= yieldAfter {
			yield()
		}
	}
	g.turn(false)
}

// Turn is one exchange: it sends what the last turn made, accounts for what
// comes back and makes what is due. It does not allocate.
func (g *Generator) Turn() { g.turn(!g.paused.Load()) }
