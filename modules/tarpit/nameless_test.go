package tarpit

import (
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"time"

	"mire/engine/config"
	et "mire/engine/enginetest"
	"mire/engine/session"
)

var switchMAC = config.MAC{0, 0x1b, 0x54, 0xaa, 0xaa, 0xaa}

// readdressed gives a frame another Ethernet destination.
func readdressed(to config.MAC, frame []byte) []byte {
	copy(frame, to[:])
	return frame
}

// resourced gives a frame another Ethernet source.
func resourced(from config.MAC, frame []byte) []byte {
	copy(frame[6:], from[:])
	return frame
}

// probeBy is an ARP probe or duplicate address detection, to all.
func probeBy(mac config.MAC, a netip.Addr) []byte {
	if a.Is6() {
		return et.Solicit(mac, zero6, a, config.MAC{})
	}
	return et.WhoHas(mac, zero4, a)
}

// about are the frames that say something of an address; whether the asker is
// there is another matter.
func about(a netip.Addr, fs []et.Frame) (out []string) {
	for _, s := range sayings(fs) {
		if strings.Contains(s, a.String()+"@") || strings.HasSuffix(s, " "+a.String()) {
			out = append(out, s)
		}
	}
	return out
}

// Device tracking of a switch polls what it has learnt by unicast probes in
// nobody's name: a capture outlives any number of them, and nobody is told that
// the address is at the switch.
func TestUnicastProbesEndNoCaptureAndCorrectNobody(t *testing.T) {
	for _, to := range []config.MAC{et.RealMAC, et.VirtMAC, et.Virt6MAC, otherMAC} {
		bothFamilies(t, func(t *testing.T, a netip.Addr) {
			l := newLab(t)
			l.trap(a)
			if o := l.Turn(ask(a)); o.Sent != 1 {
				t.Fatal("not captured to begin with")
			}
			l.Pass(2 * time.Second)
			l.Drain()
			for range 5 {
				o := l.Turn(readdressed(to, probeBy(switchMAC, a)))
				if len(o.Out) != 0 {
					t.Fatalf("said %q to a probe", sayings(o.Out))
				}
				for _, s := range about(a, l.Pass(2*time.Second)) {
					if s != probeFor(a) {
						t.Fatalf("said %q behind a probe", s)
					}
				}
			}
			l.wantState(a, session.Trapped)
			if ev := l.kinds(); len(ev) != 0 {
				t.Errorf("events %v", ev)
			}
		})
	}
}

func TestUnicastProbeDuringAProofEndsItNot(t *testing.T) {
	bothFamilies(t, func(t *testing.T, a netip.Addr) {
		l := newLab(t)
		l.Turn(ask(a))
		l.Pass(500 * time.Millisecond)
		l.Turn(readdressed(et.RealMAC, probeBy(switchMAC, a)))
		l.Pass(700 * time.Millisecond)
		l.wantState(a, session.Trapped)
	})
}

// A broadcast probe releases, tells nobody where the address is, and the asker
// hears of the owner when there is one: a question goes out when the asker's
// packets still come to us, and the answer is what he is told.
func TestBroadcastProbeReleasesAndTheOwnerIsToldWhenHeSpeaks(t *testing.T) {
	bothFamilies(t, func(t *testing.T, a netip.Addr) {
		l := newLab(t)
		l.trap(a)
		l.Turn(ask(a))
		l.Pass(time.Second)
		if o := l.Turn(probeBy(hostMAC, a)); len(o.Out) != 0 {
			t.Fatalf("said %q to a host that is only about to take the address", sayings(o.Out))
		}
		l.wantState(a, session.Real)
		src := asker4
		if a.Is6() {
			src = asker6
		}
		stray := et.Echo(askerMac, et.VirtMAC, src, a, 7, 7, nil)
		asked := 0
		for range 4 { // the host answers nobody yet
			o := l.Turn(stray)
			l.wantDrop(o, "tarpit_real")
			said := append(about(a, o.Out), about(a, l.Pass(time.Second))...)
			if n := countOf(said, probeFor(a)); n != len(said) {
				t.Fatalf("said %q before anybody named the owner", said)
			}
			asked += len(said)
		}
		if asked < 3 || asked > 8 {
			t.Fatalf("%d questions in 4 s for four packets", asked)
		}
		l.Turn(stray)
		var answer []byte
		if a.Is4() {
			answer = et.ARP(2, hostMAC, a, et.RealMAC, et.Real4)
		} else {
			answer = et.Advertise(hostMAC, et.RealMAC, a, et.Real6, a, 0x60, hostMAC)
		}
		if got := sayings(l.Turn(answer).Out); countOf(got, correction(a)) != 1 {
			t.Fatalf("said %q, want %q", got, correction(a))
		}
		if o := l.Turn(stray); o.Sent != 1 {
			t.Errorf("dropped %v, want the packet passed on to the owner", o.Dropped)
		}
	})
}

