package stateless

import (
	"testing"
	"time"

	"mire/dpdk/burst"
	"mire/engine/config"
	"mire/engine/enginetest"
)

// answered sends a frame n times and counts the replies; the others must have
// been refused by the budget.
func (g *rig) answered(n int, frame []byte) (replies int) {
	g.t.Helper()
	for range n {
		a, why := g.one(frame)
		if a != nil {
			replies++
		} else if why != burst.TarpitBudget {
			g.t.Fatalf("dropped by %v", why)
		}
	}
	return replies
}

// ticks lets time pass, a millisecond a Tick.
func (g *rig) ticks(d time.Duration) {
	for end := g.b.Now + int64(d); g.b.Now < end; {
		g.b.Now += 1e6
		g.rules.Tick(&g.b)
	}
}

func TestBudgetIsBurstThenRate(t *testing.T) {
	for _, v6 := range []bool{false, true} {
		g := newRig(t, config.Policy{})
		g.ticks(2 * time.Millisecond)
		probe := segment(v6, ACK, 1000, 999+g.open(v6, 1), "payload")
		if n := g.answered(60, probe); n != 40 {
			t.Fatalf("%d replies at once, want 40", n)
		}
		g.ticks(time.Second)
		if n := g.answered(60, probe); n < 19 || n > 21 {
			t.Errorf("%d replies after a second, want 20", n)
		}
		g.ticks(10 * time.Second)
		if n := g.answered(60, probe); n != 40 {
			t.Errorf("%d replies after a rest, want 40", n)
		}
		if got := g.rules.rows[Row13]; got != 60*3-40-40-20 && got != 60*3-40-40-21 && got != 60*3-40-40-19 {
			t.Errorf("row 13 counted %d", got)
		}
	}
}

// TestBudgetAfterAStall: one late Tick gives back what many would have.
func TestBudgetAfterAStall(t *testing.T) {
	g := newRig(t, config.Policy{})
	g.ticks(2 * time.Millisecond)
	probe := segment(false, ACK, 1000, 999+g.open(false, 1), "payload")
	g.answered(40, probe)
	g.b.Now += int64(500 * time.Millisecond)
	g.rules.Tick(&g.b)
	if n := g.answered(40, probe); n != 10 {
		t.Errorf("%d replies after half a second in one Tick, want 10", n)
	}
	g.b.Now += int64(6 * time.Hour)
	g.rules.Tick(&g.b)
	if n := g.answered(60, probe); n != 40 {
		t.Errorf("%d replies after a long sleep, want 40", n)
	}
}

// TestBudgetLeavesOthersAlone: who spends nothing is not refused: rows 1 to 7,
// another source; a /64 is one source.
func TestBudgetLeavesOthersAlone(t *testing.T) {
	g := newRig(t, config.Policy{})
	cookie := g.open(true, 1)
	g.answered(50, segment(true, ACK, 1000, 999+cookie, "payload"))
	if _, why := g.one(segment(true, ACK, 2, 2+cookie, "")); why != burst.TarpitHandshake {
		t.Errorf("row 7: %v", why)
	}
	if _, why := g.one(segment(true, ACK, 2, 77, "")); why != burst.TarpitAckScan {
		t.Errorf("row 6: %v", why)
	}
	g.open(true, 1)
	if _, why := g.one(segment(true, ACK, 1000, 999+cookie, "payload")); why != burst.TarpitBudget {
		t.Errorf("the budget came back: %v", why)
	}
	// IPv4 hashes to another bucket with this secret.
	if !g.holds(false, g.open(false, 1)) {
		t.Error("another source is refused")
	}
	neighbour := segment(true, SYN, 1, 0, "")
	neighbour[14+8+15] = 0x99
	a, _ := g.one(neighbour)
	probe := segment(true, ACK, 1000, 999+a.Seq-1, "payload")
	probe[14+8+15] = 0x99
	if _, why := g.one(probe); why != burst.TarpitBudget {
		t.Errorf("another address of the same /64: %v", why)
	}
}

// TestBudgetIsPerSource: another destination or port has no tokens of its own.
func TestBudgetIsPerSource(t *testing.T) {
	g := newRig(t, config.Policy{})
	g.answered(50, segment(false, ACK, 1000, 999+g.open(false, 1), "payload"))
	for name, at := range map[string]int{"destination": 14 + 19, "our port": 34 + 3, "remote port": 34 + 1} {
		syn := segment(false, SYN, 1, 0, "")
		syn[at] ^= 1
		a, _ := g.one(syn)
		probe := segment(false, ACK, 1000, 999+a.Seq-1, "payload")
		probe[at] ^= 1
		if _, why := g.one(probe); why != burst.TarpitBudget {
			t.Errorf("another %s: %v", name, why)
		}
	}
}

// TestBudgetMakesNoEvent: row 13 is only counted.
func TestBudgetMakesNoEvent(t *testing.T) {
	g := newRig(t, config.Policy{})
	probe := segment(false, ACK, 1000, 999+g.open(false, 1), "payload")
	g.events()
	g.answered(45, probe)
	if n := len(g.events()); n != 40 {
		t.Errorf("%d events for 40 replies", n)
	}
}

// TestMuteSpendsNothing: silence needs no budget.
func TestMuteSpendsNothing(t *testing.T) {
	g := newRig(t, config.Policy{Kind: config.PolicyMute})
	cookie := g.open(false, 1)
	for range 100 {
		if _, why := g.one(segment(false, ACK, 1000, 999+cookie, "payload")); why != burst.TarpitSilent {
			t.Fatal(why)
		}
	}
}

func TestSynBudget(t *testing.T) {
	g := newRig(t, config.Policy{})
	syn := segment(false, SYN, 1, 0, "")
	if n := g.answered(500, syn); n != 500 {
		t.Fatalf("%d of 500 SYNs answered without a limit", n)
	}
	g.snap = enginetest.Snapshot(func(s *config.Snapshot) { s.Settings.SynBudget = 5 })
	g.ticks(2 * time.Millisecond)
	if n := g.answered(50, syn); n != 10 {
		t.Errorf("%d SYNs answered at once, want 10", n)
	}
	g.ticks(time.Second)
	g.events()
	n := g.answered(50, syn)
	if n < 4 || n > 6 {
		t.Errorf("%d SYNs answered after a second, want 5", n)
	}
	if k := len(g.events()); k != n {
		t.Errorf("%d events for %d SYN-ACKs", k, n)
	}
}

// TestBucketsDoNotWrap: no order of calls makes a bucket larger than its limit.
func TestBucketsDoNotWrap(t *testing.T) {
	var g budget
	g.set(2*maxRate, 10*maxRate)
	if g.limit != 2*maxRate*token || !g.on() {
		t.Fatalf("limit %d", g.limit)
	}
	for range 3_000_000 {
		g.take(1, sourceTail4)
	}
	for _, s := range g.spent {
		if s > g.limit {
			t.Fatalf("spent %d of %d", s, g.limit)
		}
	}
}
