package tarpit

import (
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/google/gopacket/layers"

	"mire/dpdk/burst"
	"mire/engine/config"
	et "mire/engine/enginetest"
	"mire/engine/event"
	"mire/engine/session"
)

var (
	server4   = netip.MustParseAddr("172.17.2.9")
	serverMAC = et.PeerMAC
	far4      = netip.MustParseAddr("198.51.100.53")
)

func TestDHCPServersAreLearntAndNeverAnswered(t *testing.T) {
	for name, typ := range map[string]layers.DHCPMsgType{"OFFER": layers.DHCPMsgTypeOffer, "ACK": layers.DHCPMsgTypeAck} {
		t.Run(name, func(t *testing.T) {
			l := newLab(t)
			l.trap(cold4)
			l.shows(serverMAC, server4)
			f := dhcp(dhcpFrame{reply: true, typ: typ, server: server4, client: hostMAC, your: other4, mac: serverMAC})
			if o := l.Turn(f); o.Dropped[burst.NoNetwork.String()] != 1 {
				t.Errorf("dropped %v, want the message left to others", o.Dropped)
			}
			ev := l.Drain()
			if len(ev) != 1 || ev[0].Kind != kindDHCPServer || ev[0].MAC != serverMAC || ev[0].Remote != server4.As16() {
				t.Fatalf("events %+v, want DHCPServer with its MAC", ev)
			}
			l.wantDrop(l.Turn(et.WhoHas(serverMAC, server4, cold4)), "tarpit_dhcp")
			l.wantDrop(l.Turn(et.Echo(serverMAC, et.VirtMAC, server4, cold4, 1, 1, nil)), "tarpit_dhcp")
			if l.Turn(f); l.kinds()[kindDHCPServer] != 0 {
				t.Error("learnt twice")
			}
		})
	}
}

// Anybody can send a broadcast that names any address.
func TestREQUESTNamesOnlyACandidate(t *testing.T) {
	l := newLab(t)
	l.trap(cold4)
	l.Turn(choose(hostMAC, asker4))
	ev := l.Drain()
	if len(ev) != 1 || ev[0].Kind != kindDHCPCandidate || ev[0].MAC != hostMAC || ev[0].Remote != asker4.As16() {
		t.Fatalf("events %+v, want DHCPCandidate with the MAC of who named it", ev)
	}
	if o := l.Turn(ask(cold4)); o.Sent != 1 {
		t.Errorf("dropped %v: one REQUEST made somebody invisible", o.Dropped)
	}
	// While a client searches it gets no answer to what a server would ask, and
	// that is seen; everything else goes on, for it and for others.
	l.Drain()
	l.Turn(discover(1))
	l.wantDrop(l.Turn(ask(cold4)), "tarpit_dhcp")
	l.wantDrop(l.Turn(et.Echo(askerMac, et.VirtMAC, asker4, cold4, 1, 1, nil)), "tarpit_dhcp")
	l.wantDrop(l.Turn(ask(host4(131))), "tarpit_dhcp")
	if ev := l.kinds(); ev[kindSpared] != 3 {
		t.Errorf("events %v, want what was left without an answer", ev)
	}
	syn := et.TCP(askerMac, et.VirtMAC, netip.AddrPortFrom(asker4, 4001), netip.AddrPortFrom(cold4, 80), 2, 1, 0, nil)
	if o := l.Turn(syn); o.Sent != 1 {
		t.Errorf("SYN of a candidate: dropped %v", o.Dropped)
	}
	l.Pass(9 * time.Second)
	l.wantDrop(l.Turn(ask(cold4)), "tarpit_dhcp")
	l.Pass(1100 * time.Millisecond)
	if o := l.Turn(et.WhoHas(thirdMAC, host4(69), cold4)); o.Sent < 1 {
		t.Errorf("somebody else: dropped %v", o.Dropped)
	}
}

