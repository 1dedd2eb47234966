package tarpit

import (
	"fmt"
	"net/netip"
	"testing"
	"time"

	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"

	"mire/engine/config"
	et "mire/engine/enginetest"
	"mire/engine/session"
)

// What anybody in the world can send to a captured address must not steer what
// happens on the segment.
func TestDHCPSentToOurMACSteersNothing(t *testing.T) {
	for _, to := range []config.MAC{et.RealMAC, et.VirtMAC} {
		l := newLab(t)
		l.trap(cold4)
		second := netip.MustParseAddr("172.17.2.51")
		for _, d := range []dhcpFrame{
			{typ: layers.DHCPMsgTypeDiscover, client: hostMAC},
			{typ: layers.DHCPMsgTypeDecline, client: hostMAC, requested: cold4, server: server4},
			{typ: layers.DHCPMsgTypeRequest, client: hostMAC, requested: cold4, server: asker4},
			{reply: true, typ: layers.DHCPMsgTypeOffer, server: asker4, client: hostMAC, your: cold4},
			{reply: true, typ: layers.DHCPMsgTypeAck, server: asker4, client: hostMAC, your: cold4},
		} {
			f := dhcp(d)
			copy(f, to[:])
			l.Turn(f)
		}
		if got := l.kinds(); len(got) != 0 {
			t.Errorf("to %v: events %v", mac(to), got)
		}
		l.wantState(cold4, session.Trapped)
		if o := l.Turn(ask(cold4)); o.Sent != 1 {
			t.Errorf("to %v: dropped %v, want the answer", mac(to), o.Dropped)
		}
		l.wantDrop(l.Turn(ask(second)), "tarpit_unknown")
	}
}

// An answer to a question that was never asked is a claim like any other.
func TestUnaskedAnswerIsVerified(t *testing.T) {
	bothFamilies(t, func(t *testing.T, cold netip.Addr) {
		l := newLab(t)
		var answer []byte
		if cold.Is4() {
			answer = et.ARP(2, hostMAC, cold, et.RealMAC, et.Real4)
		} else {
			answer = et.Advertise(hostMAC, et.RealMAC, cold, et.Real6, cold, 0x60, hostMAC)
		}
		l.Turn(answer)
		l.wantState(cold, session.Real)
		l.Pass(4 * time.Second)
		l.wantState(cold, session.Unknown)
		if n := l.count(ClaimsRefuted); n != 1 {
			t.Errorf("%d claims refuted, want 1", n)
		}
	})
}

// One that was asked for is believed without a second question.
func TestAskedAnswerIsNotVerified(t *testing.T) {
	l := newLab(t)
	l.Turn(et.Echo(askerMac, et.RealMAC, netip.MustParseAddr("198.51.100.7"), cold4, 1, 1, nil))
	l.Turn(et.ARP(2, hostMAC, cold4, et.RealMAC, et.Real4))
	if got := sayings(l.Pass(10 * time.Second)); len(got) != 0 {
		t.Errorf("said %q", got)
	}
	l.wantState(cold4, session.Real)
}

func TestQueriesFromElsewhereAreIgnored(t *testing.T) {
	for name, q := range map[string][]byte{
		"that crossed a router": mldQueryFrom("fe80::1", 64),
		"without link-local":    mldQueryFrom("2001:db8:0:2::66", 1),
		"from ::":               mldQueryFrom("::", 1),
	} {
		l := newLab(t)
		l.Turn(q)
		if n := speaks(t, l.Pass(2*time.Second), report); n != 0 {
			t.Errorf("query %s: %d reports", name, n)
		}
	}
}

func mldQueryFrom(from string, hops uint8) []byte {
	dst := netip.MustParseAddr("ff02::1")
	return et.IPv6(thirdMAC, et.GroupMAC(dst), netip.MustParseAddr(from), dst, hops, layers.IPProtocolICMPv6,
		&layers.ICMPv6{TypeCode: layers.CreateICMPv6TypeCode(query, 0)}, gopacket.Payload(make([]byte, 24)))
}

