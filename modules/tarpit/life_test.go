package tarpit

import (
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/google/gopacket/layers"

	"mire/dpdk/burst"
	"mire/engine/config"
	et "mire/engine/enginetest"
	"mire/engine/session"
)

// sign is one way in which the host at hostMAC shows that it lives at an address.
type sign struct {
	name   string
	addr   netip.Addr
	frame  []byte
	strong bool // says the owner's MAC
}

func signsOfLife() []sign {
	lo := et.Peer4
	all := netip.MustParseAddr("ff02::1")
	allMAC := et.GroupMAC(all)
	return []sign{
		{"ARP request with sender T", cold4, et.WhoHas(hostMAC, cold4, lo), true},
		{"ARP reply with sender T", cold4, et.ARP(2, hostMAC, cold4, askerMac, asker4), true},
		{"gratuitous ARP request", cold4, et.WhoHas(hostMAC, cold4, cold4), true},
		{"gratuitous ARP reply", cold4, et.ARP(2, hostMAC, cold4, config.MAC{}, cold4), true},
		{"ARP probe for T", cold4, et.WhoHas(hostMAC, zero4, cold4), false},
		{"echo from T to a third", cold4, et.Echo(hostMAC, otherMAC, cold4, other4, 1, 1, nil), false},
		{"TCP from T off the segment", cold4, et.TCP(hostMAC, otherMAC, netip.AddrPortFrom(cold4, 1), netip.MustParseAddrPort("198.51.100.1:80"), 2, 1, 0, nil), false},
		{"UDP from T to our MAC", cold4, et.UDP(hostMAC, et.VirtMAC, netip.AddrPortFrom(cold4, 1), netip.AddrPortFrom(other4, 53), nil), false},
		{"DHCP ACK for T", cold4, dhcp(dhcpFrame{reply: true, typ: layers.DHCPMsgTypeAck, your: cold4, client: hostMAC, server: et.Peer4}), true},
		{"NA for T", cold6, et.Advertise(hostMAC, allMAC, cold6, all, cold6, 0x20, hostMAC), true},
		{"NA for T from another address", cold6, et.Advertise(hostMAC, allMAC, netip.MustParseAddr("fe80::50"), all, cold6, 0x20, hostMAC), true},
		{"NS from T", cold6, et.Solicit(hostMAC, cold6, et.Peer6, hostMAC), true},
		{"duplicate address detection for T", cold6, et.Solicit(hostMAC, zero6, cold6, config.MAC{}), false},
		{"echo from T, IPv6", cold6, et.Echo(hostMAC, otherMAC, cold6, asker6, 1, 1, nil), false},
	}
}

func TestSignOfLifeWhileProbingPreventsTheCapture(t *testing.T) {
	for _, c := range signsOfLife() {
		t.Run(c.name, func(t *testing.T) {
			l := newLab(t)
			l.Turn(ask(c.addr))
			l.Pass(750 * time.Millisecond)
			l.Turn(c.frame)
			l.wantState(c.addr, session.Real)
			for _, s := range sayings(l.Pass(time.Second)) {
				if s == answerTo(c.addr) {
					t.Fatalf("answered for a living host: %q", s)
				}
			}
			l.wantState(c.addr, session.Real)
			if l.count(ProofsReal) != 1 {
				t.Error("the proof was not counted as ended by a sign of life")
			}
		})
	}
}

func TestSignOfLifeReleasesACapturedAddressAtOnce(t *testing.T) {
	for _, c := range signsOfLife() {
		t.Run(c.name, func(t *testing.T) {
			l := newLab(t)
			l.trap(c.addr)
			if o := l.Turn(ask(c.addr)); o.Sent != 1 {
				t.Fatal("not captured to begin with")
			}
			l.Drain()
			// In one burst with a request that comes behind it.
			o := l.Turn(c.frame, ask(c.addr))
			l.wantState(c.addr, session.Real)
			got := sayings(o.Out)
			if countOf(got, answerTo(c.addr)) != 0 {
				t.Fatalf("answered in the very turn: %q", got)
			}
			if o.Dropped["tarpit_real"] != 1 {
				t.Errorf("dropped %v, want the request as tarpit_real", o.Dropped)
			}
			if ev := l.kinds(); ev[kindReleased] != 1 {
				t.Errorf("events %v, want Released", ev)
			}
			if n := countOf(got, correction(c.addr)); c.strong && n != 1 || !c.strong && n != 0 {
				t.Errorf("said %q: %d corrections", got, n)
			}
		})
	}
}

// correction is the frame that tells the asker the owner.
func correction(a netip.Addr) string {
	if a.Is4() {
		return fmt.Sprintf("%s>%s arp 1 %s@%x to %s", mac(et.RealMAC), mac(askerMac), a, hostMAC[:], a)
	}
	return fmt.Sprintf("%s>%s na %s>ff02::1 %s@%x flags 20", mac(et.RealMAC), mac(askerMac), et.Real6, a, hostMAC[:])
}