// 16 names pushed the real server out once.
func TestNamesDoNotPushAServerOut(t *testing.T) {
	l := newLab(t)
	l.trap(cold4)
	l.believes(serverMAC, server4)
	for i := range 100 {
		l.Turn(choose(clientMAC(i), host4(100+i)))
		l.Pass(10 * time.Millisecond)
	}
	l.wantDrop(l.Turn(et.WhoHas(serverMAC, server4, cold4)), "tarpit_dhcp")
	if n := len(l.mod.Domains(l.Lane.Now)[0].Candidates); n != maxCandidates {
		t.Errorf("%d candidates, want %d", n, maxCandidates)
	}
	if n := l.count(DHCPCandidates); n != maxCandidates {
		t.Errorf("%d counted, want %d: those who wait for their question are pushed out by nobody", n, maxCandidates)
	}
}

func TestOneClientNamesOneServerAMinute(t *testing.T) {
	l := newLab(t)
	for i := range 5 {
		l.Turn(choose(hostMAC, host4(150+i)))
	}
	if n := l.count(DHCPCandidates); n != 1 {
		t.Errorf("%d candidates by one client at once", n)
	}
	l.Pass(61 * time.Second)
	l.Turn(choose(hostMAC, host4(160)))
	if n := l.count(DHCPCandidates); n != 2 {
		t.Errorf("%d candidates a minute later, want 2", n)
	}
}

// An OFFER is as easily forged as a REQUEST, so its MAC must be where ARP finds
// its sender.
func TestOfferFromAMACThatIsNotTheServersIsNotBelieved(t *testing.T) {
	l := newLab(t)
	l.shows(serverMAC, server4)
	l.Turn(offer(thirdMAC, server4))
	out := sayings(l.Pass(1500 * time.Millisecond))
	l.Turn(et.ARP(2, serverMAC, server4, et.RealMAC, et.Real4)) // the owner answers
	out = append(out, sayings(l.Pass(2*time.Second))...)
	question := strings.Replace(probe4(server4), mac(et.BroadcastMAC), mac(thirdMAC), 1)
	if countOf(out, question) == 0 {
		t.Errorf("said %q, want %q", out, question)
	}
	l.Pass(30 * time.Second)
	if l.isServer(server4) {
		t.Fatal("believed")
	}
	if ev := l.kinds(); ev[kindDHCPServer] != 0 || ev[kindDHCPRefused] != 1 {
		t.Errorf("events %v, want DHCPRefused", ev)
	}
}

func TestOfferIsBelievedWhenItsMACAnswers(t *testing.T) {
	l := newLab(t)
	l.Turn(offer(serverMAC, server4))
	l.Pass(100 * time.Millisecond)
	if l.isServer(server4) {
		t.Fatal("believed before it answered")
	}
	l.Turn(et.ARP(2, serverMAC, server4, et.RealMAC, et.Real4))
	l.Pass(10 * time.Millisecond)
	if !l.isServer(server4) {
		t.Fatal("not believed")
	}
}

// The relay speaks for a server that is not on the segment; that one is known by
// its address, and the relay is none.
func TestServerBehindARelay(t *testing.T) {
	for name, f := range map[string]dhcpFrame{
		"giaddr":         {src: far4, relay: other4},
		"source address": {src: other4},
	} {
		t.Run(name, func(t *testing.T) {
			l := newLab(t)
			l.trap(cold4)
			l.shows(otherMAC, other4)
			f.reply, f.typ, f.server, f.client, f.your = true, layers.DHCPMsgTypeAck, far4, hostMAC, host4(120)
			l.Turn(dhcp(f))
			if !l.isServer(far4) || l.isServer(other4) {
				t.Fatalf("server %v, relay %v", l.isServer(far4), l.isServer(other4))
			}
			l.wantDrop(l.Turn(et.Echo(otherMAC, et.VirtMAC, far4, cold4, 1, 1, nil)), "tarpit_dhcp")
			if o := l.Turn(et.WhoHas(otherMAC, other4, cold4)); o.Sent < 1 {
				t.Errorf("the relay is not answered: %v", o.Dropped)
			}
		})
	}
	l := newLab(t) // nobody on the segment stands for it
	l.Turn(dhcp(dhcpFrame{reply: true, typ: layers.DHCPMsgTypeOffer, server: far4, src: far4, client: hostMAC}))
	l.Pass(3 * time.Second)
	if l.isServer(far4) {
		t.Error("believed without a relay")
	}
}

