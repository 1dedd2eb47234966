package tarpit

import (
	"net/netip"
	"testing"
	"time"

	"mire/dpdk/burst"
	"mire/engine/config"
	et "mire/engine/enginetest"
	"mire/engine/session"
)

func host4(i int) netip.Addr { return netip.AddrFrom4([4]byte{172, 17, 2, byte(i)}) }

func TestColdSweepOfA24IsAnsweredInTime(t *testing.T) {
	l := newLab(t)
	waited := map[string]int64{}
	asked := map[string]int64{}
	for i := 1; i < 255; i++ {
		a := host4(i)
		if a == et.Real4 || a == et.Virt4 || a == asker4 {
			continue
		}
		l.Turn(ask(a))
		asked[answerTo(a)] = l.Lane.Now
		for _, f := range l.Pass(time.Millisecond) {
			waited[said(f)] = l.Lane.Now - asked[said(f)]
		}
	}
	for range 1300 {
		for _, f := range l.Pass(time.Millisecond) {
			waited[said(f)] = l.Lane.Now - asked[said(f)]
		}
	}
	for s := range asked {
		if w, ok := waited[s]; !ok || w > 1_200_000_000 {
			t.Errorf("%q came after %v, want it within 1.2 s", s, time.Duration(w))
		}
	}
}

func TestProbesStayWithinRateAndBurst(t *testing.T) {
	l := newLab(t, func(s *config.Snapshot) {
		s.Networks[0].Prefix4 = netip.MustParsePrefix("172.17.0.0/16")
		s.Settings.Bounds4 = config.Bounds{ProbeRate: 50, ProbeBurst: 100, Probing: 1024}
	})
	probes := 0
	for i := range 5000 { // 1000 requests a second for 5 s
		o := l.Turn(ask(netip.AddrFrom4([4]byte{172, 17, 100 + byte(i>>8), byte(i)})))
		probes += len(o.Out) - int(o.Sent)
		for _, s := range sayings(l.Pass(time.Millisecond)) {
			if s[:3] == "06:" {
				probes++
			}
		}
	}
	if most := 100 + 5*50 + 1; probes > most || probes < most/2 {
		t.Errorf("%d probes in 5 s, want up to %d", probes, most)
	}
	if l.count(ProofsTrapped) < 60 {
		t.Errorf("%d proofs came to an end, want those that the bound allows", l.count(ProofsTrapped))
	}
	if l.count(ProbesQueued) == 0 || l.count(ProbesExpired) == 0 {
		t.Errorf("queued %d, expired %d", l.count(ProbesQueued), l.count(ProbesExpired))
	}
}

func TestProbeThatCannotGoOutDecidesNothing(t *testing.T) {
	l := newLab(t, func(s *config.Snapshot) { s.Settings.Bounds4.ProbeRate, s.Settings.Bounds4.ProbeBurst = 0, 0 })
	l.wantDrop(l.Turn(ask(cold4)), "tarpit_unknown")
	if out := l.Pass(900 * time.Millisecond); len(out) != 0 {
		t.Fatalf("said %q", sayings(out))
	}
	l.wantState(cold4, session.Probing)
	l.Pass(200 * time.Millisecond)
	l.wantState(cold4, session.Unknown)
	if l.count(ProbesExpired) != 1 || l.count(ProofsTrapped) != 0 {
		t.Errorf("expired %d, trapped %d", l.count(ProbesExpired), l.count(ProofsTrapped))
	}
}

func TestProbesWaitForASpareBuffer(t *testing.T) {
	l := newLab(t)
	l.Lane.Starve = true
	l.Turn()
	l.Turn(ask(cold4))
	l.Pass(300 * time.Millisecond)
	l.Lane.Starve = false
	l.Pass(1200 * time.Millisecond)
	l.wantState(cold4, session.Trapped)
	l.Lane.Starve = true
	l.Pass(1200 * time.Millisecond)
	l.Turn(ask(other4))
	l.Pass(1200 * time.Millisecond)
	l.wantState(other4, session.Unknown)
}

