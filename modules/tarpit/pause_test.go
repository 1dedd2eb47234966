package tarpit

import (
	"net/netip"
	"testing"
	"time"

	et "mire/engine/enginetest"
	"mire/engine/session"
)

// A server whose whole pool is captured before anybody heard of it must find an
// address that it can offer; only then can it be learnt.
func TestUnknownServerIsLeftAloneWhileAClientSearches(t *testing.T) {
	l := newLab(t)
	l.trap(cold4, cold6)
	probed := netip.MustParseAddr("172.17.2.51")
	l.Turn(ask(probed))
	ping := et.Echo(serverMAC, et.VirtMAC, server4, cold4, 1, 1, nil)
	l.Drain()
	l.Turn(discover(1))
	l.wantDrop(l.Turn(et.WhoHas(serverMAC, server4, cold4)), "tarpit_dhcp")
	l.wantDrop(l.Turn(ping), "tarpit_dhcp") // by a router that has our MAC in its cache
	l.wantDrop(l.Turn(et.WhoHas(serverMAC, server4, probed)), "tarpit_probing")
	l.wantDrop(l.Turn(et.WhoHas(serverMAC, server4, host4(131))), "tarpit_dhcp")
	l.wantState(host4(131), session.Unknown)
	if ev := l.kinds(); ev[kindSpared] != 4 {
		t.Errorf("events %v, want what was left without an answer", ev)
	}
	if o := l.Turn(ask(cold6)); o.Sent < 1 {
		t.Error("IPv6 is held back too")
	}
	if got := sayings(l.Pass(1200 * time.Millisecond)); countOf(got, answer4(serverMAC, server4, probed)) != 0 {
		t.Errorf("said %q: the server became a waiter", got)
	}
	l.wantState(probed, session.Trapped)
	l.Pass(2700 * time.Millisecond)
	l.wantDrop(l.Turn(et.WhoHas(serverMAC, server4, cold4)), "tarpit_dhcp")
	l.Pass(200 * time.Millisecond)
	if o := l.Turn(et.WhoHas(serverMAC, server4, cold4)); o.Sent < 1 {
		t.Error("held back for more than four seconds")
	}
}

// Who was told of a capture before has it in his cache: a client that is held
// must not lose it.
func TestPauseSparesNobodyWhoWasTold(t *testing.T) {
	l := newLab(t)
	l.trap(cold4)
	l.Turn(ask(cold4))
	l.Turn(discover(1))
	if o := l.Turn(ask(cold4)); o.Sent != 1 {
		t.Errorf("dropped %v", o.Dropped)
	}
}

// A server looks at an address or two; who walks over the network is none.
func TestPauseIsForFewAddresses(t *testing.T) {
	l := newLab(t)
	l.Turn(discover(1))
	for i := range 100 {
		l.Turn(ask(host4(120 + i)))
		l.Pass(10 * time.Millisecond)
	}
	l.Pass(1500 * time.Millisecond)
	captured := 0
	for i := range 100 {
		if l.state(host4(120+i)) == session.Trapped {
			captured++
		}
	}
	if captured != 100-sparedTargets {
		t.Errorf("%d of 100 captured while a client searches, want all but %d", captured, sparedTargets)
	}
}

func TestNoPauseWhereTheServerIsKnown(t *testing.T) {
	l := newLab(t)
	l.trap(cold4)
	l.believes(serverMAC, server4)
	l.Turn(discover(1))
	if o := l.Turn(et.WhoHas(otherMAC, other4, cold4)); o.Sent < 1 {
		t.Error("held back from a host although the server is known")
	}
	if o := l.Turn(et.Echo(otherMAC, et.VirtMAC, other4, cold4, 1, 1, nil)); o.Sent < 1 {
		t.Error("no echo reply to a host although the server is known")
	}
}

