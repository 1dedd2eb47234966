package engine_test

import (
	"sync/atomic"
	"testing"
	"time"

	"mire/dpdk/burst"
	"mire/engine"
	"mire/engine/config"
)

// wakeable is a sleeper that says whether frames wake it.
type wakeable struct {
	sleeper
	wakes bool
	woken int
}

func (l *wakeable) Wakes() bool { return l.wakes }
func (l *wakeable) Wake()       { l.woken++ }

// slept lets the worker turn until it has asked for at least that much sleep
// and returns the longest that it asked for at once.
func slept(w *engine.Worker, l *wakeable, total time.Duration) (longest int64) {
	l.asked = nil
	for sum := int64(0); sum < int64(total); {
		w.Turn()
		s := l.asked[len(l.asked)-1]
		sum += s
		longest = max(longest, s)
	}
	return longest
}

func TestOnlyAQuietWorkerThatFramesWakeSleepsDeep(t *testing.T) {
	const usual = int64(5 * time.Millisecond)
	lane := &wakeable{sleeper: sleeper{step: 1_000}, wakes: true}
	w, snaps := newWorker(t, lane, &fixed{})
	snaps.Store(&config.Snapshot{Settings: config.Settings{Idle: 5_000_000, IdleSet: true}})
	if got := slept(w, lane, 1900*time.Millisecond); got != usual {
		t.Fatalf("slept %d ns within two seconds", got)
	}
	deep := slept(w, lane, 3*time.Second)
	if deep <= 10*usual {
		t.Fatalf("slept %d ns at most after two quiet seconds", deep)
	}
	lane.wakes = false // the port has gone
	if got := slept(w, lane, time.Second); got != usual {
		t.Errorf("slept %d ns though nothing would wake it", got)
	}
	lane.wakes = true
	if got := slept(w, lane, 3*time.Second); got != deep {
		t.Errorf("slept %d ns, %d before", got, deep)
	}
	w.Stop()
	if lane.woken != 1 {
		t.Errorf("Stop woke the worker %d times", lane.woken)
	}
}

// Others leave a worker what concerns its addresses: it may not sleep through it.
func TestOneOfSeveralWorkersDoesNotSleepDeep(t *testing.T) {
	lane := &wakeable{sleeper: sleeper{step: 1_000}, wakes: true}
	snaps := new(atomic.Pointer[config.Snapshot])
	snaps.Store(&config.Snapshot{Settings: config.Settings{Idle: 5_000_000, IdleSet: true}})
	first, _ := newWorker(t, &sleeper{step: 1_000}, &fixed{})
	w, err := engine.NewWorker(engine.WorkerConfig{
		ID: 1, Count: 2, Table: first.Table, Events: first.Events, Burst: new(burst.Burst),
		Lanes: []engine.Lane{lane}, Chain: engine.NewChain(nil), Snapshots: snaps,
	})
	if err != nil {
		t.Fatal(err)
	}
	if got := slept(w, lane, 5*time.Second); got != 5_000_000 {
		t.Errorf("slept %d ns", got)
	}
	w.Wake() // nothing to end, and no harm
}