// Who turned out to be a DHCP server while its proof ran gets no answer to the
// question from before.
func TestWaiterThatProvesToBeAServerIsNotAnswered(t *testing.T) {
	l := newLab(t)
	l.Turn(askBy(serverMAC, server4, cold4))
	l.Turn(ask(cold4))
	l.Turn(offer(serverMAC, server4))
	got := sayings(l.Pass(1200 * time.Millisecond))
	if countOf(got, answer4(serverMAC, server4, cold4)) != 0 || countOf(got, answerTo(cold4)) != 1 {
		t.Errorf("said %q, want an answer to the other asker alone", got)
	}
}

// A network without an address of ours cannot ask: not in the name of :: either.
func TestClaimIsNotVerifiedFromTheUnspecifiedAddress(t *testing.T) {
	l := newLab(t, func(s *config.Snapshot) {
		s.Networks[0].Real4, s.Networks[0].Real6 = netip.Addr{}, netip.Addr{}
	})
	l.Turn(et.WhoHas(hostMAC, cold4, cold4))
	l.Turn(et.Advertise(hostMAC, et.GroupMAC(netip.MustParseAddr("ff02::1")), cold6, netip.MustParseAddr("ff02::1"), cold6, 0x20, hostMAC))
	l.wantState(cold4, session.Real)
	l.wantState(cold6, session.Real)
	if got := sayings(l.Pass(20 * time.Second)); len(got) != 0 {
		t.Errorf("said %q", got)
	}
}

// In a network without IPv4 there is no broadcast that an address ending in
// zeros could be taken for.
func TestSourceThatEndsInZerosIsAnswered(t *testing.T) {
	l := newLab(t, func(s *config.Snapshot) {
		n := &s.Networks[0]
		n.Prefix4, n.Real4, n.Virt4 = netip.Prefix{}, netip.Addr{}, netip.Addr{}
	})
	l.trap(cold6)
	zeros := netip.MustParseAddr("2001:db8:9::")
	for _, f := range [][]byte{et.Solicit(askerMac, zeros, cold6, askerMac), et.Echo(askerMac, et.Virt6MAC, zeros, cold6, 1, 1, nil)} {
		if o := l.Turn(f); o.Sent != 1 {
			t.Errorf("dropped %v", o.Dropped)
		}
	}
}

// The reply to an echo request with a source route must not follow that route,
// nor carry anything else that the request brought.
func TestEchoReplyLeavesOptionsOut(t *testing.T) {
	l := newLab(t)
	l.trap(cold4)
	payload := []byte("0123456789abcdef")
	ip := &layers.IPv4{
		Version: 4, TTL: 9, Protocol: layers.IPProtocolICMPv4, SrcIP: asker4.AsSlice(), DstIP: cold4.AsSlice(),
		Options: []layers.IPv4Option{{OptionType: 131, OptionLength: 11, OptionData: append([]byte{4}, make([]byte, 8)...)}},
	}
	o := l.Turn(et.Ethernet(askerMac, et.VirtMAC, ip, &layers.ICMPv4{TypeCode: 8 << 8, Id: 77, Seq: 5}, gopacket.Payload(payload)))
	if o.Sent != 1 {
		t.Fatalf("dropped %v", o.Dropped)
	}
	got := et.Decode(o.Out[0].Data).Layer(layers.LayerTypeIPv4).(*layers.IPv4)
	if got.IHL != 5 || int(got.Length) != 20+8+len(payload) || got.Flags&^layers.IPv4DontFragment != 0 {
		t.Errorf("reply %+v", got)
	}
	if ev := l.kinds(); ev[kindEchoReply] != 1 {
		t.Errorf("events %v", ev)
	}
}

