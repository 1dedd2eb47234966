package tarpit

import (
	"net/netip"
	"testing"
	"time"

	"mire/dpdk/burst"
	"mire/engine/config"
	et "mire/engine/enginetest"
	"mire/engine/enginetest/rig"
	"mire/engine/session"
)

// bothFamilies runs a test for an address of each family that nobody has.
func bothFamilies(t *testing.T, f func(t *testing.T, cold netip.Addr)) {
	t.Run("IPv4", func(t *testing.T) { f(t, cold4) })
	t.Run("IPv6", func(t *testing.T) { f(t, cold6) })
}

func TestRequestForUnknownSendsThreeProbesFromReal(t *testing.T) {
	bothFamilies(t, func(t *testing.T, cold netip.Addr) {
		l := newLab(t)
		o := l.Turn(ask(cold))
		l.wantDrop(o, "tarpit_unknown")
		l.wantState(cold, session.Probing)
		all := append(sayings(o.Out), sayings(l.Pass(700*time.Millisecond))...)
		if n := countOf(all, probeFor(cold)); n != 3 || len(all) != 3 {
			t.Fatalf("said %q, want the question three times and nothing else", all)
		}
		l.wantState(cold, session.Probing)
	})
}

func TestProbesAreATenthAroundTheirInterval(t *testing.T) {
	l := newLab(t)
	l.Turn(ask(cold4))
	for probe := range 2 {
		var waited time.Duration
		for len(l.Pass(time.Millisecond)) == 0 {
			if waited += time.Millisecond; waited > time.Second {
				t.Fatalf("probe %d never came", probe+2)
			}
		}
		if waited < 265*time.Millisecond || waited > 332*time.Millisecond {
			t.Errorf("probe %d came %v after the one before, want 300 ms give or take a tenth", probe+2, waited)
		}
	}
}

func TestSilenceCapturesAndAnswersTheWaiterUnasked(t *testing.T) {
	bothFamilies(t, func(t *testing.T, cold netip.Addr) {
		l := newLab(t)
		l.Turn(ask(cold))
		all := sayings(l.Pass(1000 * time.Millisecond))
		l.wantState(cold, session.Trapped)
		if countOf(all, answerTo(cold)) != 1 {
			t.Fatalf("said %q, want one answer %q within a second", all, answerTo(cold))
		}
		got := l.kinds()
		if got[kindTrapped] != 1 || got[kindARPReply]+got[kindNDReply] != 1 {
			t.Errorf("events %v, want one capture and one answer", got)
		}
	})
}

func TestAtMostTwoWaitersAreAnswered(t *testing.T) {
	l := newLab(t)
	for i := range 4 {
		l.Turn(et.WhoHas(config.MAC{2, 0, 0, 0, 1, byte(i)}, netip.AddrFrom4([4]byte{172, 17, 2, 200 + byte(i)}), cold4))
	}
	answers := 0
	for _, s := range sayings(l.Pass(1200 * time.Millisecond)) {
		if s != probe4(cold4) {
			answers++
		}
	}
	if answers != 2 {
		t.Fatalf("%d answers, want those of the first two askers", answers)
	}
}

// What the table said of an address is read once for a whole burst: the second
// question in it must find the proof that the first has begun.
func TestTwoAskersInOneBurstShareAProof(t *testing.T) {
	for _, a := range []netip.Addr{cold4, cold6} {
		l := newLab(t)
		l.Turn(ask(a), askBy(otherMAC, other4, a))
		if got := l.count(Proofs); got != 1 {
			t.Fatalf("%v: %d proofs, want 1", a, got)
		}
		got := sayings(l.Pass(1200 * time.Millisecond))
		l.wantState(a, session.Trapped)
		toOther := answer4(otherMAC, other4, a)
		if a.Is6() {
			toOther = answer6(otherMAC, asker6, a)
		}
		for _, want := range []string{answerTo(a), toOther} {
			if n := countOf(got, want); n != 1 {
				t.Errorf("%v: %d of %q, want 1 in %q", a, n, want, got)
			}
		}
	}
}

func TestSameWaiterIsAnsweredOnce(t *testing.T) {
	l := newLab(t)
	l.Turn(ask(cold4))
	l.wantDrop(l.Turn(ask(cold4)), "tarpit_probing")
	if all := sayings(l.Pass(1200 * time.Millisecond)); countOf(all, answerTo(cold4)) != 1 {
		t.Fatalf("said %q, want one answer", all)
	}
}

