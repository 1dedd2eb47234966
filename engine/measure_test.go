package engine

import (
	"slices"
	"sync/atomic"
	"testing"

	"mire/dpdk/burst"
	"mire/engine/config"
	"mire/engine/cycles"
	"mire/engine/event"
	"mire/engine/session"
)

// slow is a lane and a module that take a known number of ticks.
type slow struct {
	clock  uint64
	frames int
	frame  [64]byte
	now    int64
}

func (s *slow) Exchange(b *burst.Burst) int {
	s.clock += 100
	b.N, b.Room = uint32(s.frames), 64
	for i := range s.frames {
		b.Map(i, s.frame[:], 60)
	}
	s.now += TickInterval
	b.Now = s.now
	return s.frames
}
func (s *slow) Name() string                 { return "slow" }
func (s *slow) Stage(*Worker) (Stage, error) { return s, nil }
func (s *slow) Tick(*burst.Burst)            { s.clock += 7 }
func (s *slow) Apply(*config.Snapshot)       {}
func (s *slow) Process(b *burst.Burst)       { s.clock += 30; b.DropAll(b.Undecided, burst.Unclaimed) }
func (s *slow) steps(c *Counters) (t []uint64) {
	for i := range c.Cycles.Steps {
		t = append(t, c.Cycles.Steps[i].Ticks)
	}
	return t
}

func measuredWorker(t *testing.T, s *slow) *Worker {
	t.Helper()
	table, err := session.New(&session.HeapArena{}, session.Config{Name: "t", Capacity: 1024})
	if err != nil {
		t.Fatal(err)
	}
	var snaps atomic.Pointer[config.Snapshot]
	snaps.Store(&config.Snapshot{Generation: 1})
	w, err := NewWorker(WorkerConfig{
		Count: 1, Table: table, Events: event.NewRing(1024), Burst: new(burst.Burst),
		Lanes: []Lane{s}, Chain: NewChain([]Module{s, s}), Snapshots: &snaps,
	})
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// Each step has its own ticks, those of a tick belong to none, turns without
// frames and turns while nobody measures do not count.
func TestMeasureCycles(t *testing.T) {
	if !cycles.Available {
		t.Skip("this CPU has no counter that is read here")
	}
	// An ARP request: valid, and no network's.
	s := &slow{frame: [64]byte{12: 8, 13: 6, 15: 1, 16: 8, 18: 6, 19: 4, 21: 1}}
	w := measuredWorker(t, s)
	w.measure.meter = cycles.New(len(w.measure.meter.Spent), func() uint64 { return s.clock })
	w.show()
	s.frames = 8
	w.Turn()
	if c := w.Counters().Cycles; c.On || c.Turns != 0 || c.PerPacket(0) != 0 {
		t.Errorf("measured before it was asked for: %+v", c)
	}
	w.MeasureCycles(true)
	for _, n := range []int{8, 0, 24} {
		s.frames = n
		w.Turn()
	}
	w.MeasureCycles(false)
	s.frames = 8
	w.Turn()
	c := w.Counters()
	// The second stage is not asked: the first decided all.
	if got, want := s.steps(c), []uint64{200, 0, 0, 0, 60, 0, 0}; !slices.Equal(got, want) || c.Cycles.Turns != 2 || c.Cycles.Packets != 32 {
		t.Errorf("%v, %d turns, %d packets; want %v, 2, 32", got, c.Cycles.Turns, c.Cycles.Packets, want)
	}
	if p := c.Cycles.PerPacket(stepStages); p != 60.0/32 {
		t.Errorf("%v a packet", p)
	}
	names := []string{"exchange", "parse", "locate", "observe", "slow", "slow", "end"}
	for i, n := range names {
		if c.Cycles.Steps[i].Name != n {
			t.Errorf("step %d is %q, want %q", i, c.Cycles.Steps[i].Name, n)
		}
	}
}

// The clock is shown while somebody measures, so that ticks can be made time.
func TestMeasureShowsTheClock(t *testing.T) {
	if !cycles.Available {
		t.Skip("this CPU has no counter that is read here")
	}
	w := measuredWorker(t, &slow{frames: 1})
	w.MeasureCycles(true)
	w.Turn()
	first := w.Counters().Cycles
	w.Turn()
	if second := w.Counters().Cycles; !second.On || first.Clock == 0 || second.Clock <= first.Clock {
		t.Errorf("clock %d, then %d, on %v", first.Clock, second.Clock, second.On)
	}
	w.MeasureCycles(false)
	w.Turn()
	if c := w.Counters().Cycles; c.On || c.Clock != 0 {
		t.Errorf("%+v after the end", c)
	}
	if n := testing.AllocsPerRun(100, w.Turn); n != 0 {
		t.Errorf("%v allocations a turn", n)
	}
	w.MeasureCycles(true)
	if n := testing.AllocsPerRun(100, w.Turn); n != 0 {
		t.Errorf("%v allocations a measured turn", n)
	}
}
