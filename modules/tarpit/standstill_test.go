package tarpit

import (
	"net/netip"
	"testing"
	"time"

	et "mire/engine/enginetest"
	"mire/engine/session"
)

// inattentive are the ways in which this node listens to nobody for a time.
var inattentive = map[string]func(l *lab){
	"stopped for 3 s": func(l *lab) { l.Lane.Now += int64(3 * time.Second) },
	"without a link": func(l *lab) {
		l.mod.link(0, false, l.Lane.Now)
		l.Pass(10 * time.Second)
		l.mod.link(0, true, l.Lane.Now)
	},
	"without a link for a moment": func(l *lab) {
		l.mod.link(0, false, l.Lane.Now)
		l.mod.link(0, true, l.Lane.Now)
	},
	"with a link that nobody told of yet": func(l *lab) {
		l.mod.link(0, false, l.Lane.Now)
		l.Pass(20 * time.Second)
	},
}

// Whoever announced himself meanwhile was not heard: the next packet or request
// for a capture starts a proof, in the very first turn.
func TestWhoDidNotListenHasProvenNothing(t *testing.T) {
	bothFamilies(t, func(t *testing.T, cold netip.Addr) {
		for name, away := range inattentive {
			for kind, frame := range map[string]func() []byte{
				"request": func() []byte { return ask(cold) },
				"packet":  func() []byte { return et.Echo(askerMac, et.RealMAC, askerOf(cold), cold, 1, 1, nil) },
				"SYN": func() []byte {
					return et.TCP(askerMac, et.RealMAC, netip.AddrPortFrom(askerOf(cold), 9), netip.AddrPortFrom(cold, 80), 2, 1, 0, nil)
				},
			} {
				l := newLab(t)
				l.trap(cold)
				l.Pass(5 * time.Second)
				if kind == "request" {
					if o := l.Turn(frame()); o.Sent != 1 {
						t.Fatalf("%s: dropped %v before", name, o.Dropped)
					}
				}
				away(l)
				if o := l.Turn(frame()); o.Sent != 0 || o.Dropped["tarpit_unknown"] != 1 {
					t.Fatalf("%s, %s: sent %d, dropped %v; want a proof", name, kind, o.Sent, o.Dropped)
				}
				l.Pass(1200 * time.Millisecond)
				l.wantState(cold, session.Trapped)
				if name != "with a link that nobody told of yet" {
					if o := l.Turn(ask(cold)); o.Sent != 1 {
						t.Errorf("%s, %s: dropped %v after the proof", name, kind, o.Dropped)
					}
				}
			}
		}
	})
}

// A capture that nobody asks for is not left in doubt.
func TestDoubtedCapturesAreSweptAway(t *testing.T) {
	for _, away := range []string{"stopped for 3 s", "without a link"} {
		l := newLab(t)
		l.trap(cold4, cold6)
		inattentive[away](l)
		l.Pass(20 * time.Second)
		l.wantState(cold4, session.Unknown)
		l.wantState(cold6, session.Unknown)
	}
}

// A link that is down releases nothing: the other node, which takes over, has
// watched all the time.
func TestLinkThatIsDownReleasesNothing(t *testing.T) {
	l := newLab(t)
	l.trap(cold4, cold6)
	l.mod.link(0, false, l.Lane.Now)
	l.Pass(20 * time.Second)
	l.wantState(cold4, session.Trapped)
	l.wantState(cold6, session.Trapped)
}

// A proof whose answers may have come while nobody listened begins anew, and
// keeps who waits for it.
func TestProofThatWasNotListenedToBeginsAnew(t *testing.T) {
	bothFamilies(t, func(t *testing.T, cold netip.Addr) {
		for name, away := range map[string]func(l *lab){
			"stopped":        inattentive["stopped for 3 s"],
			"without a link": inattentive["without a link for a moment"],
			"loss":           func(l *lab) { l.mod.Lost(0, l.Lane.Now) },
		} {
			l := newLab(t)
			l.Turn(ask(cold))
			l.Pass(700 * time.Millisecond)
			away(l)
			if got := sayings(l.Pass(600 * time.Millisecond)); countOf(got, answerTo(cold)) != 0 {
				t.Fatalf("%s: answered by what was not heard", name)
			}
			if got := sayings(l.Pass(800 * time.Millisecond)); countOf(got, answerTo(cold)) != 1 {
				t.Errorf("%s: said %q, want the answer to who waits", name, got)
			}
			if st := l.mod.Stats(); st[0].Probing != [2]int{} {
				t.Errorf("%s: %v addresses under proof", name, st[0].Probing)
			}
			if owed := l.stage().nets[0].ledger.owed[family(keyOf(cold).Hi, keyOf(cold).Lo)].Load(); owed != 0 {
				t.Errorf("%s: %d probes owed in the end", name, owed)
			}
		}
	})
}

// All workers doubt when one stood still: it missed what came to its queue.
func TestStandstillOfOneWorkerIsEverybodys(t *testing.T) {
	p := newPair(t, 2)
	p.step([][][]byte{nil, {ask(cold4)}})
	for range 1200 {
		p.step(nil)
	}
	p.lanes[0].Now += int64(3 * time.Second)
	p.works[0].Turn()
	p.lanes[0].Now = p.lanes[1].Now
	if got := sayings(p.step([][][]byte{nil, {ask(cold4)}})); countOf(got, answerTo(cold4)) != 0 {
		t.Errorf("said %q", got)
	}
}

// Frames that a port drops are what anybody can bring about: a minute of it
// releases nothing that nobody claims, what is captured is answered, and asked for
// again, but not more often than once a minute.
func TestLossReleasesNothing(t *testing.T) {
	bothFamilies(t, func(t *testing.T, cold netip.Addr) {
		l := newLab(t)
		l.trap(cold)
		probes := l.count(Probes)
		for range 1800 { // three minutes
			l.mod.Lost(0, l.Lane.Now)
			l.Pass(100 * time.Millisecond)
			l.wantState(cold, session.Trapped)
		}
		if got := l.count(Probes) - probes; got < 2 || got > 3 {
			t.Errorf("%d probes in three minutes, want one a minute", got)
		}
		if l.count(Releases) != 0 || l.kinds()[kindReleased] != 0 {
			t.Error("released")
		}
		if o := l.Turn(ask(cold)); o.Sent != 1 {
			t.Errorf("dropped %v, want it answered meanwhile", o.Dropped)
		}
		// A host that came up in it is found by the question.
		l.Pass(time.Second)
		l.mod.Lost(0, l.Lane.Now)
		l.live(2*time.Minute, living{cold: hostMAC}, nil)
		l.wantState(cold, session.Real)
	})
}

// Nor does it make a network deaf, whose answers are among what is lost.
func TestLossIsNotDeafness(t *testing.T) {
	bothFamilies(t, func(t *testing.T, cold netip.Addr) {
		l := newLab(t, proven)
		w := living{askerOf(cold): askerMac}
		l.live(2*time.Second, w, l.asking(time.Minute, func() []byte { return ask(cold) }))
		l.wantState(cold, session.Trapped)
		for range 15 * 60 {
			l.mod.Lost(0, l.Lane.Now)
			l.live(time.Second, nil, l.asking(100*time.Millisecond, func() []byte { return ask(cold) }))
			if got := l.hearing(cold); got == Deaf {
				t.Fatal("deaf though the answers may have been lost")
			}
		}
		l.wantState(cold, session.Trapped)
		if o := l.Turn(ask(cold)); o.Sent != 1 {
			t.Errorf("dropped %v", o.Dropped)
		}
	})
}