func TestPacketToOurMACForUnknownStartsAProofWithoutWaiter(t *testing.T) {
	bothFamilies(t, func(t *testing.T, cold netip.Addr) {
		l := newLab(t)
		src := asker4
		if cold.Is6() {
			src = asker6
		}
		o := l.Turn(et.TCP(askerMac, et.VirtMAC, netip.AddrPortFrom(src, 999), netip.AddrPortFrom(cold, 80), 2, 1, 0, nil))
		l.wantDrop(o, "tarpit_unknown")
		all := append(sayings(o.Out), sayings(l.Pass(1200*time.Millisecond))...)
		if len(all) != 4 || countOf(all, probeFor(cold)) != 3 || countOf(all, answerTo(cold)) != 0 {
			t.Fatalf("said %q, want three probes, the SYN-ACK and no answer to who has it", all)
		}
		l.wantState(cold, session.Trapped)
	})
}

func TestPacketToAnotherMACStartsNothing(t *testing.T) {
	l := newLab(t)
	o := l.Turn(et.Echo(askerMac, hostMAC, asker4, cold4, 1, 1, nil))
	if len(o.Out) != 0 || o.Dropped[burst.Unclaimed.String()] != 1 {
		t.Fatalf("sent %q, dropped %v; want it left alone", sayings(o.Out), o.Dropped)
	}
	l.wantState(cold4, session.Unknown)
}

func TestRequestForTrappedIsAnsweredAtOnce(t *testing.T) {
	bothFamilies(t, func(t *testing.T, cold netip.Addr) {
		l := newLab(t)
		l.trap(cold)
		o := l.Turn(ask(cold))
		if got := sayings(o.Out); countOf(got, answerTo(cold)) != 1 {
			t.Fatalf("said %q, want %q", got, answerTo(cold))
		}
	})
}

func TestAnswerIsFollowedByAProbe(t *testing.T) {
	bothFamilies(t, func(t *testing.T, cold netip.Addr) {
		l := newLab(t)
		l.trap(cold)
		wantProbe := func(o rig.Outcome, when string) {
			t.Helper()
			if got := sayings(o.Out); o.Originated != 1 || countOf(got, probeFor(cold)) != 1 || countOf(got, answerTo(cold)) != 1 {
				t.Fatalf("%s: said %q, want the answer and one probe", when, got)
			}
		}
		wantProbe(l.Turn(ask(cold)), "right after the proof")
		l.Pass(30 * time.Millisecond)
		wantProbe(l.Turn(ask(cold)), "while the probe before awaits its silence")
		l.Pass(time.Millisecond)
		if o := l.Turn(ask(cold)); o.Originated != 0 {
			t.Fatalf("said %q, want the answer alone so soon behind a probe", sayings(o.Out))
		}
		if got := sayings(l.Pass(30 * time.Millisecond)); len(got) != 1 || got[0] != probeFor(cold) {
			t.Fatalf("then said %q, want the probe that was owed", got)
		}
		if got := sayings(l.Pass(2 * time.Second)); countOf(got, probeFor(cold)) != 0 {
			t.Fatalf("said %q, want no probe that nobody asked for", got)
		}
		l.wantState(cold, session.Trapped)
	})
}

// A host that comes up silently behind the last probe answers the asker alone.
func TestQuestionBehindTheLastProbeIsAskedByUsToo(t *testing.T) {
	bothFamilies(t, func(t *testing.T, cold netip.Addr) {
		l := newLab(t)
		l.Turn(ask(cold))
		if o := l.Turn(ask(cold)); o.Originated != 0 {
			t.Fatalf("said %q, want nothing while probes are to come", sayings(o.Out))
		}
		if got := countOf(sayings(l.Pass(700*time.Millisecond)), probeFor(cold)); got != 2 {
			t.Fatalf("%d probes, want the other two", got)
		}
		if o := l.Turn(ask(cold)); o.Originated != 1 || countOf(sayings(o.Out), probeFor(cold)) != 1 {
			t.Fatalf("said %q, want one more probe", sayings(o.Out))
		}
		if all := sayings(l.Pass(300 * time.Millisecond)); countOf(all, answerTo(cold)) != 1 {
			t.Fatalf("said %q, want the decision in its time", all)
		}
		l.wantState(cold, session.Trapped)
	})
}

