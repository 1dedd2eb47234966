package engine_test

import (
	"sync/atomic"
	"testing"

	"mire/dpdk/burst"
	"mire/engine"
	"mire/engine/config"
	"mire/engine/enginetest"
	"mire/engine/event"
	"mire/engine/session"
)

// fixed is a module whose stage does what the test says.
type fixed struct {
	process func(b *burst.Burst)
	tick    func(b *burst.Burst)
	stop    func(b *burst.Burst)
	applied int
}

func (f *fixed) Name() string                                 { return "fixed" }
func (f *fixed) Stage(w *engine.Worker) (engine.Stage, error) { return f, nil }
func (f *fixed) Apply(s *config.Snapshot)                     { f.applied++ }
func (f *fixed) Process(b *burst.Burst) {
	if f.process != nil {
		f.process(b)
	}
}
func (f *fixed) Tick(b *burst.Burst) {
	if f.tick != nil {
		f.tick(b)
	}
}
func (f *fixed) Stop(b *burst.Burst) {
	if f.stop != nil {
		f.stop(b)
	}
}

func newWorker(t *testing.T, lane engine.Lane, chain ...engine.Module) (*engine.Worker, *atomic.Pointer[config.Snapshot]) {
	t.Helper()
	table, err := session.New(&session.HeapArena{}, session.Config{Name: "t", Capacity: 1024})
	if err != nil {
		t.Fatal(err)
	}
	snaps := &atomic.Pointer[config.Snapshot]{}
	snaps.Store(&config.Snapshot{Generation: 1})
	w, err := engine.NewWorker(engine.WorkerConfig{
		Count: 1, Table: table, Events: event.NewRing(1024), Burst: &burst.Burst{},
		Lanes: []engine.Lane{lane}, Chain: engine.NewChain(chain), Snapshots: snaps,
	})
	if err != nil {
		t.Fatal(err)
	}
	return w, snaps
}

// arp is a valid ARP request, 60 bytes.
func arp() []byte {
	f := make([]byte, 60)
	copy(f, []byte{
		0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 2, 0, 0, 0, 0, 1, 8, 6,
		0, 1, 8, 0, 6, 4, 0, 1, 2, 0, 0, 0, 0, 1, 198, 18, 0, 1, 0, 0, 0, 0, 0, 0, 198, 18, 0, 2,
	})
	return f
}

func TestEveryFrameEndsInOneCounter(t *testing.T) {
	lane := &enginetest.Lane{}
	turn := 0
	m := &fixed{process: func(b *burst.Burst) {
		turn++
		for u := b.Undecided; u != 0; u = u.Rest() {
			switch i := u.First(); i % 4 {
			case 0:
				b.Reply(i)
			case 1:
				b.Drop(i, burst.Unclaimed)
			case 2:
				b.Consume(i)
			}
		}
		if f := b.Originate(0, 60); f == nil {
			t.Error("no spare")
		}
	}}
	w, _ := newWorker(t, lane, m)
	for range 10 {
		for range 63 {
			lane.In = append(lane.In, enginetest.Frame{Data: arp()})
		}
		lane.In = append(lane.In, enginetest.Frame{Data: []byte{1, 2, 3}})
		lane.Now += engine.TickInterval
		w.Turn()
		if c := w.Counters(); !c.Balanced() || c.Held() == 0 {
			t.Fatalf("after a turn: balanced %v, held %d (a turn's replies leave with the next exchange)", c.Balanced(), c.Held())
		}
	}
	lane.Now += engine.TickInterval
	w.Turn()
	c := w.Counters()
	want := map[burst.Reason]uint64{burst.FrameShort: 10, burst.Unclaimed: 160, burst.NoNetwork: 150}
	for r, n := range want {
		if c.Verdicts.Dropped[r] != n {
			t.Errorf("%v: %d, want %d", r, c.Verdicts.Dropped[r], n)
		}
	}
	if !c.Balanced() || c.Held() != 0 || c.IO.Received != 640 || c.Verdicts.Consumed != 160 || c.IO.Transmitted != 160+10 {
		t.Fatalf("at rest: %+v", c)
	}
	if c.IO.Freed != c.Drops()+c.Verdicts.Consumed+c.Verdicts.Punted {
		t.Fatalf("freed %d, dropped %d, consumed %d", c.IO.Freed, c.Drops(), c.Verdicts.Consumed)
	}
	if s := c.Stages[0]; s.Entered != 630 || s.Decided != 480 || s.Sent != 160 || s.Originated != 10 {
		t.Fatalf("stage counters: %+v", s)
	}
}

func TestTickIsCalledOncePerMillisecondOfTheBurstsClock(t *testing.T) {
	lane := &enginetest.Lane{Now: 1}
	ticks := 0
	w, _ := newWorker(t, lane, &fixed{tick: func(*burst.Burst) { ticks++ }})
	for range 1000 {
		w.Turn()
		lane.Now += 10_000
	}
	if ticks != 10 {
		t.Fatalf("%d ticks in 10 ms", ticks)
	}
}

func TestSnapshotIsAppliedBetweenTurns(t *testing.T) {
	m := &fixed{}
	w, snaps := newWorker(t, &enginetest.Lane{}, m)
	w.Turn()
	snaps.Store(&config.Snapshot{Generation: 2})
	w.Turn()
	w.Turn()
	if m.applied != 2 {
		t.Fatalf("applied %d times: want once at the start and once for the change", m.applied)
	}
}

