package tarpit

import (
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"mire/engine/config"
	et "mire/engine/enginetest"
	"mire/engine/session"
)

// settings are those of a file with one `set` line.
func settings(t *testing.T, name string, value int) config.Settings {
	t.Helper()
	c, problems := config.Parse("f", fmt.Appendf(nil, "set %s %d\n", name, value))
	if c == nil {
		t.Fatal(problems)
	}
	snap, err := c.Snapshot()
	if err != nil {
		t.Fatal(err)
	}
	return snap.Settings
}

// perSecond is what a bucket lets through in a second.
func perSecond(l limit) int {
	if l.interval == 0 {
		return 0 // no limit
	}
	return int(int64(time.Second) / l.interval)
}

func depth(l limit) int { return int(l.depth / l.interval) }

// lifeOf is how many seconds the table keeps an entry that is written for ttl.
func lifeOf(t *testing.T, ttl time.Duration) int {
	t.Helper()
	l := newLab(t)
	r := session.Record{Key: keyOf(cold4), State: session.Trapped, Expires: l.Lane.Now + int64(ttl), Proven: l.Lane.Now}
	if l.Table.Put(&r, 1<<session.Unknown, l.Lane.Now) != session.Done {
		t.Fatal("not written")
	}
	got, _ := l.Table.Get(r.Key, l.Lane.Now)
	return int(time.Duration(got.Expires-l.Lane.Now) / time.Second)
}

// consumers says for each numeric parameter what becomes of its value where it is
// used. A parameter that is not here has nobody who looked.
func consumers(t *testing.T) map[string]func(*config.Settings) int {
	asIs := func(at func(*config.Settings) int) func(*config.Settings) int { return at }
	most := func(limit int, at func(*config.Settings) int) func(*config.Settings) int {
		return func(s *config.Settings) int { return min(at(s), limit) }
	}
	return map[string]func(*config.Settings) int{
		"tarpitrealto":   func(s *config.Settings) int { return lifeOf(t, s.RealTTL) },
		"tarpittrapto":   func(s *config.Settings) int { return lifeOf(t, s.TrapTTL) },
		"tarpitprobes":   most(math.MaxUint8, func(s *config.Settings) int { return s.Probes }), // proof.need
		"tarpitprobeint": asIs(func(s *config.Settings) int { return int(s.ProbeInterval / time.Millisecond) }),
		// A token bucket of floats; the log of packets.
		"tarpitlograte":      asIs(func(s *config.Settings) int { return s.LogRate }),
		"tarpitproberate4":   func(s *config.Settings) int { return perSecond(newBounds(&s.Bounds4).probe) },
		"tarpitprobeburst4":  func(s *config.Settings) int { return depth(newBounds(&s.Bounds4).probe) },
		"tarpitprobing4":     most(maxProofs, func(s *config.Settings) int { return int(newBounds(&s.Bounds4).probing) }),
		"tarpitproberate6":   func(s *config.Settings) int { return perSecond(newBounds(&s.Bounds6).probe) },
		"tarpitprobeburst6":  func(s *config.Settings) int { return depth(newBounds(&s.Bounds6).probe) },
		"tarpitprobing6":     most(maxProofs, func(s *config.Settings) int { return int(newBounds(&s.Bounds6).probing) }),
		"tarpitcapturerate6": func(s *config.Settings) int { return perSecond(newBounds(&s.Bounds6).capture) },
		"tarpitcaptureburst6": func(s *config.Settings) int {
			s.Bounds6.CaptureRate = max(s.Bounds6.CaptureRate, 1)
			return depth(newBounds(&s.Bounds6).capture)
		},
		"tarpitper64": most(maxCaptives, func(s *config.Settings) int { return int(newBounds(&s.Bounds6).per64) }),
		// TestTheLargestRateOfAnnouncementsIsReached.
		"tarpitannouncerate": func(s *config.Settings) int { return perSecond(announceLimit(s.AnnounceRate, 1)) },
		"sessions":           most(session.MaxCapacity, func(s *config.Settings) int { return s.Sessions }),
		// Nanoseconds in 64 bits, compared and added only.
		"idle": asIs(func(s *config.Settings) int { return int(s.Idle / time.Microsecond) }),
		"vrrppreemptts": asIs(func(s *config.Settings) int {
			return int(int64(s.VRRPPreemptTS) * int64(time.Second) / int64(time.Second))
		}),
		// Buckets of modules/tarpit/stateless, whose own test compares them.
		"tarpitsynrate":   asIs(func(s *config.Settings) int { return s.SynBudget }),
		"tarpitreplyrate": asIs(func(s *config.Settings) int { return s.ReplyRate }),
	}
}

// What the parser admits is what happens: no layer behind it cuts a value without
// a word.
func TestNoParameterGoesBeyondItsConsumer(t *testing.T) {
	have := consumers(t)
	for _, p := range config.Params() {
		if p.Values != "" {
			continue
		}
		effect := have[p.Name]
		if effect == nil {
			t.Errorf("%s: nobody says what its consumer makes of its largest value", p.Name)
			continue
		}
		for _, v := range []int{p.Min, p.Max} {
			s := settings(t, p.Name, v)
			if got := effect(&s); got != v {
				t.Errorf("%s %d: %d where it is used", p.Name, v, got)
			}
		}
	}
}

// `check` names the figure at which the table ends.
func TestALifeBeyondTheTableIsRefused(t *testing.T) {
	most := int(session.MaxLifetime / int64(time.Second))
	for _, name := range []string{"tarpitrealto", "tarpittrapto"} {
		settings(t, name, most)
		c, problems := config.Parse("f", fmt.Appendf(nil, "set %s %d\n", name, most+1))
		if c != nil || !strings.Contains(problems.Error(), fmt.Sprint(most)) || !strings.Contains(problems.Error(), "f:1:") {
			t.Errorf("%s %d: %v", name, most+1, problems)
		}
	}
}

// Near the longest life a busy host is written, and told to the peer, no more
// often than with a short one; and it counts as real for as long as is said.
func TestLongestLife(t *testing.T) {
	for _, d := range []time.Duration{1800 * time.Second, time.Duration(session.MaxLifetime)} {
		l := newLab(t, func(s *config.Snapshot) { s.Settings.RealTTL = d })
		l.Turn(et.WhoHas(hostMAC, cold4, asker4))
		l.wantState(cold4, session.Real)
		for range 5 { // its claim is verified, and it answers
			l.Pass(2 * time.Second)
			l.Turn(et.ARP(2, hostMAC, cold4, et.RealMAC, et.Real4))
		}
		told, recs := 0, make([]session.Record, 8)
		l.Table.Changes(recs)
		for range 60 {
			l.Lane.Now += int64(1100 * time.Millisecond) // nobody asks it in between
			l.Turn(et.Echo(hostMAC, et.RealMAC, cold4, et.Real4, 1, 1, nil))
			told += l.Table.Changes(recs)
		}
		if told > 4 {
			t.Errorf("%v: %d changes in 66 s for one host", d, told)
		}
		l.Lane.Now += int64(d - d/8)
		l.wantState(cold4, session.Real)
	}
}