// Every inherited capture is proven anew within a minute of the takeover, those
// with the oldest proof first.
func TestInheritedCapturesAreProvenOldestFirst(t *testing.T) {
	l := newLab(t, func(s *config.Snapshot) { s.Settings.TrapTTL = 300 * time.Second })
	l.Role.Set(1)
	l.Pass(200 * time.Second)
	now := l.Lane.Now
	ages := []time.Duration{190 * time.Second, 120 * time.Second, 60 * time.Second, time.Second}
	var names []netip.Addr
	for i := range 40 {
		a := netip.AddrFrom4([4]byte{172, 17, 2, 130 + byte(i)})
		names = append(names, a)
		r := session.Record{Key: keyOf(a), State: session.Trapped, Expires: now + int64(200*time.Second), Proven: now - int64(ages[i%4])}
		if o := l.Table.Put(&r, 1<<session.Unknown, now); o != session.Done {
			t.Fatal(o)
		}
	}
	l.Role.Set(0)
	first := map[netip.Addr]time.Duration{}
	for at := time.Duration(0); at < time.Minute; at += 100 * time.Millisecond {
		for _, s := range sayings(l.Pass(100 * time.Millisecond)) {
			for _, a := range names {
				if _, seen := first[a]; !seen && s == probe4(a) {
					first[a] = at
				}
			}
		}
	}
	var lastOf, firstOf [4]time.Duration
	for i, a := range names {
		at, ok := first[a]
		if !ok {
			t.Fatalf("%v was not proven anew within a minute", a)
		}
		if k := i % 4; i < 4 || at < firstOf[k] {
			firstOf[k] = at
		}
		lastOf[i%4] = max(lastOf[i%4], at)
	}
	for k := range 3 {
		if lastOf[k] >= firstOf[k+1] {
			t.Errorf("those of %v began at %v, before those of %v had ended at %v", ages[k+1], firstOf[k+1], ages[k], lastOf[k])
		}
	}
}

func TestAdvertisementsEndWithTheirReason(t *testing.T) {
	off := func(l *lab) { l.Apply(watched(generation(2))) }
	backup := func(l *lab) { l.Role.Set(1) }
	for name, end := range map[string]func(*lab){"switched off": off, "backup": backup} {
		t.Run(name, func(t *testing.T) {
			l := startWithMRD(t)
			l.Pass(3 * time.Second)
			end(l)
			out := l.Pass(time.Minute)
			if a, n := speaks(t, out, advert), speaks(t, out, termination); a != 0 || n != 1 {
				t.Fatalf("%d advertisements and %d terminations, want one termination", a, n)
			}
			l.Apply(watched(generation(3), func(s *config.Snapshot) { s.Settings.MRD = true }))
			l.Role.Set(0)
			if n := speaks(t, l.Pass(3*time.Second), advert); n != 3 {
				t.Fatalf("%d advertisements at the new start, want 3", n)
			}
		})
	}
}

// A backup has a real address too, whose group its switch must know.
func TestBackupJoinsTheGroupsOfItsAddresses(t *testing.T) {
	l := startWithMRD(t)
	l.Role.Set(1)
	if n := speaks(t, l.Pass(3*time.Second), report); n != 2 {
		t.Fatalf("%d joins, want 2", n)
	}
	if n := speaks(t, l.Pass(5*time.Minute), report); n != 2 {
		t.Fatalf("%d reports in 5 minutes, want one every 2", n)
	}
	if n := fmt.Sprint(sayings(l.Pass(time.Millisecond))); n != "[]" {
		t.Errorf("said %s", n)
	}
}

func TestSolicitationInTheNameOfOurMACIsNotAnswered(t *testing.T) {
	for _, m := range []config.MAC{et.RealMAC, et.Virt6MAC} {
		l := newLab(t)
		l.trap(cold6)
		l.wantDrop(l.Turn(et.SolicitTo(askerMac, et.GroupMAC(et.SolicitedNode(cold6)), asker6, et.SolicitedNode(cold6), cold6, m)), "tarpit_source")
	}
}