func TestEchoBehindAnOldProofSendsOneProbe(t *testing.T) {
	bothFamilies(t, func(t *testing.T, cold netip.Addr) {
		l := newLab(t)
		src := asker4
		if cold.Is6() {
			src = asker6
		}
		echo := et.Echo(askerMac, et.VirtMAC, src, cold, 1, 1, nil)
		l.trap(cold)
		if o := l.Turn(echo); o.Sent != 1 || o.Originated != 0 {
			t.Fatalf("said %q right after the proof, want the answer alone", sayings(o.Out))
		}
		l.Pass(1500 * time.Millisecond)
		if o := l.Turn(echo); o.Originated != 1 || countOf(sayings(o.Out), probeFor(cold)) != 1 {
			t.Fatalf("said %q, want the answer and one probe", sayings(o.Out))
		}
		l.Pass(500 * time.Millisecond)
		if o := l.Turn(echo); o.Originated != 0 {
			t.Fatalf("said %q, want no probe: the last proof is young again", sayings(o.Out))
		}
	})
}

func TestSilentNewcomerIsNoticedWithinARoundTrip(t *testing.T) {
	l := newLab(t)
	l.trap(cold4)
	l.Pass(2 * time.Second)
	l.Turn(ask(cold4)) // answered, with a probe
	l.Turn(et.ARP(2, hostMAC, cold4, et.RealMAC, et.Real4))
	l.wantState(cold4, session.Real)
	l.wantDrop(l.Turn(ask(cold4)), "tarpit_real")
}

func TestCaptureEndsWhenNobodyAsks(t *testing.T) {
	l := newLab(t)
	l.trap(cold4)
	l.idle(290 * time.Second)
	l.wantState(cold4, session.Trapped)
	l.idle(11 * time.Second)
	l.wantState(cold4, session.Unknown)
}

func TestCaptureInUseIsRenewedInTheBackground(t *testing.T) {
	bothFamilies(t, func(t *testing.T, cold netip.Addr) {
		l := newLab(t, func(s *config.Snapshot) { s.Settings.TrapTTL = 20 * time.Second })
		l.trap(cold)
		src := asker4
		if cold.Is6() {
			src = asker6
		}
		for range 60 {
			l.Turn(et.UDP(askerMac, et.VirtMAC, netip.AddrPortFrom(src, 9), netip.AddrPortFrom(cold, 9), nil))
			l.Pass(time.Second)
			l.wantState(cold, session.Trapped)
		}
		if n := l.count(Renewals); n < 2 || n > 12 {
			t.Errorf("%d renewals in 60 s with entries of 20 s, want a few", n)
		}
	})
}

func TestRealIsAskedAgainAndNotForgotten(t *testing.T) {
	l := newLab(t, func(s *config.Snapshot) { s.Settings.RealTTL = 80 * time.Second })
	l.Turn(et.WhoHas(hostMAC, cold4, et.Peer4))
	for range 200 {
		for _, f := range l.Pass(time.Second) {
			if s := said(f); s == probe4(cold4) || s[18:35] == mac(hostMAC) {
				l.Turn(et.ARP(2, hostMAC, cold4, et.RealMAC, et.Real4))
			}
		}
		l.wantState(cold4, session.Real)
	}
}

func TestObserveModeProvesAndAnswersNothing(t *testing.T) {
	bothFamilies(t, func(t *testing.T, cold netip.Addr) {
		l := newLab(t, et.WithTarpit(config.TarpitObserve))
		l.Turn(ask(cold))
		all := sayings(l.Pass(1200 * time.Millisecond))
		if countOf(all, probeFor(cold)) != 2 || len(all) != 2 {
			t.Fatalf("said %q, want probes alone", all)
		}
		if got := l.kinds(); got[kindWouldTrap] != 1 || len(got) != 1 {
			t.Fatalf("events %v, want one WouldTrap", got)
		}
		l.wantDrop(l.Turn(ask(cold)), "tarpit_observe")
		if cold.Is4() {
			l.wantDrop(l.Turn(et.Echo(askerMac, et.VirtMAC, asker4, cold, 1, 1, nil)), "tarpit_observe")
			syn := et.TCP(askerMac, et.VirtMAC, netip.AddrPortFrom(asker4, 9), netip.AddrPortFrom(cold, 80), 2, 1, 0, nil)
			l.wantDrop(l.Turn(syn), "tarpit_observe")
		}
	})
}

func TestBackupNeitherProbesNorAnswers(t *testing.T) {
	l := newLab(t)
	l.trap(cold4)
	l.Turn(ask(other4)) // a proof under way
	l.Role.Set(1)
	if out := l.Pass(2 * time.Second); len(out) != 0 {
		t.Fatalf("a backup said %q", sayings(out))
	}
	if o := l.Turn(ask(cold4)); len(o.Out) != 0 || o.Dropped[burst.Unclaimed.String()] != 1 {
		t.Fatalf("a backup said %q, dropped %v", sayings(o.Out), o.Dropped)
	}
	l.wantState(other4, session.Unknown)
}

