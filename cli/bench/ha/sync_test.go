package ha

import (
	"testing"
	"time"

	"mire/dpdk/burst"
	"mire/engine"
	"mire/engine/session"
)

// tables are two with one hash key, as of two nodes.
func tables(t *testing.T) (a, b *engine.Worker) {
	t.Helper()
	out := [2]*engine.Worker{}
	for i := range out {
		c := session.NewConfig("t", 10_000, make([]byte, 16))
		c.Sync = true
		table, err := session.New(&session.HeapArena{}, c)
		if err != nil {
			t.Fatal(err)
		}
		table.SetAuthor(1, i == 0)
		out[i] = &engine.Worker{Table: table}
	}
	return out[0], out[1]
}

func TestWriterKeepsItsRate(t *testing.T) {
	w, _ := tables(t)
	s := &writer{keys: 30, marks: newMarkers(), journal: make([]written, 0, 45)}
	s.rate.Store(10_500)
	if _, err := s.Stage(w); err != nil {
		t.Fatal(err)
	}
	for ms := range int64(11) {
		s.Tick(&burst.Burst{Now: 1e9 + ms*1e6})
	}
	if n := s.changed.Load(); n != 105 || s.refused.Load() != 0 || w.Table.Stats().Entries[session.Trapped] != 30 {
		t.Errorf("%d changes in 10 ms at 10,500/s, %d refused, %v", n, s.refused.Load(), w.Table.Stats())
	}
	if len(s.journal) != 45 || s.journal[44].at <= s.journal[0].at || s.journal[30].key != 0 || s.journal[30].version == s.journal[0].version {
		t.Errorf("journal of %d: %+v", len(s.journal), s.journal)
	}
	if marks := s.marks.Waiting(11); marks != 10 {
		t.Errorf("%d samples of 10 Ticks", marks)
	}
	// A worker that was away for a second does not make all of it good.
	s.Tick(&burst.Burst{Now: 2.02e9})
	if n := s.changed.Load(); n != 105+210 {
		t.Errorf("%d changes", n)
	}
}

func TestWatcherTimesWhatArrives(t *testing.T) {
	a, b := tables(t)
	marks := newMarkers()
	s, o := &writer{keys: 4, marks: marks}, newWatcher(marks, 10)
	o.goal = 2
	_, _ = s.Stage(a)
	_, _ = o.Stage(b)
	s.rate.Store(1000)
	for _, at := range []int64{1e9, 1e9 + 1e6, 1e9 + 2e6} {
		s.Tick(&burst.Burst{Now: at})
	}
	pass := func(n uint32, now int64) {
		r, ok := a.Table.Get(entryKey(n), now)
		if !ok || b.Table.Merge(&r, now) != session.Done {
			t.Fatalf("entry %d does not travel", n)
		}
	}
	o.Process(&burst.Burst{Now: 1e9 + 3e6})
	pass(1, 1e9+3e6)
	o.Process(&burst.Burst{Now: 1e9 + 4e6}) // written at 2 ms
	pass(0, 1e9+5e6)
	o.Tick(&burst.Burst{Now: 1e9 + 6e6}) // written at 1 ms
	if len(o.lags) != 2 || o.lags[0] != 2e6 || o.lags[1] != 5e6 || o.waiting.Load() != 0 || o.full.Load() != 1e9+6e6 {
		t.Errorf("%v, %d waiting, full at %d", o.lags, o.waiting.Load(), o.full.Load())
	}
}

func TestMissingCountsByAge(t *testing.T) {
	var journal []written
	for i := range int64(40) {
		journal = append(journal, written{key: uint32(i), at: i * int64(100*time.Millisecond)})
	}
	// The crash is at 3.9 s: at 2.8 s something was 1.1 s old.
	c := missing(journal, func(w written) bool { return w.key < 35 && w.key != 28 && w.key != 29 })
	if c.Changes != 40 || c.Missing != 7 || c.Old != 1 || c.Oldest != 1100*time.Millisecond {
		t.Errorf("%+v", c)
	}
	if c := missing(nil, nil); c != (Crash{}) {
		t.Errorf("%+v", c)
	}
}

func TestPercentiles(t *testing.T) {
	var times []int64
	for i := range int64(1000) {
		times = append(times, (i+1)*1e6)
	}
	p := percentiles(times)
	near := func(n nanos, ms int64) bool { d := int64(n) - ms*1e6; return max(d, -d) < ms*1e6/500 }
	if p.Count != 1000 || !near(p.P50, 500) || !near(p.P99, 990) || !near(p.P999, 999) || !near(p.Max, 1000) {
		t.Errorf("%+v", p)
	}
	if p := percentiles(nil); p != (Percentiles{}) {
		t.Errorf("%+v", p)
	}
	for n, want := range map[nanos]string{999_000: "999 us", 20_500_000: "20.50 ms", 3_609_000_000: "3.61 s"} {
		if n.text() != want {
			t.Errorf("%d is %q, want %q", n, n.text(), want)
		}
	}
}