func TestAddressesUnderProofAreBounded(t *testing.T) {
	l := newLab(t, func(s *config.Snapshot) { s.Settings.Bounds4.Probing = 10 })
	refused := uint64(0)
	for i := range 50 {
		refused += l.Turn(ask(host4(120 + i))).Dropped["tarpit_bounds"]
	}
	if refused != 40 {
		t.Fatalf("%d refused, want all but 10", refused)
	}
	l.Pass(1200 * time.Millisecond)
	if st := l.mod.Stats(); st[0].Probing != [2]int{} {
		t.Fatalf("%v still under proof", st[0].Probing)
	}
	l.wantDrop(l.Turn(ask(host4(200))), "tarpit_unknown")
}

func TestPrivateTableOfProofsIsBounded(t *testing.T) {
	l := newLab(t, func(s *config.Snapshot) {
		s.Networks[0].Prefix4 = netip.MustParsePrefix("172.17.0.0/16")
		s.Settings.Bounds4.Probing = 1 << 20
	})
	for i := range maxProofs + 100 {
		l.Turn(ask(netip.AddrFrom4([4]byte{172, 17, 100 + byte(i>>8), byte(i)})))
	}
	if n := l.stage().proofs.n; n != maxProofs {
		t.Fatalf("%d proofs, want %d", n, maxProofs)
	}
	if l.count(BoundProbing) != 100 {
		t.Errorf("%d refused, want 100", l.count(BoundProbing))
	}
}

func TestBackgroundUsesAFifthOfTheProbes(t *testing.T) {
	l := newLab(t, func(s *config.Snapshot) {
		s.Settings.TrapTTL = 8 * time.Second
		s.Settings.Bounds4 = config.Bounds{ProbeRate: 100, ProbeBurst: 1024, Probing: 1024}
	})
	var all []netip.Addr
	for i := range 100 {
		all = append(all, host4(120+i))
	}
	l.trap(all...)
	before := l.count(Probes)
	for range 20 {
		for _, a := range all {
			l.Turn(et.UDP(askerMac, et.VirtMAC, netip.AddrPortFrom(asker4, 9), netip.AddrPortFrom(a, 9), nil))
		}
		l.Pass(time.Second)
	}
	for _, a := range all {
		l.wantState(a, session.Trapped)
	}
	// 20 a second for 20 s, and the burst saved before.
	if n := l.count(Probes) - before; n > 20*20+1024/5+1 || n < 100 {
		t.Errorf("%d probes in the background, want up to a fifth of the bound", n)
	}
}

func TestSaturatedQueueDecidesOnlyBehindWhatWaited(t *testing.T) {
	var e ears
	e.join(0)
	r := ear{}
	b := &burst.Burst{N: burst.Size, Now: 1}
	for range drainTurns - 1 {
		r.turn(b, &e.heard[0])
		b.Now++
	}
	if e.since(1) {
		t.Fatal("a queue that was never seen empty counts as heard")
	}
	r.turn(b, &e.heard[0])
	if !e.since(1) || e.since(2) {
		t.Fatal("after more frames than a queue holds, what waited at the start has been heard, and no more")
	}
}

func TestProofWaitsForADeafWorker(t *testing.T) {
	l := newLab(t)
	l.mod.common.ears.join(1) // another worker that never turns
	l.Turn(ask(cold4))
	l.Pass(1100 * time.Millisecond)
	l.wantState(cold4, session.Probing)
	l.Pass(1100 * time.Millisecond)
	l.wantState(cold4, session.Unknown)
}

func TestTokenBucket(t *testing.T) {
	var b bucket
	l := rate(10, 5)
	took := 0
	for range 100 {
		if b.take(l, 0, 0) {
			took++
		}
	}
	if took != 5 {
		t.Fatalf("%d tokens at once, want the burst of 5", took)
	}
	if w := b.wait(l, 0, 0); w != 100_000_000 {
		t.Errorf("wait %d ns, want 100 ms", w)
	}
	for now := int64(0); now < 10_000_000_000; now += 1_000_000 {
		if b.take(l, 0, now) {
			took++
		}
	}
	if took < 5+98 || took > 5+100 {
		t.Errorf("%d tokens in 10 s, want 100 beyond the burst", took-5)
	}
	if off := rate(0, 10); b.take(off, 0, 1<<60) {
		t.Error("a rate of 0 gave a token")
	}
}