// While DISCOVERs come, by the thousand or one when the pause before is about to
// end, captures go on, whether a server is known or not.
func TestDiscoverFloodDoesNotDisarm(t *testing.T) {
	for name, every := range map[string]time.Duration{"100 a second": 10 * time.Millisecond, "one in 3.9 s": 3900 * time.Millisecond, "one in 4.1 s": 4100 * time.Millisecond} {
		for _, known := range []bool{false, true} {
			t.Run(name+map[bool]string{false: ", no server known", true: ", server known"}[known], func(t *testing.T) {
				l := newLab(t)
				if known {
					l.believes(serverMAC, server4)
				}
				captured, next, sent := 0, l.Lane.Now, 0
				for i := range 120 { // two minutes, a new address a second
					a := netip.AddrFrom4([4]byte{172, 17, 2, byte(110 + i)})
					for ms := 0; ms < 1000; ms += 10 {
						if l.Lane.Now >= next {
							next += int64(every)
							l.Turn(discover(sent))
							sent++
						}
						if ms == 500 {
							l.Turn(ask(a))
						}
						l.Pass(10 * time.Millisecond)
					}
					if i >= 2 { // as soon as its proof is over, in the middle of the flood
						if l.state(netip.AddrFrom4([4]byte{172, 17, 2, byte(110 + i - 2)})) == session.Trapped {
							captured++
						}
					}
				}
				want := 118
				if !known {
					want -= 3 * sparedTargets // an asker's in each minute
				}
				if captured < want {
					t.Errorf("%d of 118 captured, want %d", captured, want)
				}
			})
		}
	}
}

// Captured addresses must not fall silent either: over ten minutes in which
// somebody who is new each time asks for one, under DISCOVERs of invented MACs.
func TestPausesAreABoundedPartOfTheTime(t *testing.T) {
	for name, every := range map[string]time.Duration{"10 a second": 100 * time.Millisecond, "one in 3.9 s": 3900 * time.Millisecond} {
		t.Run(name, func(t *testing.T) {
			l := newLab(t)
			l.trap(cold4)
			silent, next, sent := 0, l.Lane.Now, 0
			for i := range 6000 {
				if l.Lane.Now >= next {
					next += int64(every)
					l.Turn(discover(sent))
					sent++
				}
				from := netip.AddrFrom4([4]byte{198, 18, byte(i >> 8), byte(i)})
				if o := l.Turn(et.Echo(otherMAC, et.VirtMAC, from, cold4, 1, 1, nil)); o.Dropped["tarpit_dhcp"] == 1 {
					silent++
				}
				l.Lane.Now += int64(100 * time.Millisecond)
				l.Turn()
			}
			most := pauseSaved + int64(600*time.Second)/pauseShare + pauseTime // of ours: one question
			if got := int64(silent) * int64(100*time.Millisecond); got > most+int64(time.Second) || got < int64(pauseSaved)/2 {
				t.Errorf("silent for %v of 10 minutes, want up to %v", time.Duration(got), time.Duration(most))
			}
			d := l.mod.Domains(l.Lane.Now)[0]
			if l.count(DHCPHoldsSkipped) == 0 || d.Pauses.Refused != l.count(DHCPHoldsSkipped) {
				t.Errorf("%d DISCOVERs counted that got no pause, shown %d", l.count(DHCPHoldsSkipped), d.Pauses.Refused)
			}
			if n := l.kinds()[kindDHCPPause]; n != 1 {
				t.Errorf("told %d times that the bound is reached, want once", n)
			}
		})
	}
}

// A client that never stops searching leaves enough for the others.
func TestOneClientDoesNotUseUpThePauses(t *testing.T) {
	l := newLab(t)
	for range 145 {
		l.Turn(discover(1))
		l.Lane.Now += int64(4 * time.Second)
		l.Turn()
	}
	l.Pass(5 * time.Second)
	l.trap(cold4)
	l.Turn(discover(2))
	l.wantDrop(l.Turn(et.Echo(serverMAC, et.VirtMAC, server4, cold4, 1, 1, nil)), "tarpit_dhcp")
}

// The grace of a candidate has an end of its own, however many DISCOVERs come
// before it can be asked.
func TestGraceOfACandidateIsBounded(t *testing.T) {
	l := newLab(t)
	l.trap(cold4)
	l.believes(serverMAC, server4)
	l.Turn(choose(hostMAC, other4)) // spends the question
	l.Pass(4 * time.Second)
	if l.count(DHCPQuestions) != 1 {
		t.Fatal("no question")
	}
	l.Pass(20 * time.Second)
	l.Turn(choose(hostMAC, asker4))
	l.Turn(choose(clientMAC(1), asker4))
	silent := 0
	for i := range 5000 { // 500 s
		if i%90 == 0 {
			l.Turn(discover(i))
		}
		if o := l.Turn(et.Echo(askerMac, et.VirtMAC, asker4, cold4, 1, 1, nil)); o.Dropped["tarpit_dhcp"] == 1 {
			silent++
		}
		l.Lane.Now += int64(100 * time.Millisecond)
		l.Turn()
	}
	if got := int64(silent) * int64(100*time.Millisecond); got > maxGrace+graceTime || got < maxGrace/2 {
		t.Errorf("a candidate was left alone for %v, want up to %v", time.Duration(got), time.Duration(maxGrace))
	}
}