// A broadcast probe by somebody else leaves a living owner his address.
func TestBroadcastProbeReplacesNoOwner(t *testing.T) {
	bothFamilies(t, func(t *testing.T, a netip.Addr) {
		l := newLab(t)
		l.trap(a)
		l.Turn(ask(a))
		var announcement []byte
		if a.Is4() {
			announcement = et.WhoHas(hostMAC, a, a)
		} else {
			announcement = et.Solicit(hostMAC, a, et.Peer6, hostMAC)
		}
		l.Turn(announcement)
		l.Pass(time.Second)
		if o := l.Turn(probeBy(switchMAC, a)); len(o.Out) != 0 {
			t.Fatalf("said %q", sayings(o.Out))
		}
		if r, _ := l.Table.Get(keyOf(a), l.Lane.Now); r.State != session.Real || r.MAC != [6]byte(hostMAC) {
			t.Fatalf("entry %+v, want the owner as before", r)
		}
	})
}

// An owner that names a broadcast or group MAC is told to nobody, and nothing
// is sent there.
func TestOwnerWithAGroupMACIsToldToNobody(t *testing.T) {
	all := netip.MustParseAddr("ff02::1")
	for _, group := range []config.MAC{et.BroadcastMAC, {3, 0xbf, 10, 0, 0, 1}, {}} {
		bothFamilies(t, func(t *testing.T, a netip.Addr) {
			if a.Is6() && group == (config.MAC{}) {
				t.Skip("the builder leaves a zero option out")
			}
			l := newLab(t)
			l.trap(a)
			l.Turn(ask(a))
			l.Pass(time.Second)
			l.Drain()
			var word []byte
			if a.Is4() {
				word = resourced(hostMAC, et.ARP(2, group, a, et.BroadcastMAC, a))
			} else {
				word = resourced(hostMAC, et.Advertise(group, et.GroupMAC(all), a, all, a, 0x20, group))
			}
			said := sayings(l.Turn(readdressed(et.BroadcastMAC, word)).Out)
			l.wantState(a, session.Real)
			if ev := l.kinds(); ev[kindReleased] != 1 {
				t.Errorf("events %v, want Released", ev)
			}
			src := asker4
			if a.Is6() {
				src = asker6
			}
			l.wantDrop(l.Turn(et.Echo(askerMac, et.VirtMAC, src, a, 7, 7, nil)), "tarpit_real")
			said = append(said, about(a, l.Pass(12*time.Second))...)
			for _, s := range said {
				if s != probeFor(a) {
					t.Errorf("said %q", s)
				}
			}
		})
	}
}

// Somebody who answers our questions with a group MAC is there: the claim stands.
func TestClaimantWithAGroupMACStandsByIt(t *testing.T) {
	l := newLab(t)
	l.trap(cold4)
	group := config.MAC{3, 0xbf, 10, 0, 0, 1}
	word := func() []byte { return resourced(hostMAC, et.ARP(2, group, cold4, et.RealMAC, et.Real4)) }
	l.Turn(word())
	asked := 0
	for range 130 { // an answer comes later than its question
		for _, s := range about(cold4, l.Pass(97*time.Millisecond)) {
			if s != probeFor(cold4) {
				t.Fatalf("said %q", s)
			}
			asked++
			l.Turn(word())
		}
		l.wantState(cold4, session.Real)
	}
	if asked == 0 || l.count(ClaimsVerified) != 1 || l.count(ClaimsRefuted) != 0 {
		t.Errorf("asked %d times, verified %d, refuted %d", asked, l.count(ClaimsVerified), l.count(ClaimsRefuted))
	}
}

// A request whose sender gives one of our MACs for his own is answered nowhere:
// the answer would come back.
func TestRequestWithAMACOfOursInsideIsNotAnswered(t *testing.T) {
	l := newLab(t)
	l.trap(cold4)
	for _, m := range []config.MAC{et.RealMAC, et.VirtMAC, et.BroadcastMAC, {}} {
		l.wantDrop(l.Turn(resourced(askerMac, et.WhoHas(m, asker4, cold4))), "tarpit_source")
	}
	for _, s := range sayings(l.Pass(time.Second)) {
		if strings.Contains(s, fmt.Sprint(asker4)) {
			t.Errorf("said %q", s)
		}
	}
}