func TestPacketReleaseAsksForTheOwnerThenCorrects(t *testing.T) {
	l := newLab(t)
	l.trap(cold4)
	l.Turn(ask(cold4))
	o := l.Turn(et.Echo(thirdMAC, otherMAC, cold4, other4, 1, 1, nil)) // through a router, say
	if got := sayings(o.Out); countOf(got, probe4(cold4)) != 1 || len(got) != 1 {
		t.Fatalf("said %q, want the question who has it", got)
	}
	o = l.Turn(et.ARP(2, hostMAC, cold4, et.RealMAC, et.Real4))
	if got := sayings(o.Out); countOf(got, correction(cold4)) != 1 {
		t.Fatalf("said %q, want %q", got, correction(cold4))
	}
}

func TestLastTwoAskersAreCorrected(t *testing.T) {
	l := newLab(t)
	l.trap(cold4)
	for i, m := range []config.MAC{askerMac, otherMAC, thirdMAC} {
		l.Turn(et.WhoHas(m, netip.AddrFrom4([4]byte{172, 17, 2, 70 + byte(i)}), cold4))
	}
	o := l.Turn(et.WhoHas(hostMAC, cold4, cold4))
	told := map[string]bool{}
	for _, s := range sayings(o.Out) {
		told[s[18:35]] = true
	}
	if len(told) != 2 || !told[mac(otherMAC)] || !told[mac(thirdMAC)] {
		t.Fatalf("told %v, want the last two askers", told)
	}
}

func TestOwnerIsNeverCorrected(t *testing.T) {
	l := newLab(t)
	l.trap(cold6)
	l.Turn(et.Solicit(hostMAC, netip.MustParseAddr("2001:db8:0:2::51"), cold6, hostMAC)) // hostMAC is an asker
	o := l.Turn(et.Solicit(hostMAC, zero6, cold6, config.MAC{}))                         // and now takes the address
	if len(o.Out) != 0 {
		t.Fatalf("said %q to a host in duplicate address detection", sayings(o.Out))
	}
	for _, s := range sayings(l.Pass(3 * time.Second)) {
		if !strings.HasSuffix(s, "::51") { // whether ::51, which asked, is there is another matter
			t.Fatalf("said %q while the host is only about to take the address", s)
		}
	}
}

func TestCorrectionsWaitForASpareBuffer(t *testing.T) {
	l := newLab(t)
	l.trap(cold4)
	l.Turn(ask(cold4))
	l.Lane.Starve = true
	l.Turn() // maps the spares of the next turn
	l.Turn(et.WhoHas(hostMAC, cold4, cold4))
	l.Lane.Starve = false
	if got := sayings(l.Pass(5 * time.Millisecond)); countOf(got, correction(cold4)) != 1 {
		t.Fatalf("said %q, want the correction late", got)
	}
}

func TestStraysArePassedOnToTheOwner(t *testing.T) {
	l := newLab(t)
	l.trap(cold4)
	l.Turn(ask(cold4))
	l.Turn(et.WhoHas(hostMAC, cold4, cold4))
	stray := et.Echo(askerMac, et.VirtMAC, asker4, cold4, 7, 7, []byte("hello"))
	o := l.Turn(stray)
	if o.Sent != 1 || len(o.Out) != 1 {
		t.Fatalf("sent %q, dropped %v; want the packet passed on", sayings(o.Out), o.Dropped)
	}
	e := et.Decode(o.Out[0].Data).Layer(layers.LayerTypeEthernet).(*layers.Ethernet)
	if e.DstMAC.String() != mac(hostMAC) || e.SrcMAC.String() != mac(et.RealMAC) {
		t.Errorf("passed on %s>%s", e.SrcMAC, e.DstMAC)
	}
	if string(o.Out[0].Data[14:]) != string(stray[14:]) {
		t.Error("the packet itself was changed")
	}
	// The owner's own packets for it must not come back to the owner.
	l.wantDrop(l.Turn(et.Echo(hostMAC, et.VirtMAC, other4, cold4, 7, 7, nil)), "tarpit_real")
}

func TestPacketForARealNeverCapturedIsLeftAlone(t *testing.T) {
	l := newLab(t)
	l.Turn(et.WhoHas(hostMAC, cold4, et.Peer4))
	if o := l.Turn(et.Echo(askerMac, et.VirtMAC, asker4, cold4, 7, 7, nil)); len(o.Out) != 0 || o.Dropped[burst.Unclaimed.String()] != 1 {
		t.Fatalf("sent %q, dropped %v; want it left to the modules behind", sayings(o.Out), o.Dropped)
	}
}