// What is learnt on one segment says nothing on another.
func TestServerOfAnotherSegmentIsNone(t *testing.T) {
	l := newLab(t, func(s *config.Snapshot) {
		n := s.Networks[0]
		n.Number, n.VLAN = 2, 5
		n.Prefix4, n.Prefix6 = netip.MustParsePrefix("172.17.3.0/24"), netip.Prefix{}
		n.Real4, n.Virt4, n.Real6, n.Virt6 = netip.MustParseAddr("172.17.3.101"), netip.Addr{}, netip.Addr{}, netip.Addr{}
		s.Networks = append(s.Networks, n)
	})
	l.shows(otherMAC, other4)
	l.Turn(dhcp(dhcpFrame{reply: true, typ: layers.DHCPMsgTypeAck, server: far4, relay: other4, client: hostMAC, your: host4(120)}))
	s := l.stage()
	if !l.isServer(far4) || s.isServer(&s.nets[1], 0, keyOf(far4).Lo, l.Lane.Now) {
		t.Error("known where it was not learnt, or not where it was")
	}
}

// A server, and who made himself one, is still seen.
func TestWhatAServerAsksIsReported(t *testing.T) {
	l := newLab(t)
	l.trap(cold4)
	l.believes(serverMAC, server4)
	l.shows(otherMAC, other4)
	for _, c := range []struct {
		name  string
		frame []byte
		want  event.Kind
	}{
		{"ARP for a captured address", et.WhoHas(serverMAC, server4, cold4), kindSpared},
		{"ARP for an unknown one", et.WhoHas(serverMAC, server4, host4(131)), kindSpared},
		{"ARP for one that lives", et.WhoHas(serverMAC, server4, other4), event.MaxKinds},
		{"echo", et.Echo(serverMAC, et.VirtMAC, server4, cold4, 1, 1, nil), kindSpared},
		{"SYN", et.TCP(serverMAC, et.VirtMAC, netip.AddrPortFrom(server4, 4001), netip.AddrPortFrom(cold4, 80), 2, 1, 0, nil), kindSparedPacket},
		{"UDP", et.UDP(serverMAC, et.VirtMAC, netip.AddrPortFrom(server4, 4001), netip.AddrPortFrom(cold4, 80), nil), kindSparedPacket},
	} {
		if o := l.Turn(c.frame); o.Sent != 0 {
			t.Errorf("%s is answered", c.name)
		}
		ev := l.Drain()
		if c.want == event.MaxKinds {
			if len(ev) != 0 {
				t.Errorf("%s: events %+v", c.name, ev)
			}
			continue
		}
		if len(ev) != 1 || ev[0].Kind != c.want || ev[0].MAC != serverMAC || ev[0].Remote != server4.As16() {
			t.Errorf("%s: events %+v, want %v", c.name, ev, c.want)
		} else if c.want == kindSparedPacket && (ev[0].OurPort != 80 || ev[0].RemotePort != 4001) {
			t.Errorf("%s: ports %d and %d", c.name, ev[0].OurPort, ev[0].RemotePort)
		}
	}
	l.wantState(host4(131), session.Unknown)
}

func TestConfiguredServerNeedsNoLearning(t *testing.T) {
	for _, learn := range []bool{true, false} {
		l := newLab(t, func(s *config.Snapshot) {
			s.DHCP = []netip.Addr{server4, far4}
			s.Settings.DHCPLearn = learn
		})
		l.trap(cold4)
		l.wantDrop(l.Turn(et.WhoHas(serverMAC, server4, cold4)), "tarpit_dhcp")
		l.wantDrop(l.Turn(et.Echo(otherMAC, et.VirtMAC, far4, cold4, 1, 1, nil)), "tarpit_dhcp")
		l.Turn(discover(1))
		if o := l.Turn(ask(cold4)); o.Sent != 1 {
			t.Errorf("learn %v: a pause although the server is known: %v", learn, o.Dropped)
		}
		if l.mod.ForgetServer(server4, l.Lane.Now) || !l.isServer(server4) {
			t.Errorf("learn %v: forgotten", learn)
		}
		l.Lane.Now += int64(48 * time.Hour)
		l.Turn()
		if !l.isServer(server4) || !l.isServer(far4) {
			t.Errorf("learn %v: not known any more", learn)
		}
	}
}

