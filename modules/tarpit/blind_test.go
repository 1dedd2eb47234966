package tarpit

import (
	"net/netip"
	"testing"
	"time"

	"mire/engine/config"
	et "mire/engine/enginetest"
	"mire/engine/session"
)

// away are reloads under which the network of the tests hears nobody where it
// listens otherwise.
var away = map[string]func(*config.Snapshot){
	"disabled": func(s *config.Snapshot) { s.Networks[0].Tarpit = config.TarpitDisable },
	"removed":  func(s *config.Snapshot) { s.Networks = nil },
	"on another VLAN": func(s *config.Snapshot) {
		s.Networks[0].VLAN = 42
	},
	"on another port": func(s *config.Snapshot) { s.Networks[0].Port = 3 },
	"without a port":  func(s *config.Snapshot) { s.Networks[0].Port = config.NoPort },
	"in another prefix": func(s *config.Snapshot) {
		s.Networks[0].Prefix4 = netip.MustParsePrefix("172.17.2.64/26")
		s.Networks[0].Prefix6 = netip.MustParsePrefix("2001:db8:0:3::/64")
	},
}

func generation(g uint64) func(*config.Snapshot) {
	return func(s *config.Snapshot) { s.Generation = g }
}

// A host may have come up while nobody listened: what was captured before is
// proven anew, whether the sweep has seen it in between or not.
func TestCaptureFromBeforeAnUnwatchedTimeIsProvenAnew(t *testing.T) {
	for name, edit := range away {
		for _, absence := range []time.Duration{3 * time.Millisecond, 5 * time.Second} {
			t.Run(name+" for "+absence.String(), func(t *testing.T) {
				l := newLab(t)
				l.trap(cold4, cold6)
				l.Apply(watched(edit, generation(2)))
				l.Pass(absence)
				l.Apply(watched(generation(3)))
				o := l.Turn(et.Echo(askerMac, et.VirtMAC, asker4, cold4, 1, 1, nil),
					et.TCP(askerMac, et.Virt6MAC, netip.AddrPortFrom(asker6, 9), netip.AddrPortFrom(cold6, 80), 2, 1, 0, nil))
				if o.Sent != 0 || o.Dropped["tarpit_unknown"] != 2 {
					t.Fatalf("said %q, dropped %v; want two proofs", sayings(o.Out), o.Dropped)
				}
				l.Pass(1200 * time.Millisecond)
				if o := l.Turn(ask(cold4), ask(cold6)); o.Sent != 2 {
					t.Fatalf("said %q after the proofs, dropped %v", sayings(o.Out), o.Dropped)
				}
			})
		}
	}
}

func TestRequestAfterAnUnwatchedTimeIsProvenAnew(t *testing.T) {
	bothFamilies(t, func(t *testing.T, cold netip.Addr) {
		l := newLab(t)
		l.trap(cold)
		l.Apply(watched(away["disabled"], generation(2)))
		l.Pass(2 * time.Millisecond)
		l.Apply(watched(generation(3)))
		l.wantDrop(l.Turn(ask(cold)), "tarpit_unknown")
		if got := sayings(l.Pass(1200 * time.Millisecond)); countOf(got, answerTo(cold)) != 1 {
			t.Fatalf("said %q, want the answer to who waited", got)
		}
	})
}

// The worker that captured has not switched yet when another is asked on the
// new segment.
func TestMoveIsAgreedOnByAllWorkers(t *testing.T) {
	p := newPair(t, 2)
	p.step([][][]byte{nil, {ask(cold4)}})
	for range 1200 {
		p.step(nil)
	}
	p.snaps.Store(watched(et.WithVLAN(42), generation(2)))
	got := sayings(p.step([][][]byte{{et.Tag(42, ask(cold4))}, {et.Tag(42, askBy(otherMAC, other4, cold4))}}))
	if countOf(got, tagged(probe4(cold4), "42")) != 1 || countOf(got, tagged(answerTo(cold4), "42")) != 0 ||
		countOf(got, tagged(answer4(otherMAC, other4, cold4), "42")) != 0 {
		t.Errorf("said %q on the new segment, want one probe and no answer", got)
	}
}

// tagged is a sentence about a frame with a tag.
func tagged(s string, vlan string) string { return s[:35] + " vlan " + vlan + s[35:] }