func TestClaimIsVerifiedAfterTwoSeconds(t *testing.T) {
	for _, answers := range []bool{true, false} {
		t.Run(fmt.Sprint("claimant answers: ", answers), func(t *testing.T) {
			l := newLab(t)
			l.trap(cold4)
			l.Turn(et.WhoHas(hostMAC, cold4, cold4))
			if out := l.Pass(1990 * time.Millisecond); len(out) != 0 {
				t.Fatalf("said %q before 2 s had passed", sayings(out))
			}
			out := sayings(l.Pass(20 * time.Millisecond))
			want := fmt.Sprintf("%s>%s arp 1 %s@%x to %s", mac(et.RealMAC), mac(hostMAC), et.Real4, et.RealMAC[:], cold4)
			if len(out) != 1 || out[0] != want {
				t.Fatalf("said %q, want %q", out, want)
			}
			if answers {
				l.Turn(et.ARP(2, hostMAC, cold4, et.RealMAC, et.Real4))
			}
			l.Pass(1500 * time.Millisecond)
			if answers {
				l.wantState(cold4, session.Real)
			} else {
				l.wantState(cold4, session.Unknown)
			}
			if v, r := l.count(ClaimsVerified), l.count(ClaimsRefuted); v+r != 1 || v == 1 != answers {
				t.Errorf("verified %d, refuted %d", v, r)
			}
		})
	}
}

func TestForgedPacketsDoNotKeepAnAddressReal(t *testing.T) {
	l := newLab(t)
	l.trap(cold4)
	for range 30 {
		l.Turn(et.Echo(thirdMAC, otherMAC, cold4, other4, 1, 1, nil))
		l.Pass(100 * time.Millisecond)
	}
	l.wantState(cold4, session.Unknown)
}

func TestHostThatProbesSilentlyFor7sIsNotForgotten(t *testing.T) {
	l := newLab(t)
	l.trap(cold4)
	l.Turn(et.WhoHas(hostMAC, zero4, cold4)) // RFC 5227: then up to 7 s without a word
	for range 70 {
		l.Pass(100 * time.Millisecond)
		if o := l.Turn(ask(cold4)); len(o.Out) != 0 {
			t.Fatalf("said %q for an address that is being taken", sayings(o.Out))
		}
	}
}

func TestManyClaimsOfOneMACAreAnEvent(t *testing.T) {
	l := newLab(t)
	for i := range 60 {
		a := netip.AddrFrom4([4]byte{172, 17, 2, 130 + byte(i)})
		l.Turn(et.WhoHas(hostMAC, a, a))
	}
	if got := l.kinds(); got[kindClaimFlood] != 1 {
		t.Fatalf("events %v, want one ClaimFlood", got)
	}
}

func TestProxyARPIsWarnedOfOnce(t *testing.T) {
	l := newLab(t)
	for i := range 80 {
		a := netip.AddrFrom4([4]byte{172, 17, 2, 110 + byte(i)})
		l.Turn(ask(a))
		l.Turn(et.ARP(2, hostMAC, a, et.RealMAC, et.Real4))
	}
	if got := l.kinds(); got[kindProxyARP] != 1 {
		t.Fatalf("events %v, want one ProxyARP", got)
	}
}

func TestDistrustedMACIsNoSignOfLife(t *testing.T) {
	l := newLab(t, func(s *config.Snapshot) { s.Distrust = []config.MAC{hostMAC} })
	l.Turn(ask(cold4))
	l.Turn(et.ARP(2, hostMAC, cold4, et.RealMAC, et.Real4))
	l.Pass(time.Second)
	l.wantState(cold4, session.Trapped)
	// And what it sends in the name of a captured address is not answered.
	l.wantDrop(l.Turn(et.WhoHas(hostMAC, cold4, netip.MustParseAddr("172.17.2.51"))), "tarpit_source")
}

func TestStraysEndAMinuteAfterTheClaimWasVerified(t *testing.T) {
	l := newLab(t)
	l.trap(cold4)
	l.Turn(ask(cold4))
	l.Turn(et.WhoHas(hostMAC, cold4, cold4))
	l.Pass(2010 * time.Millisecond)
	l.Turn(et.ARP(2, hostMAC, cold4, et.RealMAC, et.Real4))
	stray := et.Echo(askerMac, et.VirtMAC, asker4, cold4, 7, 7, nil)
	l.Pass(55 * time.Second)
	if o := l.Turn(stray); o.Sent != 1 {
		t.Fatalf("dropped %v before the minute was over", o.Dropped)
	}
	l.Pass(10 * time.Second)
	if o := l.Turn(stray); o.Dropped[burst.Unclaimed.String()] != 1 {
		t.Fatalf("sent %d, dropped %v; want it left to the modules behind", o.Sent, o.Dropped)
	}
	l.wantState(cold4, session.Real)
}
