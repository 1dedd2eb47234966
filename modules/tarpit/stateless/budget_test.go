package stateless

import (
	"testing"
	"time"

	"mire/engine/config"
	"mire/engine/enginetest"
)

// answered sends a frame n times and counts the replies; the others must have
// been refused by a limit.
func (g *rig) answered(n int, frame []byte) (replies int) {
	g.t.Helper()
	for range n {
		a, why := g.one(frame)
		if a != nil {
			replies++
		} else if why != of(dropBudget) {
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

// balanced fails unless what the limits refused adds up to row 13.
func (g *rig) balanced() {
	g.t.Helper()
	g.rules.Tick(&g.b)
	var refused uint64
	for l, c := range g.rules.Limits() {
		refused += c.Refused
		if c.Collided > c.Refused {
			g.t.Errorf("%v: %d of %d collided", Limit(l), c.Collided, c.Refused)
		}
	}
	if n := g.rules.counted()[Row13]; n != refused {
		g.t.Errorf("limits refused %d, row 13 has %d", refused, n)
	}
}

func replyRate(n int) func(*config.Snapshot) {
	return func(s *config.Snapshot) { s.Settings.ReplyRate = n }
}

func TestConnectionIsBurstThenRate(t *testing.T) {
	for _, v6 := range []bool{false, true} {
		g := newRig(t, config.Policy{})
		probe := segment(v6, ACK, 1000, 998+g.open(v6, 1), "") // row 9
		if n := g.answered(60, probe); n != 16 {
			t.Fatalf("%d replies at once, want 16", n)
		}
		g.ticks(time.Second)
		if n := g.answered(60, probe); n != 4 {
			t.Errorf("%d replies after a second, want 4", n)
		}
		g.b.Now += int64(6 * time.Hour)
		if n := g.answered(60, probe); n != 16 {
			t.Errorf("%d replies after a rest, want 16", n)
		}
		g.balanced()
		if c := g.rules.Limits()[Connection]; c.Refused != 44+56+44 || c.Collided != 0 {
			t.Errorf("%+v", c)
		}
	}
}

// TestProbesComeBeforeBulk: data and FINs without end leave what probes need, of
// the connection and of the source; a probe with a byte is a probe.
func TestProbesComeBeforeBulk(t *testing.T) {
	for _, v6 := range []bool{false, true} {
		g := newRig(t, config.Policy{})
		cookie := g.open(v6, 1)
		data := segment(v6, ACK, 1000, 998+cookie, "data")
		fin := segment(v6, ACK|FIN, 1000, 998+cookie, "")
		if n := g.answered(30, data) + g.answered(30, fin); n != 12 {
			t.Fatalf("%d replies to bulk at once, want 12", n)
		}
		for what, probe := range map[string][]byte{
			"without payload": segment(v6, ACK, 1000, 998+cookie, ""),
			"with a byte":     segment(v6, ACK, 1000, 998+cookie, "x"),
			"keepalive":       segment(v6, ACK, 1000, 1001+cookie, ""),
			"first byte":      segment(v6, ACK, 1000, 999+cookie, "x"),
		} {
			if a, why := g.one(probe); a == nil {
				t.Errorf("probe %s: %v", what, why)
			}
		}
	}
}

func TestSourceIsLimited(t *testing.T) {
	for _, v6 := range []bool{false, true} {
		g := newRig(t, config.Policy{}, replyRate(10))
		var probes, bulk [][]byte
		for port := range uint16(64) {
			syn := segment(v6, SYN, 1, 0, "")
			port4(syn, v6, port)
			a, _ := g.one(syn)
			probe, data := segment(v6, ACK, 1000, 998+a.Seq-1, ""), segment(v6, ACK, 1000, 998+a.Seq-1, "data")
			port4(probe, v6, port)
			port4(data, v6, port)
			probes, bulk = append(probes, probe), append(bulk, data)
		}
		count := func(frames [][]byte) (n int) {
			for _, f := range frames {
				n += g.answered(1, f)
			}
			return n
		}
		if n := count(bulk); n != 10 {
			t.Errorf("%d replies to bulk, want the half of 20", n)
		}
		if n := count(probes); n != 10 {
			t.Errorf("%d replies to probes, want the other half", n)
		}
		g.b.Now += int64(time.Second)
		if n := count(probes); n != 10 {
			t.Errorf("%d replies after a second, want 10", n)
		}
		neighbour := segment(v6, SYN, 1, 0, "")
		at := 14 + 8 + 15
		if !v6 {
			at = 14 + 15
		}
		neighbour[at]++
		a, _ := g.one(neighbour)
		probe := segment(v6, ACK, 1000, 998+a.Seq-1, "")
		probe[at]++
		if a, _ := g.one(probe); (a == nil) != v6 {
			t.Errorf("IPv6 %v: another address of the same /64, or another IPv4 address: answered %v", v6, a != nil)
		}
		g.balanced()
		g.snap = enginetest.Snapshot(replyRate(0))
		g.b.Now += int64(time.Second)
		if n := count(probes); n != 64 {
			t.Errorf("%d of 64 replies without a limit", n)
		}
		g.balanced()
	}
}

// port4 gives a frame without options remote port n.
func port4(frame []byte, v6 bool, n uint16) {
	at := 34
	if v6 {
		at = 54
	}
	frame[at], frame[at+1] = byte(n>>8), byte(n)
}

// TestRefusedSpendsNothing: what the source refuses costs the connection nothing,
// and the other way round.
func TestRefusedSpendsNothing(t *testing.T) {
	g := newRig(t, config.Policy{}, replyRate(5))
	probe := segment(false, ACK, 1000, 998+g.open(false, 1), "")
	if n := g.answered(100, probe); n != 10 {
		t.Fatalf("%d replies at once, want the source's 10", n)
	}
	g.snap = enginetest.Snapshot(replyRate(0))
	if n := g.answered(100, probe); n != 6 {
		t.Errorf("%d more, want the 6 that the connection had left", n)
	}
	g.snap = enginetest.Snapshot(replyRate(40))
	g.b.Now += int64(time.Hour)
	if n := g.answered(100, probe); n != 16 {
		t.Fatalf("%d replies at once, want the connection's 16", n)
	}
	syn := segment(false, SYN, 1, 0, "")
	port4(syn, false, 7)
	a, _ := g.one(syn)
	other := segment(false, ACK, 1000, 998+a.Seq-1, "")
	port4(other, false, 7)
	if n := g.answered(100, other); n != 16 {
		t.Errorf("%d replies to another connection, want 16 of the 64 that the source has left", n)
	}
}

// TestStraysAreApart: 20 a second and 40 at once for what has no valid cookie,
// out of another purse than that of the connections.
func TestStraysAreApart(t *testing.T) {
	g := newRig(t, config.Policy{}, replyRate(1))
	m := g.load(segment(false, ACK, 5, 5, ""))
	g.rules.Apply(g.snap)
	g.rules.gather(&g.b, m)
	pay := func() (n int) {
		for range 100 {
			if _, ok := g.rules.pay(&g.b, 0, Row6, false); ok {
				n++
			}
		}
		return n
	}
	if n := pay(); n != 40 {
		t.Errorf("%d at once, want 40", n)
	}
	g.b.Now += int64(time.Second)
	if n := pay(); n != 20 {
		t.Errorf("%d after a second, want 20", n)
	}
	if n := g.answered(10, segment(false, ACK, 1000, 998+g.open(false, 1), "")); n != 2 {
		t.Errorf("%d replies to the connection, want the 2 of its source", n)
	}
}

// TestLimitsLeaveOthersAlone: rows 1 to 7 cost nothing.
func TestLimitsLeaveOthersAlone(t *testing.T) {
	g := newRig(t, config.Policy{})
	cookie := g.open(true, 1)
	g.answered(50, segment(true, ACK, 1000, 998+cookie, ""))
	if _, why := g.one(segment(true, ACK, 2, 2+cookie, "")); why != of(dropHandshake) {
		t.Errorf("row 7: %v", why)
	}
	if _, why := g.one(segment(true, ACK, 2, 77, "")); why != of(dropAckScan) {
		t.Errorf("row 6: %v", why)
	}
	g.open(true, 1)
	if _, why := g.one(segment(true, ACK, 1000, 998+cookie, "")); why != of(dropBudget) {
		t.Errorf("the connection's tokens came back: %v", why)
	}
}

// TestConnectionIsAddressesPortsAndNetwork: whatever differs has tokens of its own.
func TestConnectionIsAddressesPortsAndNetwork(t *testing.T) {
	g := newRig(t, config.Policy{}, func(s *config.Snapshot) {
		s.Networks = append(s.Networks, s.Networks[0])
		s.Networks[1].Number = 2
	})
	first := segment(false, ACK, 1000, 998+g.open(false, 1), "")
	g.answered(50, first)
	for name, at := range map[string]int{"source": 14 + 15, "destination": 14 + 19, "our port": 34 + 3, "remote port": 34 + 1} {
		syn := segment(false, SYN, 1, 0, "")
		syn[at] ^= 1
		a, _ := g.one(syn)
		probe := segment(false, ACK, 1000, 998+a.Seq-1, "")
		probe[at] ^= 1
		if n := g.answered(50, probe); n != 16 {
			t.Errorf("another %s: %d replies", name, n)
		}
	}
	g.load(segment(false, ACK, 1000, 0, ""))
	hash := func(net uint16) uint64 {
		g.b.Meta[0].Net = net
		g.rules.gather(&g.b, 1)
		return g.rules.connectionHash(&g.b, 0)
	}
	if hash(0) == hash(1) {
		t.Error("another network is the same connection")
	}
}

// TestBudgetMakesNoEvent: row 13 is only counted.
func TestBudgetMakesNoEvent(t *testing.T) {
	g := newRig(t, config.Policy{})
	probe := segment(false, ACK, 1000, 998+g.open(false, 1), "")
	g.events()
	g.answered(45, probe)
	if n := len(g.events()); n != 16 {
		t.Errorf("%d events for 16 replies", n)
	}
}

// TestMuteSpendsNothing: silence needs no budget.
func TestMuteSpendsNothing(t *testing.T) {
	g := newRig(t, config.Policy{Kind: config.PolicyMute})
	cookie := g.open(false, 1)
	for range 100 {
		if _, why := g.one(segment(false, ACK, 1000, 999+cookie, "payload")); why != of(dropSilent) {
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
	if n != 5 {
		t.Errorf("%d SYNs answered after a second, want 5", n)
	}
	if k := len(g.events()); k != n {
		t.Errorf("%d events for %d SYN-ACKs", k, n)
	}
	g.balanced()
	if c := g.rules.Limits()[Opening]; c.Rate != 5 || c.Burst != 10 || c.Buckets != sourceBuckets || c.Refused != 40+45 {
		t.Errorf("%+v", c)
	}
}

// TestLimitsAreShown: names, and figures of a node without settings of its own.
func TestLimitsAreShown(t *testing.T) {
	g := newRig(t, config.Policy{})
	g.rules.Apply(g.snap)
	g.rules.Tick(&g.b)
	want := [NumLimits]LimitCounters{
		Connection: {Rate: 4, Burst: 16, Buckets: 65536}, Source: {Rate: 50000, Burst: 100000, Buckets: 16384},
		Stray: {Rate: 20, Burst: 40, Buckets: 16384}, Opening: {Burst: 1, Buckets: 16384},
	}
	if got := g.rules.Limits(); got != want {
		t.Errorf("%+v", got)
	}
	for l := range NumLimits {
		if l.String() == "invalid" || l.Help() == "" {
			t.Errorf("limit %d: %q %q", l, l, l.Help())
		}
	}
	if NumLimits.String() != "invalid" || NumLimits.Help() != "" {
		t.Error("a limit that there is not has a name")
	}
}