// A proof that was under way decides nothing about the segment its network has
// moved to.
func TestProofDoesNotMoveToAnotherSegment(t *testing.T) {
	l := newLab(t)
	l.Turn(ask(cold4))
	l.Pass(800 * time.Millisecond)
	l.Apply(watched(et.WithVLAN(42), generation(2)))
	if got := sayings(l.Pass(2 * time.Second)); countOf(got, tagged(answerTo(cold4), "42")) != 0 {
		t.Fatalf("said %q, proven on another segment", got)
	}
	l.wantState(cold4, session.Unknown)
	if st := l.mod.Stats(); st[0].Probing != [2]int{} {
		t.Errorf("%v addresses under proof", st[0].Probing)
	}
}

// A reload that changes nothing of the kind keeps captures and proofs.
func TestReloadKeepsCapturesAndProofs(t *testing.T) {
	l := newLab(t)
	l.trap(cold6)
	l.Turn(ask(cold4))
	l.Pass(500 * time.Millisecond)
	l.Apply(watched(generation(2), et.WithTarpit(config.TarpitEnable)))
	if o := l.Turn(ask(cold6)); o.Sent != 1 {
		t.Errorf("dropped %v, want the answer for a capture from before", o.Dropped)
	}
	if got := sayings(l.Pass(700 * time.Millisecond)); countOf(got, answerTo(cold4)) != 1 {
		t.Errorf("said %q, want the proof to go on", got)
	}
}

// What nobody watches any more does not stay in the table until it expires.
func TestUnwatchedCapturesAreReleased(t *testing.T) {
	l := newLab(t)
	l.trap(cold4, cold6)
	l.Apply(watched(away["disabled"], generation(2)))
	l.Pass(time.Minute)
	l.wantState(cold4, session.Unknown)
	l.wantState(cold6, session.Unknown)
}

// The sweep releases them, so that nothing is left to ask about when it has
// been round.
func TestBlindCapturesAreSweptAway(t *testing.T) {
	l := newLab(t)
	l.trap(cold4, cold6)
	l.Apply(watched(away["on another port"], generation(2)))
	l.Pass(time.Millisecond)
	l.Apply(watched(generation(3)))
	l.Pass(20 * time.Second)
	l.wantState(cold4, session.Unknown)
	l.wantState(cold6, session.Unknown)
}

// foreign puts a capture into the table that another node proved at a time.
func (l *lab) foreign(a netip.Addr, proven int64) {
	l.tb.Helper()
	now := l.Lane.Now
	r := session.Record{Key: keyOf(a), State: session.Trapped, Expires: now + int64(5*time.Minute), Proven: proven}
	if o := l.Table.Put(&r, 1<<session.Unknown, now); o != session.Done {
		l.tb.Fatal(o)
	}
}

// What the other node proved before this one started is older than its clock.
func TestCaptureFromBeforeTheStartIsKept(t *testing.T) {
	bothFamilies(t, func(t *testing.T, cold netip.Addr) {
		l := newLab(t)
		l.foreign(cold, -int64(time.Minute))
		l.Pass(5 * time.Second)
		l.wantState(cold, session.Trapped)
		if o := l.Turn(ask(cold)); o.Sent != 1 || l.count(Releases) != 0 {
			t.Errorf("answered %d times, %d releases", o.Sent, l.count(Releases))
		}
	})
}

// A backup whose port was away loses nothing of what the master holds, also not
// when it takes over; as master it doubts what nobody has watched.
func TestOnlyAMasterDoubtsWhatItDidNotWatch(t *testing.T) {
	bothFamilies(t, func(t *testing.T, cold netip.Addr) {
		l := newLab(t)
		l.Role.Set(1)
		l.Pass(time.Second)
		l.foreign(cold, l.Lane.Now)
		l.Apply(watched(away["without a port"], generation(2)))
		l.Pass(3 * time.Millisecond)
		l.Apply(watched(generation(3)))
		l.Pass(5 * time.Second)
		l.wantState(cold, session.Trapped)
		l.Role.Set(0)
		l.Pass(5 * time.Second)
		l.wantState(cold, session.Trapped)
		if o := l.Turn(ask(cold)); o.Sent != 1 || l.count(Releases) != 0 {
			t.Errorf("answered %d times, %d releases", o.Sent, l.count(Releases))
		}
		l.Apply(watched(away["without a port"], generation(4)))
		l.Pass(3 * time.Millisecond)
		l.Apply(watched(generation(5)))
		l.Pass(5 * time.Second)
		l.wantState(cold, session.Unknown)
	})
}