func TestNewMasterProvesInheritedCapturesAgainWithinAMinute(t *testing.T) {
	l := newLab(t)
	l.trap(cold4)
	l.Role.Set(1)
	l.Pass(5 * time.Second)
	l.Role.Set(0)
	if o := l.Turn(ask(cold4)); countOf(sayings(o.Out), answerTo(cold4)) != 1 {
		t.Fatalf("said %q, want an answer: it counts as proven", sayings(o.Out))
	}
	inherited, ok := l.Table.Get(keyOf(cold4), l.Lane.Now)
	if !ok {
		t.Fatal("the inherited entry is gone")
	}
	taken := l.Lane.Now
	l.Pass(60 * time.Second)
	r, ok := l.Table.Get(keyOf(cold4), l.Lane.Now)
	if !ok || r.State != session.Trapped || r.Proven < taken || r.Proven == inherited.Proven {
		t.Fatalf("proven at %d, want it after the takeover at %d", r.Proven, taken)
	}
}

func TestReleaseByCommandForgets(t *testing.T) {
	l := newLab(t)
	l.trap(cold4)
	if !l.mod.Release(keyOf(cold4)) {
		t.Fatal("the mailbox refused one command")
	}
	l.Pass(2 * time.Millisecond)
	l.wantState(cold4, session.Unknown)
	if got := l.kinds(); got[kindReleased] != 1 {
		t.Fatalf("events %v, want Released", got)
	}
}

func TestReloadThatExemptsReleases(t *testing.T) {
	l := newLab(t)
	l.trap(cold4)
	l.Apply(watched(func(s *config.Snapshot) { s.Generation, s.ARP = 2, []netip.Addr{cold4} }))
	syn := et.TCP(askerMac, et.VirtMAC, netip.AddrPortFrom(asker4, 9), netip.AddrPortFrom(cold4, 80), 2, 1, 0, nil)
	if o := l.Turn(syn); len(o.Out) != 0 {
		t.Fatalf("said %q for an exempted address", sayings(o.Out))
	}
	l.wantDrop(l.Turn(ask(cold4)), "tarpit_exempt")
	l.Pass(60 * time.Second)
	l.wantState(cold4, session.Unknown)
}

func TestCountersReachTheControlPlane(t *testing.T) {
	l := newLab(t)
	l.trap(cold4, cold6)
	l.Turn(ask(cold4))
	l.Pass(time.Second)
	st := l.mod.Stats()
	if len(st) != 1 || st[0].Net != 1 {
		t.Fatalf("%d networks, want network 1", len(st))
	}
	c := st[0].Counters
	if c[Proofs] != 2 || c[ProofsTrapped] != 2 || c[Answers] != 1 || c[Probes] < 6 {
		t.Errorf("counters %v", c)
	}
}

func TestReloadThatExemptsEndsAProofWithoutCapture(t *testing.T) {
	l := newLab(t)
	l.Turn(ask(cold4))
	// With its jitter of 10 % a decision falls between 840 and 960 ms.
	l.Pass(800 * time.Millisecond)
	l.Apply(watched(func(s *config.Snapshot) { s.Generation, s.ARP = 2, []netip.Addr{cold4} }))
	for _, s := range sayings(l.Pass(time.Second)) {
		if s == answerTo(cold4) {
			t.Fatal("answered for an address that is exempt by now")
		}
	}
	l.wantState(cold4, session.Unknown)
	if st := l.mod.Stats(); st[0].Counters[ProofsTrapped] != 0 || st[0].Probing != [2]int{} {
		t.Errorf("trapped %d, probing %v", st[0].Counters[ProofsTrapped], st[0].Probing)
	}
}

func TestRequestsKeepACaptureAlive(t *testing.T) {
	l := newLab(t, func(s *config.Snapshot) {
		s.Settings.TrapTTL = 4 * time.Second
		s.Settings.Bounds4.ProbeRate = 4 // no background to speak of
	})
	l.trap(cold4)
	for range 10 {
		l.Pass(2 * time.Second)
		if o := l.Turn(ask(cold4)); o.Sent != 1 {
			t.Fatalf("dropped %v, want an answer: it was asked for 2 s ago", o.Dropped)
		}
		l.Pass(400 * time.Millisecond)
		if r, _ := l.Table.Get(keyOf(cold4), l.Lane.Now); r.Expires-l.Lane.Now < int64(3500*time.Millisecond) {
			t.Fatalf("expires in %d ms, want its whole life behind a new proof", (r.Expires-l.Lane.Now)/1e6)
		}
	}
}
