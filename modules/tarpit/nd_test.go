package tarpit

import (
	"net/netip"
	"testing"
	"time"

	"mire/engine/config"
	et "mire/engine/enginetest"
	"mire/engine/session"
)

func TestUnreachabilityDetectionIsAnsweredAtOnce(t *testing.T) {
	l := newLab(t)
	l.trap(cold6)
	for _, lla := range []config.MAC{askerMac, {}} { // the option is not needed in a unicast one
		o := l.Turn(et.SolicitTo(askerMac, et.Virt6MAC, asker6, cold6, cold6, lla))
		if got := sayings(o.Out); len(got) != 1+int(o.Originated) || got[0] != answer6(askerMac, asker6, cold6) {
			t.Fatalf("said %q, want %q", got, answer6(askerMac, asker6, cold6))
		}
	}
}

func TestSolicitationToAnotherGroupAsksNothing(t *testing.T) {
	l := newLab(t)
	l.trap(cold6)
	g := et.SolicitedNode(asker6)
	l.wantDrop(l.Turn(et.SolicitTo(askerMac, et.GroupMAC(g), asker6, g, cold6, askerMac)), "tarpit_nd_invalid")
	l.wantDrop(l.Turn(et.Advertise(askerMac, et.GroupMAC(g), asker6, g, asker6, 0x20, askerMac)), "tarpit_nd_invalid")
}

func TestCapturesOfIPv6AreBoundedByRate(t *testing.T) {
	l := newLab(t)
	addr := func(i int) netip.Addr {
		a := cold6.As16()
		a[13], a[14], a[15] = 1, byte(i>>8), byte(i)
		return netip.AddrFrom16(a)
	}
	trapped := func() (n int) {
		for i := range 300 {
			if l.state(addr(i)) == session.Trapped {
				n++
			}
		}
		return n
	}
	for i := range 300 {
		l.Turn(ask(addr(i)))
		l.Lane.Now += 100_000
	}
	l.Pass(1500 * time.Millisecond)
	if n := trapped(); n < 60 || n > 64+20 {
		t.Fatalf("%d captures at once, want the burst of 64 and a second's worth", n)
	}
	if l.count(BoundCapture) == 0 {
		t.Error("the bound was not counted")
	}
}

func TestCapturesPer64AreBounded(t *testing.T) {
	l := newLab(t, func(s *config.Snapshot) {
		s.Settings.Bounds6.Per64, s.Settings.Bounds6.CaptureRate = 5, 0
		s.Settings.TrapTTL = 10 * time.Second
	})
	addr := func(i int) netip.Addr {
		a := cold6.As16()
		a[15] = byte(0x70 + i)
		return netip.AddrFrom16(a)
	}
	for i := range 8 {
		l.Turn(ask(addr(i)))
		l.Pass(1100 * time.Millisecond)
	}
	for i := range 8 {
		want := session.Trapped
		if i >= 5 {
			want = session.Unknown
		}
		l.wantState(addr(i), want)
	}
	l.Pass(12 * time.Second) // the captures expire
	l.Turn(ask(addr(7)))
	l.Pass(1100 * time.Millisecond)
	l.wantState(addr(7), session.Trapped)
}

func TestNetworkWithoutRealAddressNeverCaptures(t *testing.T) {
	l := newLab(t, func(s *config.Snapshot) { s.Networks[0].Real6 = netip.Addr{} })
	l.wantDrop(l.Turn(ask(cold6)), "tarpit_bounds")
	l.wantState(cold6, session.Unknown)
}