func TestNothingIsLearntWhenItIsOff(t *testing.T) {
	l := newLab(t)
	l.trap(cold4)
	l.believes(serverMAC, server4)
	l.Apply(watched(generation(2), func(s *config.Snapshot) { s.Settings.DHCPLearn = false }))
	l.Turn()
	l.shows(serverMAC, server4)
	l.Drain()
	for _, f := range [][]byte{offer(serverMAC, server4), choose(hostMAC, asker4), discover(1)} {
		l.Turn(f)
	}
	if o := l.Turn(et.WhoHas(serverMAC, server4, cold4)); o.Sent < 1 {
		t.Errorf("dropped %v", o.Dropped)
	}
	if o := l.Turn(ask(cold4)); o.Sent != 1 {
		t.Errorf("dropped %v", o.Dropped)
	}
	if q := questions(l.Pass(20 * time.Second)); len(q) != 0 {
		t.Errorf("%d questions", len(q))
	}
	l.Apply(watched(generation(3)))
	l.Turn()
	if d := l.mod.Domains(l.Lane.Now); len(d) != 1 || len(d[0].Servers)+len(d[0].Candidates) != 0 {
		t.Errorf("%+v: not forgotten", d)
	}
}

func TestServerIsForgottenByCommand(t *testing.T) {
	l := newLab(t)
	l.trap(cold4)
	l.believes(serverMAC, server4)
	l.Turn(choose(hostMAC, asker4))
	d := l.mod.Domains(l.Lane.Now)
	if len(d) != 1 || len(d[0].Servers) != 1 || d[0].Servers[0].Addr != server4 || d[0].Servers[0].MAC != serverMAC ||
		len(d[0].Candidates) != 1 || d[0].Candidates[0].Addr != asker4 || d[0].Candidates[0].MAC != hostMAC {
		t.Fatalf("%+v", d)
	}
	for _, a := range []netip.Addr{server4, asker4} {
		if !l.mod.ForgetServer(a, l.Lane.Now) || l.mod.ForgetServer(a, l.Lane.Now) {
			t.Errorf("%v: not there, or there twice", a)
		}
	}
	if o := l.Turn(et.WhoHas(serverMAC, server4, cold4)); o.Sent < 1 {
		t.Errorf("dropped %v", o.Dropped)
	}
}

func TestDeclineReleases(t *testing.T) {
	l := newLab(t)
	l.trap(cold4)
	l.Turn(dhcp(dhcpFrame{typ: layers.DHCPMsgTypeDecline, client: hostMAC, requested: cold4, server: server4}))
	l.wantState(cold4, session.Unknown)
	if ev := l.kinds(); ev[kindDHCPDecline] != 1 || ev[kindReleased] != 1 {
		t.Errorf("events %v, want DHCPDecline and Released", ev)
	}
}

func TestServersAreBounded(t *testing.T) {
	var v servers
	at := func(i uint32) uint32 { return 0x0a000000 + i }
	for i := range uint32(100) {
		want := learnt
		if i >= maxServers {
			want = noPlace
		}
		if got := v.believe(at(i), at(i), uint64(i+1), true, int64(i)); got != want {
			t.Fatalf("server %d: %d, want %d", i, got, want)
		}
	}
	for i := range uint32(maxServers) {
		if v.find(at(i), 100) == nil {
			t.Errorf("server %d was pushed out", i)
		}
	}
	if v.find(at(0), serverTime) != nil || v.find(at(1), serverTime) == nil {
		t.Error("remembered for more than a day, or less")
	}
	if got := v.believe(at(50), at(50), 7, true, serverTime); got != learnt {
		t.Errorf("%d: no place although one was forgotten", got)
	}
	var w servers
	for i := range uint32(serversPerMAC + 1) {
		if got := w.believe(at(i), at(99), 5, true, 1); (got == learnt) != (i < serversPerMAC) {
			t.Errorf("server %d of one MAC: %d", i, got)
		}
	}
}
