package stateless

import (
	"testing"

	"mire/dpdk/burst"
	"mire/engine/config"
)

// TestProcessEqualsDecide sends the whole walk through Process and compares
// replies, reasons and counters with Decide, both families.
func TestProcessEqualsDecide(t *testing.T) {
	for _, v6 := range []bool{false, true} {
		for _, p := range policies {
			g := newRig(t, p)
			g.rules.Apply(g.snap)
			g.rules.budget.limits[Connection].limit(0, 0, 0) // row 13 has tests of its own
			cookie := g.open(v6, 1)
			rows := g.rules.counted()
			for flags := range uint16(512) {
				for _, l := range []uint32{0, 1, 600} {
					for _, o := range []int64{-2, -1, 0, 1, clampWindow, 131071, 131072} {
						s := Segment{Seq: 0x7ffffff0, Cookie: cookie, Len: l, Flags: flags}
						s.Ack = s.Seq + cookie - uint32(o)
						d := Decide(p, s)
						rows[d.Row]++
						g.same(v6, s, d)
					}
				}
			}
			if got := g.rules.counted(); got != rows {
				t.Errorf("policy %d: rows %v, want %v", p.Kind, got, rows)
			}
		}
	}
}

// same runs a segment and compares what comes out with a decision.
func (g *rig) same(v6 bool, s Segment, d Decision) {
	g.t.Helper()
	frame := segment(v6, uint8(s.Flags), s.Seq, s.Ack, string(make([]byte, s.Len)))
	at := 14 + 20
	if v6 {
		at = 14 + 40
	}
	frame[at+12] |= uint8(s.Flags >> 8) // NS; checksums were Parse's business
	a, why := g.one(frame)
	switch {
	case d.Reply != (a != nil):
		g.t.Fatalf("%s L=%d: reply %v, want %+v", letters(s.Flags), s.Len, a, d)
	case a == nil && why != of(d.Reason):
		g.t.Fatalf("%s L=%d: reason %v, want %v", letters(s.Flags), s.Len, why, d.Reason)
	case a != nil && (a.Seq != d.Seq || a.Ack != d.Ack || a.Window != d.Window || a.frame[at+13] != d.Flags):
		g.t.Fatalf("%s L=%d: got seq %#x ack %#x window %d flags %#x, want %+v",
			letters(s.Flags), s.Len, a.Seq, a.Ack, a.Window, a.frame[at+13], d)
	}
}

// TestMixedBurst: one burst with both families, all kinds of segments, and
// slots that are not ours to decide.
func TestMixedBurst(t *testing.T) {
	g := newRig(t, config.Policy{})
	m4, m6 := g.open(false, 100), g.open(true, 100)
	m := g.load(
		segment(false, SYN, 100, 0, ""),                // 0: reply
		segment(true, SYN, 100, 0, ""),                 // 1: reply
		segment(false, ACK, 101, 100+m4+1, ""),         // 2: row 7
		segment(true, ACK, 101, 100+m6+1, "GET /"),     // 3: row 10
		segment(false, ACK, 101, 100+m6+1, "GET /"),    // 4: row 6, a cookie of another tuple
		segment(true, RST|ACK, 101, 100+m6+1, ""),      // 5: row 5
		segment(false, ACK, 101, 100+m4+1, "not ours"), // 6: outside the mask
		segment(true, FIN|ACK, 101, 100+m6+1, ""),      // 7: row 12
	)
	g.b.Verdicts = burst.Verdicts{}
	g.rules.Process(&g.b, m&^burst.Bit(6), g.snap)
	if g.b.Send != 0b10001011 || g.b.Undecided != burst.Bit(6) {
		t.Errorf("sent %b, undecided %b", g.b.Send, g.b.Undecided)
	}
	d := &g.b.Verdicts.Dropped
	if d[of(dropHandshake)] != 1 || d[of(dropAckScan)] != 1 || d[of(dropReset)] != 1 {
		t.Errorf("drops %v", *d)
	}
	if a := g.answer(3); a.Seq != 100+m6+1 || a.Ack != 106 || a.Window != 0 {
		t.Errorf("row 10: %v", a.TCP)
	}
}

func TestOtherClassesAreLeftAlone(t *testing.T) {
	g := newRig(t, config.Policy{})
	m := g.load(segment(false, SYN, 1, 0, ""))
	g.b.Class[burst.ClassTCPSyn], g.b.Class[burst.ClassUDP] = 0, m
	g.rules.Process(&g.b, m, g.snap)
	if g.b.Undecided != m || g.b.Send != 0 {
		t.Errorf("undecided %b, sent %b", g.b.Undecided, g.b.Send)
	}
}

func TestProcessAndTickDoNotAllocate(t *testing.T) {
	for _, p := range policies {
		g := newRig(t, p, func(s *config.Snapshot) { s.Settings.SynBudget = 1000 })
		m4 := g.open(false, 100)
		m := g.load(
			segment(false, SYN, 100, 0, ""), segment(true, SYN, 100, 0, ""),
			segment(false, ACK, 101, 101+m4, "x"), segment(true, ACK, 101, 101+m4, "xy"),
			segment(false, FIN|ACK, 101, 101+m4, "xy"), segment(false, ACK, 102, 101+m4, ""),
		)
		if n := testing.AllocsPerRun(100, func() {
			g.b.Undecided, g.b.Send = m, 0
			g.rules.Process(&g.b, m, g.snap)
			g.b.Now += 2_000_000
			g.rules.Tick(&g.b)
		}); n != 0 {
			t.Errorf("policy %d: %v allocations", p.Kind, n)
		}
		if n := testing.AllocsPerRun(10, func() {
			g.b.Now += 24 * 3600 * 1e9
			g.rules.Tick(&g.b)
			g.rules.Apply(g.snap)
		}); n != 0 {
			t.Errorf("policy %d: %v allocations at a change of keys or snapshot", p.Kind, n)
		}
	}
}
