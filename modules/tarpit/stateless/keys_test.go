package stateless

import (
	"testing"
	"time"

	"mire/engine"
	"mire/engine/config"
	"mire/engine/enginetest"
)

// at moves the worker to a time relative to noon and ticks.
func (g *rig) at(d time.Duration) {
	g.b.Now = int64(d)
	g.rules.Tick(&g.b)
}

// holds tells whether a probe of a connection with the given cookie is answered.
func (g *rig) holds(v6 bool, cookie uint32) bool {
	g.t.Helper()
	a, why := g.one(segment(v6, ACK, 1000, 999+cookie, "payload"))
	if a == nil && why != of(dropAckScan) {
		g.t.Fatalf("probe dropped by %v", why)
	}
	return a != nil
}

func TestHeldConnectionOutlivesItsKey(t *testing.T) {
	for _, v6 := range []bool{false, true} {
		g := newRig(t, config.Policy{})
		g.at(0)
		cookie := g.open(v6, 1)
		for _, tc := range []struct {
			at   time.Duration
			want bool
		}{
			{0, true},
			{12*time.Hour - 1, true},
			{12 * time.Hour, true},    // next day: the previous key
			{36*time.Hour - 1, true},  // the end of that day
			{36 * time.Hour, false},   // two days: forgotten
			{12 * time.Hour, true},    // a clock set back
			{-12 * time.Hour, true},   // the start of its own day
			{-12*time.Hour - 1, true}, // the day before, just before the boundary: the next key
			{-12*time.Hour - 10*time.Minute, true},
			{-12*time.Hour - 10*time.Minute - 1, false},
		} {
			g.at(tc.at)
			if got := g.holds(v6, cookie); got != tc.want {
				t.Errorf("IPv6 %v, %v from noon: held %v, want %v", v6, tc.at, got, tc.want)
			}
		}
		g.at(12 * time.Hour)
		if g.open(v6, 1) == cookie {
			t.Error("the next day has the same cookie")
		}
	}
}

// TestWallClockIsFollowed: a corrected offset counts from the next Tick.
func TestWallClockIsFollowed(t *testing.T) {
	g := newRig(t, config.Policy{})
	g.at(0)
	cookie := g.open(false, 1)
	g.worker.Wall.Add(int64(48 * time.Hour))
	if !g.holds(false, cookie) {
		t.Error("keys changed without a Tick")
	}
	g.at(0)
	if g.holds(false, cookie) {
		t.Error("two days on, the cookie still holds")
	}
}

// TestCookiesDependOnEverything: another address, port or network, another
// cookie, so that a cookie cannot be used for a connection that was not made.
func TestCookiesDependOnEverything(t *testing.T) {
	g := newRig(t, config.Policy{})
	base := segment(false, SYN, 1, 0, "")
	want, _ := g.one(base)
	for name, at := range map[string]int{"remote": 14 + 15, "ours": 14 + 19, "remote port": 34 + 1, "our port": 34 + 3} {
		f := append([]byte{}, base...)
		f[at] ^= 0x40
		if a, _ := g.one(f); a.Seq == want.Seq {
			t.Errorf("%s does not change the cookie", name)
		}
	}
	other := newRig(t, config.Policy{}, func(s *config.Snapshot) { s.Networks[0].Number = 2 })
	if a, _ := other.one(base); a.Seq == want.Seq {
		t.Error("the network does not change the cookie")
	}
	if a, _ := newRig(t, config.Policy{}).one(base); a.Seq != want.Seq {
		t.Error("two workers with one secret make different cookies")
	}
}

func TestNewNeedsASecret(t *testing.T) {
	if _, err := New(&engine.Worker{}, drops); err == nil {
		t.Error("rules without a secret")
	}
}

// TestBareWorker: no event ring, no offset to Unix time, no Tick before the
// first burst.
func TestBareWorker(t *testing.T) {
	g := newRig(t, config.Policy{})
	g.worker.Events, g.worker.Wall = nil, nil
	r, err := New(g.worker, drops)
	if err != nil {
		t.Fatal(err)
	}
	g.rules = r
	if cookie := g.open(false, 1); !g.holds(false, cookie) {
		t.Error("not held")
	}
}

// TestSnapshotIsAdopted: Process follows another snapshot by itself.
func TestSnapshotIsAdopted(t *testing.T) {
	g := newRig(t, config.Policy{})
	a, _ := g.one(segment(false, SYN, 1, 0, ""))
	if a.Window != Window {
		t.Fatalf("window %d", a.Window)
	}
	g.snap = enginetest.Snapshot(func(s *config.Snapshot) {
		s.Networks[0].Policy = config.Policy{Kind: config.PolicyClamp, Window: 50}
	})
	if a, _ = g.one(segment(false, SYN, 1, 0, "")); a.Window != 50 {
		t.Errorf("window %d after the change", a.Window)
	}
}