func TestLongTurnsAreRememberedWithoutTheirSleep(t *testing.T) {
	lane := &sleeper{}
	w, _ := newWorker(t, lane, &fixed{})
	for _, step := range []struct{ took, slept int64 }{
		{1, 0}, {50_000, 0}, {250_000, 0}, {5_000_000, 5_000_000}, {400_000, 0}, {2_000_000, 0},
	} {
		lane.step, lane.slept = step.took, step.slept
		w.Turn()
	}
	c := w.Counters()
	if c.LongTurns != 3 || c.Longest[0].Took != 2_000_000 || c.Longest[1].Took != 400_000 || c.Longest[2].Took != 250_000 {
		t.Fatalf("%d long turns: %+v", c.LongTurns, c.Longest)
	}
}

// sleeper is a lane that never receives and whose clock jumps.
type sleeper struct {
	step, slept int64
	asked       []int64
}

func (s *sleeper) Exchange(b *burst.Burst) int {
	s.asked = append(s.asked, b.Sleep)
	b.N, b.Originated, b.Send = 0, 0, 0
	b.Now += s.step
	b.IO.Slept += uint64(s.slept)
	return 0
}

func TestIdleSleepDoublesUpToTheLimitAndEndsAtDeadlines(t *testing.T) {
	lane := &sleeper{step: 1_000}
	m := &fixed{}
	w, snaps := newWorker(t, lane, m)
	snaps.Store(&config.Snapshot{Settings: config.Settings{Idle: 200_000, IdleSet: true}})
	for range 256 {
		w.Turn()
	}
	for i, s := range lane.asked {
		if s != 0 {
			t.Fatalf("poll %d asked to sleep %d ns: an idle worker spins first", i, s)
		}
	}
	lane.asked = nil
	for range 5 {
		w.Turn()
	}
	for i, want := range []int64{50_000, 100_000, 200_000, 200_000, 200_000} {
		if lane.asked[i] != want {
			t.Fatalf("sleeps %v", lane.asked)
		}
	}
	// A deadline of a stage shortens the sleep.
	m.tick = func(b *burst.Burst) { w.WakeAt(b.Now + 30_000) }
	lane.step = engine.TickInterval
	w.Turn()
	lane.step = 0
	w.Turn()
	if got := lane.asked[len(lane.asked)-1]; got != 30_000 {
		t.Fatalf("slept %d ns past a deadline in 30 us", got)
	}
	// One that lies in the past shortens it to the next Tick, not to nothing.
	m.tick = func(b *burst.Burst) { w.WakeAt(b.Now - 30_000) }
	lane.step = engine.TickInterval
	w.Turn()
	lane.step = 0
	w.Turn()
	if got := lane.asked[len(lane.asked)-1]; got == 0 || w.WakeTime() <= 0 {
		t.Fatalf("slept %d ns with a deadline in the past", got)
	}
}

func TestBusyPollingNeverSleeps(t *testing.T) {
	lane := &sleeper{step: 1_000}
	w, snaps := newWorker(t, lane, &fixed{})
	snaps.Store(&config.Snapshot{
		Settings:   config.Settings{Idle: 5_000_000},
		Interfaces: []config.Interface{{Kernel: true}, {Kernel: false}},
	})
	for range 1000 {
		w.Turn()
	}
	for _, s := range lane.asked {
		if s != 0 {
			t.Fatal("slept although a port is no kernel interface and idle is not set")
		}
	}
}

func TestStopSendsLastFramesAndDropsWhatComes(t *testing.T) {
	lane := &enginetest.Lane{Now: 5}
	w, _ := newWorker(t, lane, &fixed{stop: func(b *burst.Burst) { b.Originate(3, 60) }})
	w.Stop()
	lane.In = []enginetest.Frame{{Data: arp()}}
	w.Run()
	c := w.Counters()
	if len(lane.Out) != 1 || lane.Out[0].Port != 3 || c.Verdicts.Dropped[burst.Stopping] != 1 || !c.Balanced() {
		t.Fatalf("out %d, counters %+v", len(lane.Out), c)
	}
}

func TestTurnAllocatesNothing(t *testing.T) {
	lane := &sleeper{step: engine.TickInterval}
	lane.asked = make([]int64, 0, 10_000)
	w, _ := newWorker(t, lane, &fixed{})
	if n := testing.AllocsPerRun(1000, w.Turn); n != 0 {
		t.Fatalf("%v allocations per turn with a Tick", n)
	}
}

func TestCountersAreConsistentWhileTheWorkerRuns(t *testing.T) {
	lane := &enginetest.Lane{Now: 1}
	w, _ := newWorker(t, lane, &fixed{process: func(b *burst.Burst) {
		for u := b.Undecided; u != 0; u = u.Rest() {
			b.Consume(u.First())
		}
	}})
	stop := make(chan struct{})
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			select {
			case <-stop:
				return
			default:
			}
			lane.In = append(lane.In[:0], enginetest.Frame{Data: arp()}, enginetest.Frame{Data: arp()})
			lane.Now += engine.TickInterval
			w.Turn()
		}
	}()
	for range 2000 {
		if c := w.Counters(); !c.Balanced() || c.Verdicts.Consumed%2 != 0 {
			t.Errorf("torn: %+v", c)
			break
		}
	}
	close(stop)
	<-done
}
