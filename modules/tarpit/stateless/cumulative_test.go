package stateless

import (
	"strings"
	"testing"

	"mire/dpdk/burst"
	"mire/engine/config"
	"mire/engine/event"
)

// only1 fails unless slot i alone was answered, and the others of n are covered.
func (g *rig) only1(what string, i, n int) *answer {
	g.t.Helper()
	if g.b.Send != burst.Bit(i) || g.dropped(dropCovered) != uint64(n-1) {
		g.t.Fatalf("%s: sent %b, covered %d of %d", what, g.b.Send, g.dropped(dropCovered), n)
	}
	return g.answer(i)
}

// TestOneReplyAConnectionAndBurst: the segment that goes furthest is answered,
// wherever it stands; every segment is counted in its row and leaves its event.
func TestOneReplyAConnectionAndBurst(t *testing.T) {
	for _, v6 := range []bool{false, true} {
		for _, isn := range []uint32{1, 0xffffffe0} { // the second wraps
			g := newRig(t, config.Policy{})
			theirs := g.open(v6, isn) + isn + 1
			at := func(o int, payload string) []byte {
				return segment(v6, ACK|PSH, isn+1+uint32(o), theirs, payload)
			}
			g.events()
			before := g.rules.counted()
			g.run(at(0, "0123456789"), at(10, "0123456789"), at(20, "0123456789"))
			if a := g.only1("in order", 2, 3); a.Ack != isn+1+30 || a.Window != 0 {
				t.Errorf("ack %d", a.Ack-isn-1)
			}
			if k := g.kinds(); !equal(k, []event.Kind{kindFirstPayload, kindHold, kindHold}) {
				t.Errorf("events %v", k)
			}
			if r := g.rules.counted(); r[Row10]-before[Row10] != 1 || r[Row11]-before[Row11] != 2 {
				t.Errorf("rows %v", r)
			}
			g.run(at(20, "0123456789"), at(0, "0123456789"), at(10, "0123456789"))
			if a := g.only1("out of order", 0, 3); a.Ack != isn+1+30 {
				t.Errorf("ack %d", a.Ack-isn-1)
			}
			g.run(at(10, "0123456789"), at(0, "0123456789"), at(20, "0123456789"))
			g.only1("middle first", 2, 3)
			g.run(at(0, "x"), at(0, "x and more"))
			if a := g.only1("more than the first byte", 1, 2); a.Ack != isn+1+10 {
				t.Errorf("ack %d", a.Ack-isn-1)
			}
			g.run(at(0, "same"), at(0, "same"))
			g.only1("twice the same", 1, 2)
			g.run(at(0, "data"), segment(v6, ACK|FIN, isn+1+4, theirs, "last"))
			if a := g.only1("FIN with payload", 1, 2); a.Ack != isn+1+8 {
				t.Errorf("ack %d", a.Ack-isn-1)
			}
		}
	}
}

// TestOthersInTheBurstGetTheirOwn: probes, FINs without payload, other ports,
// another incarnation of the same ports.
func TestOthersInTheBurstGetTheirOwn(t *testing.T) {
	g := newRig(t, config.Policy{})
	m4, m6 := g.open(false, 1), g.open(true, 1)
	other := segment(false, SYN, 1, 0, "")
	port4(other, false, 9)
	a, _ := g.one(other)
	data := segment(false, ACK, 2, 1+a.Seq, "data")
	port4(data, false, 9)
	g.run(
		segment(false, ACK, 2, 2+m4, "data"), segment(false, ACK, 6, 2+m4, "data"), // 1 covers 0
		segment(true, ACK, 2, 2+m6, "data"),     // 2
		data,                                    // 3
		segment(false, ACK, 9, 2+m4, ""),        // 4: probe
		segment(false, ACK|FIN, 10, 2+m4, ""),   // 5
		segment(false, ACK, 502, 502+m4, "new"), // 6: opened with 501
		segment(false, ACK, 505, 505+77, "bad"), // 7: row 6
	)
	if g.b.Send != 0b1111110 || g.dropped(dropCovered) != 1 {
		t.Errorf("sent %b, %v", g.b.Send, g.b.Verdicts.Dropped)
	}
}

// TestCoveredByWhatIsRefused: without a token for the reply, none of what it
// would have acknowledged counts as answered.
func TestCoveredByWhatIsRefused(t *testing.T) {
	g := newRig(t, config.Policy{})
	theirs := g.open(false, 1) + 2
	g.answered(50, segment(false, ACK, 5, theirs, ""))
	g.events()
	before := g.rules.counted()
	g.run(segment(false, ACK, 2, theirs, "abc"), segment(false, ACK, 8, theirs, "ghi"), segment(false, ACK, 5, theirs, "def"))
	if g.b.Send != 0 || g.dropped(dropBudget) != 3 || g.rules.counted()[Row13]-before[Row13] != 3 {
		t.Errorf("sent %b, %v", g.b.Send, g.b.Verdicts.Dropped)
	}
	if k := g.kinds(); len(k) != 0 {
		t.Errorf("events %v", k)
	}
	g.balanced()
}

// TestAFullBurstOfOneConnection costs one token.
func TestAFullBurstOfOneConnection(t *testing.T) {
	for _, p := range []config.Policy{{}, {Kind: config.PolicyClamp, Window: 100}} {
		g := newRig(t, p)
		theirs := g.open(false, 1) + 2
		var frames [][]byte
		for i := range burst.Size {
			frames = append(frames, segment(false, ACK, 2+uint32(i)*100, theirs, strings.Repeat("x", 100)))
		}
		for range 12 {
			g.run(frames...)
			if a := g.only1("64 segments", 63, 64); p.Kind == config.PolicyClamp && a.Ack != 102 || p.Kind != config.PolicyClamp && a.Ack != 6402 {
				t.Errorf("ack %d", a.Ack)
			}
		}
		g.run(frames...)
		if g.b.Send != 0 {
			t.Error("a thirteenth reply to bulk at once")
		}
		if n := g.rules.counted(); n[Row10] != 12 || n[Row11] != 12*63 || n[Row13] != 64 {
			t.Errorf("rows %v", n)
		}
	}
}
