package tarpit

import (
	"net/netip"
	"testing"
	"time"

	"github.com/google/gopacket/layers"

	"mire/dpdk/burst"
	et "mire/engine/enginetest"
	"mire/engine/event"
	"mire/engine/session"
)

var (
	server4   = netip.MustParseAddr("172.17.2.9")
	serverMAC = et.PeerMAC
)

func TestDHCPServersAreLearntAndNeverAnswered(t *testing.T) {
	frames := map[string][]byte{
		"option 54 of a broadcast REQUEST": dhcp(dhcpFrame{typ: layers.DHCPMsgTypeRequest, server: server4, client: hostMAC, requested: other4}),
		"OFFER":                            dhcp(dhcpFrame{reply: true, typ: layers.DHCPMsgTypeOffer, server: server4, client: hostMAC, your: other4}),
		"ACK":                              dhcp(dhcpFrame{reply: true, typ: layers.DHCPMsgTypeAck, server: server4, client: hostMAC, your: other4}),
	}
	for name, f := range frames {
		t.Run(name, func(t *testing.T) {
			l := newLab(t)
			l.trap(cold4)
			o := l.Turn(f)
			if o.Dropped[burst.NoNetwork] != 1 {
				t.Errorf("dropped %v, want the message left to others", o.Dropped)
			}
			if ev := l.kinds(); ev[event.DHCPServer] != 1 {
				t.Errorf("events %v, want DHCPServer", ev)
			}
			l.wantDrop(l.Turn(et.WhoHas(serverMAC, server4, cold4)), burst.TarpitDHCP)
			l.wantDrop(l.Turn(et.Echo(serverMAC, et.VirtMAC, server4, cold4, 1, 1, nil)), burst.TarpitDHCP)
			if l.Turn(f); l.kinds()[event.DHCPServer] != 0 {
				t.Error("learnt twice")
			}
		})
	}
}

func TestServerOffTheSegmentIsNotAnsweredEither(t *testing.T) {
	l := newLab(t)
	l.trap(cold4)
	far := netip.MustParseAddr("198.51.100.53")
	l.Turn(dhcp(dhcpFrame{typ: layers.DHCPMsgTypeRequest, server: far, client: hostMAC, requested: other4}))
	l.wantDrop(l.Turn(et.Echo(otherMAC, et.VirtMAC, far, cold4, 1, 1, nil)), burst.TarpitDHCP)
}

func TestAfterADiscoverNothingNewIsCapturedForFourSeconds(t *testing.T) {
	l := newLab(t)
	known := netip.MustParseAddr("172.17.2.51")
	l.trap(known)
	l.Turn(ask(known))
	l.Turn(dhcp(dhcpFrame{typ: layers.DHCPMsgTypeDiscover, client: hostMAC}))
	l.wantDrop(l.Turn(et.WhoHas(serverMAC, server4, cold4)), burst.TarpitDHCP)
	l.wantState(cold4, session.Unknown)
	if o := l.Turn(ask(known)); o.Sent != 1 {
		t.Error("a capture from before is held back too from who was answered before")
	}
	l.Pass(3900 * time.Millisecond)
	l.wantDrop(l.Turn(ask(cold4)), burst.TarpitDHCP)
	l.Pass(200 * time.Millisecond)
	l.wantDrop(l.Turn(ask(cold4)), burst.TarpitUnknown)
}

// A server whose whole pool is captured before anybody heard of it must find an
// address that it can offer; only then can it be learnt.
func TestUnknownServerIsNotAnsweredWhileAClientSearches(t *testing.T) {
	l := newLab(t)
	l.trap(cold4, cold6)
	probed := netip.MustParseAddr("172.17.2.51")
	l.Turn(ask(probed))
	ping := et.Echo(serverMAC, et.VirtMAC, server4, cold4, 1, 1, nil)
	l.Turn(dhcp(dhcpFrame{typ: layers.DHCPMsgTypeDiscover, client: hostMAC}))
	l.wantDrop(l.Turn(et.WhoHas(serverMAC, server4, cold4)), burst.TarpitDHCP)
	l.wantDrop(l.Turn(ping), burst.TarpitDHCP) // by a router that has our MAC in its cache
	l.wantDrop(l.Turn(et.WhoHas(serverMAC, server4, probed)), burst.TarpitProbing)
	if o := l.Turn(ask(cold6)); o.Sent < 1 {
		t.Error("IPv6 is held back too")
	}
	if got := sayings(l.Pass(1200 * time.Millisecond)); countOf(got, answer4(serverMAC, server4, probed)) != 0 {
		t.Errorf("said %q: the server became a waiter", got)
	}
	l.wantState(probed, session.Trapped)
	l.Pass(3 * time.Second)
	if o := l.Turn(et.WhoHas(serverMAC, server4, cold4)); o.Sent < 1 {
		t.Error("held back for more than four seconds")
	}
	// With a server known, nobody else is taken for one.
	l.Turn(dhcp(dhcpFrame{typ: layers.DHCPMsgTypeRequest, server: server4, client: hostMAC, requested: other4}))
	l.Turn(dhcp(dhcpFrame{typ: layers.DHCPMsgTypeDiscover, client: hostMAC}))
	if o := l.Turn(et.WhoHas(otherMAC, other4, cold4)); o.Sent < 1 {
		t.Error("held back from a host although the server is known")
	}
	if o := l.Turn(et.Echo(otherMAC, et.VirtMAC, other4, cold4, 1, 1, nil)); o.Sent < 1 {
		t.Error("no echo reply to a host although the server is known")
	}
}

func TestDiscoverFloodDoesNotDisarm(t *testing.T) {
	l := newLab(t)
	for range 100 { // 100 a second for 10 s
		for range 10 {
			l.Turn(dhcp(dhcpFrame{typ: layers.DHCPMsgTypeDiscover, client: hostMAC}))
		}
		l.Pass(100 * time.Millisecond)
	}
	if n := l.count(DHCPHoldsSkipped); n < 900 {
		t.Errorf("%d DISCOVERs skipped, want all beyond 5 a second", n)
	}
	l.Pass(4100 * time.Millisecond)
	l.wantDrop(l.Turn(ask(cold4)), burst.TarpitUnknown)
}

func TestDeclineReleases(t *testing.T) {
	l := newLab(t)
	l.trap(cold4)
	l.Turn(dhcp(dhcpFrame{typ: layers.DHCPMsgTypeDecline, client: hostMAC, requested: cold4, server: server4}))
	l.wantState(cold4, session.Unknown)
	if ev := l.kinds(); ev[event.DHCPDecline] != 1 || ev[event.Released] != 1 {
		t.Errorf("events %v, want DHCPDecline and Released", ev)
	}
}

func TestServersAreBounded(t *testing.T) {
	var v servers
	for i := range uint32(100) {
		if !v.learn(0x0a000000+i, int64(i)) {
			t.Fatalf("server %d was not new", i)
		}
	}
	for i := range uint32(100) {
		if got, want := v.has(0, 0xffff<<32|uint64(0x0a000000+i), 100), i >= 100-maxServers; got != want {
			t.Errorf("server %d known: %v, want %v", i, got, want)
		}
	}
	if v.has(0, 0xffff<<32|uint64(0x0a000000+99), 99+serverTime) {
		t.Error("remembered for more than a day")
	}
}
