package bench

import (
	"slices"
	"strings"
	"testing"
	"time"

	"mire/dpdk/burst"
	"mire/engine"
	"mire/engine/event"
	"mire/engine/session"
)

// booksOf are those of a node that received a source ten times and did with it
// what its shots say, with 5 frames behind the end.
func booksOf(t *testing.T, name string) *books {
	t.Helper()
	w, err := Find(name)
	if err != nil {
		t.Fatal(err)
	}
	s := setup{workload: w, workers: 1, table: 1000, size: w.least}
	n := &node{setup: s, scene: sceneOf(t, s)}
	if n.shots, err = n.scene.shots(w); err != nil {
		t.Fatal(err)
	}
	m := &member{ring: event.NewRing(64), tap: &tap{}}
	n.crew = []*member{m}
	list, err := n.chain()
	if err != nil {
		t.Fatal(err)
	}
	c := engine.NewChain(list)
	k, y := &engine.Counters{Names: w.stages(), Reasons: c.Reasons}, tallyOf(n.shots)
	k.Verdicts.Received, k.Verdicts.Sent = 10*Frames+5, uint64(10*y.replies)
	for r, info := range k.Reasons {
		k.Verdicts.Dropped[r] = uint64(10 * y.dropped[info.Name])
	}
	k.Verdicts.Dropped[burst.Stopping] = 5
	for range k.Names {
		k.Stages = append(k.Stages, engine.StageCounters{Entered: 10 * Frames})
	}
	for range 10 * y.events {
		m.ring.Push(&event.Event{})
	}
	m.checks.good = uint64(y.replies)
	return &books{node: n, tally: y, k: k, last: 5}
}

// reasonOf is the number of a reason in the books.
func reasonOf(b *books, name string) int {
	return slices.IndexFunc(b.k.Reasons, func(r burst.ReasonInfo) bool { return r.Name == name })
}

func TestBooksHoldWhenAllIsAsItMustBe(t *testing.T) {
	for _, name := range Names() {
		b := booksOf(t, name)
		for _, c := range []struct {
			name string
			held bool
		}{{"loaded", b.loaded().Held}, {"events", b.events().Held}, {"decided", b.decided().Held}, {"checked", b.checked().Held}} {
			if !c.held {
				t.Errorf("%s: %s", name, c.name)
			}
		}
	}
}

func TestBooksNoticeWhatIsWrong(t *testing.T) {
	for _, c := range []struct {
		workload, what string
		change         func(*books)
		held           func(*books) bool
	}{
		{"syn4", "one SYN is not answered", func(b *books) { b.k.Verdicts.Sent-- }, func(b *books) bool { return b.decided().Held }},
		{"syn4", "one is dropped", func(b *books) { b.k.Verdicts.Dropped[reasonOf(b, "tarpit_off")]++ }, func(b *books) bool { return b.decided().Held }},
		{"syn4", "one is consumed", func(b *books) { b.k.Verdicts.Consumed++ }, func(b *books) bool { return b.decided().Held }},
		{"syn4", "a module is missing", func(b *books) { b.k.Names = b.k.Names[1:] }, func(b *books) bool { return b.loaded().Held }},
		{"syn4", "frames went round the last module", func(b *books) { b.k.Stages[len(b.k.Stages)-1].Entered /= 2 }, func(b *books) bool { return b.loaded().Held }},
		{"syn4", "no reply was checked", func(b *books) { b.crew[0].checks.good = 0 }, func(b *books) bool { return b.checked().Held }},
		{"syn4", "a reply was wrong", func(b *books) { b.crew[0].checks.bad = 1 }, func(b *books) bool { return b.checked().Held }},
		{"syn4", "no event came", func(b *books) { b.crew[0].ring = event.NewRing(64) }, func(b *books) bool { return b.events().Held }},
		{"udp", "one is answered", func(b *books) { b.k.Verdicts.Sent++ }, func(b *books) bool { return b.checked().Held || b.decided().Held }},
		{"hold", "none is answered", func(b *books) { b.k.Verdicts.Sent = 0 }, func(b *books) bool { return b.decided().Held }},
		{"mix", "all UDP is missing", func(b *books) { b.k.Verdicts.Dropped[reasonOf(b, "tarpit_udp")] = 0 }, func(b *books) bool { return b.decided().Held }},
		{"mix", "broken checksums pass", func(b *books) { b.k.Verdicts.Dropped[burst.TCPChecksum] = 0 }, func(b *books) bool { return b.decided().Held }},
	} {
		b := booksOf(t, c.workload)
		b.k.Verdicts.Received *= 100 // so that slack is little
		b.k.Verdicts.Sent *= 100
		for r := range b.k.Verdicts.Dropped {
			b.k.Verdicts.Dropped[r] *= 100
		}
		for i := range b.k.Stages {
			b.k.Stages[i].Entered *= 100
		}
		b.last *= 100
		if c.change(b); c.held(b) {
			t.Errorf("%s: %s: nobody notices", c.workload, c.what)
		}
	}
}

// Inserts come and go without touching what is captured.
func TestInsertsLeaveNothing(t *testing.T) {
	w, _ := Find("syn4")
	sc := sceneOf(t, setup{workload: w, table: 1000, size: w.least})
	table, err := session.New(new(session.HeapArena), session.Config{Name: "bench", Capacity: sc.capacity()})
	if err != nil {
		t.Fatal(err)
	}
	if err := sc.capture(table, 1); err != nil {
		t.Fatal(err)
	}
	n := startInserts(sc, table)
	for end := time.Now().Add(10 * time.Second); n.made.Load() < 100 && time.Now().Before(end); {
		time.Sleep(time.Millisecond)
	}
	c := n.stop()
	if n.made.Load() < 100 || n.failed.Load() != 0 || !strings.Contains(c.Detail, " 0 failed") {
		t.Errorf("%d made, %d failed: %s", n.made.Load(), n.failed.Load(), c.Detail)
	}
	if got := table.Stats().Entries[session.Trapped]; got != 1000 {
		t.Errorf("%d captured addresses are left", got)
	}
}
