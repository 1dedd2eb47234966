package tarpit

import (
	"net/netip"
	"testing"
	"time"

	"github.com/google/gopacket/layers"

	"mire/engine/config"
	et "mire/engine/enginetest"
	"mire/engine/session"
)

var (
	gateway4 = netip.MustParseAddr("172.17.2.1")
	gateway6 = netip.MustParseAddr("2001:db8:0:2::1")
	gateMAC  = config.MAC{2, 0, 0, 0, 0, 1}
	proven   = et.WithHearing(config.HearingProven)
)

// living answer the questions that are asked of them.
type living map[netip.Addr]config.MAC

// reply is the answer to a question of ours, or nil.
func (w living) reply(f et.Frame) []byte {
	p := et.Decode(f.Data)
	if a, ok := p.Layer(layers.LayerTypeARP).(*layers.ARP); ok && a.Operation == 1 {
		addr := netip.AddrFrom4([4]byte(a.DstProtAddress))
		if m, ok := w[addr]; ok {
			return et.ARP(2, m, addr, et.RealMAC, et.Real4)
		}
	}
	if n, ok := p.Layer(layers.LayerTypeICMPv6NeighborSolicitation).(*layers.ICMPv6NeighborSolicitation); ok {
		addr := netip.AddrFrom16([16]byte(n.TargetAddress))
		if m, ok := w[addr]; ok {
			return et.Advertise(m, et.RealMAC, addr, et.Real6, addr, 0x60, m)
		}
	}
	return nil
}

// live lets time go by in turns of 5 ms, in which the living answer, and each is
// called if it is not nil.
func (l *lab) live(d time.Duration, w living, each func() []byte) (out []et.Frame) {
	var next [][]byte
	for end := l.Lane.Now + int64(d); l.Lane.Now < end; {
		l.Lane.Now += int64(5 * time.Millisecond)
		if each != nil {
			if f := each(); f != nil {
				next = append(next, f)
			}
		}
		o := l.Turn(next...)
		next = nil
		for _, f := range o.Out {
			out = append(out, f)
			if r := w.reply(f); r != nil {
				next = append(next, r)
			}
		}
	}
	return out
}

// asking returns what asks for an address every now and then.
func (l *lab) asking(every time.Duration, f func() []byte) func() []byte {
	at := int64(0)
	return func() []byte {
		if l.Lane.Now < at {
			return nil
		}
		at = l.Lane.Now + int64(every)
		return f()
	}
}

func askerOf(a netip.Addr) netip.Addr {
	if a.Is6() {
		return asker6
	}
	return asker4
}

func (l *lab) hearing(a netip.Addr) Hearing {
	k := keyOf(a)
	return l.stage().hearing(&l.stage().nets[0], familyOf(&k))
}

// Answers that do not arrive leave nothing but silence: nobody may be captured by
// it, a host that we can not hear least of all.
func TestNothingIsCapturedUnlessAnAnswerArrives(t *testing.T) {
	bothFamilies(t, func(t *testing.T, cold netip.Addr) {
		l := newLab(t, proven)
		told := 0
		for range 20 {
			l.live(time.Second, nil, l.asking(time.Second, func() []byte { return ask(cold) }))
			if st := l.state(cold); st == session.Trapped {
				t.Fatal("captured by silence that nobody could have broken")
			}
			told += l.kinds()[kindHearingLost]
		}
		if got := l.hearing(cold); got != Deaf || told != 1 {
			t.Fatalf("%v, told %d times, want deaf, told once: the asker is heard and answers nothing", got, told)
		}
		// One answer ends it.
		l.live(3*time.Second, living{askerOf(cold): askerMac}, l.asking(time.Second, func() []byte { return ask(cold) }))
		l.wantState(cold, session.Trapped)
		if got := l.kinds()[kindHearingBack]; got != 1 || l.hearing(cold) != Hears {
			t.Errorf("%v, told %d times that it hears again", l.hearing(cold), got)
		}
	})
}

// The answer of the asker is there before the proof is over, so that nothing
// waits: not even right after the start.
func TestFirstProofIsNotDelayed(t *testing.T) {
	bothFamilies(t, func(t *testing.T, cold netip.Addr) {
		l := newLab(t, proven)
		l.Turn(ask(cold))
		if got := l.count(Questions); got != 1 {
			t.Fatalf("%d questions with the proof", got)
		}
		l.Turn(living{askerOf(cold): askerMac}.reply(et.Frame{Data: askOf(askerOf(cold))}))
		if got := sayings(l.Pass(1000 * time.Millisecond)); countOf(got, answerTo(cold)) != 1 {
			t.Fatalf("said %q, want the answer within a second", got)
		}
	})
}

// askOf is our question for a station.
func askOf(a netip.Addr) []byte {
	if a.Is6() {
		return et.Solicit(et.RealMAC, et.Real6, a, et.RealMAC)
	}
	return et.WhoHas(et.RealMAC, et.Real4, a)
}

// A packet without an ARP request before it names an asker too.
func TestSenderOfAPacketIsAsked(t *testing.T) {
	bothFamilies(t, func(t *testing.T, cold netip.Addr) {
		l := newLab(t, proven)
		l.live(1500*time.Millisecond, living{askerOf(cold): askerMac},
			l.asking(time.Minute, func() []byte { return et.Echo(askerMac, et.RealMAC, askerOf(cold), cold, 1, 1, nil) }))
		l.wantState(cold, session.Trapped)
	})
}

// A scanner need not answer: one other station is enough.
func TestSilentScannerBesideAGatewayIsCaptured(t *testing.T) {
	for _, cold := range []netip.Addr{cold4, cold6} {
		gate := map[bool]netip.Addr{false: gateway4, true: gateway6}[cold.Is6()]
		l := newLab(t, proven, et.WithGateway(gate))
		w := living{gate: gateMAC}
		l.live(1500*time.Millisecond, w, l.asking(time.Minute, func() []byte { return ask(cold) }))
		l.wantState(cold, session.Trapped)
		l.live(10*time.Minute, w, l.asking(10*time.Second, func() []byte { return ask(cold) }))
		l.wantState(cold, session.Trapped)
		if got := l.hearing(cold); got != Hears {
			t.Errorf("%v: %v", cold, got)
		}
	}
}

// What nobody asked for, or everybody gets, shows nothing.
func TestForgedAnswersShowNothing(t *testing.T) {
	l := newLab(t, proven)
	unasked := [][]byte{
		et.ARP(2, gateMAC, gateway4, et.RealMAC, et.Real4),
		et.Ethernet(gateMAC, et.BroadcastMAC, arpOf(2, gateMAC, gateway4, et.RealMAC, et.Real4)),
		et.Advertise(gateMAC, et.RealMAC, gateway6, et.Real6, gateway6, 0x60, gateMAC),
	}
	l.Turn(unasked...)
	if l.hearing(cold4) != Untested || l.hearing(cold6) != Untested {
		t.Fatalf("%v, %v after answers to nothing", l.hearing(cold4), l.hearing(cold6))
	}
	// To the asker that was asked: but to all, or without the solicited flag.
	l.Turn(ask(cold4), ask(cold6))
	l.Turn(et.Ethernet(askerMac, et.BroadcastMAC, arpOf(2, askerMac, asker4, et.RealMAC, et.Real4)),
		et.Advertise(askerMac, et.RealMAC, asker6, et.Real6, asker6, 0x20, askerMac))
	if l.hearing(cold4) != Untested || l.hearing(cold6) != Untested {
		t.Fatalf("%v, %v after an answer to all", l.hearing(cold4), l.hearing(cold6))
	}
}

func arpOf(op uint16, mac config.MAC, from netip.Addr, to config.MAC, toIP netip.Addr) *layers.ARP {
	a, b := from.As4(), toIP.As4()
	return &layers.ARP{AddrType: layers.LinkTypeEthernet, Protocol: layers.EthernetTypeIPv4, HwAddressSize: 6, ProtAddressSize: 4,
		Operation: op, SourceHwAddress: mac[:], SourceProtAddress: a[:], DstHwAddress: to[:], DstProtAddress: b[:]}
}

// stranger is the i-th of invented stations that ask.
func stranger(i int, cold netip.Addr) []byte {
	m := config.MAC{2, 9, 0, 0, byte(i >> 8), byte(i)}
	if cold.Is6() {
		a := cold6.As16()
		a[14], a[13] = byte(i), byte(i>>8)+1
		return et.Solicit(m, netip.AddrFrom16(a), cold, m)
	}
	return et.WhoHas(m, netip.AddrFrom4([4]byte{172, 17, 2, byte(110 + i%130)}), cold)
}

// Whoever sends from invented addresses makes no network deaf, as long as one
// station answers, however long.
func TestInventedStationsMakeNobodyDeaf(t *testing.T) {
	bothFamilies(t, func(t *testing.T, cold netip.Addr) {
		l := newLab(t, proven)
		w := living{askerOf(cold): askerMac}
		l.live(1500*time.Millisecond, w, l.asking(time.Minute, func() []byte { return ask(cold) }))
		l.wantState(cold, session.Trapped)
		i := 0
		for range 25 {
			l.live(time.Minute, w, l.asking(200*time.Millisecond, func() []byte { i++; return stranger(i, cold) }))
			if got := l.hearing(cold); got != Hears {
				t.Fatalf("%v after %d frames from invented stations", got, i)
			}
		}
		if l.kinds()[kindHearingLost] != 0 {
			t.Error("told that it was deaf")
		}
	})
}

// Nor can they put off what is so: a network that hears nobody is found deaf
// beside ever new ones.
func TestInventedStationsDoNotPutOffTheVerdict(t *testing.T) {
	bothFamilies(t, func(t *testing.T, cold netip.Addr) {
		l := newLab(t, proven)
		i := 0
		l.live(20*time.Second, nil, l.asking(200*time.Millisecond, func() []byte { i++; return stranger(i, cold) }))
		if got := l.hearing(cold); got != Deaf {
			t.Fatalf("%v, want deaf", got)
		}
	})
}

// One that is switched off is not one that we do not hear.
func TestStationThatGoesAwayIsNotDeafness(t *testing.T) {
	bothFamilies(t, func(t *testing.T, cold netip.Addr) {
		gate := map[bool]netip.Addr{false: gateway4, true: gateway6}[cold.Is6()]
		l := newLab(t, proven, et.WithGateway(gate))
		l.live(1500*time.Millisecond, living{gate: gateMAC, askerOf(cold): askerMac}, l.asking(time.Minute, func() []byte { return ask(cold) }))
		l.live(15*time.Minute, living{gate: gateMAC}, l.asking(time.Minute, func() []byte { return ask(cold) }))
		if got := l.hearing(cold); got != Hears || l.kinds()[kindHearingLost] != 0 {
			t.Fatalf("%v, want it to hear", got)
		}
	})
}

// A port that loses its promiscuous mode: the next proofs decide nothing, and what
// is captured is not answered for any more.
func TestHearingThatEnds(t *testing.T) {
	bothFamilies(t, func(t *testing.T, cold netip.Addr) {
		l := newLab(t, proven)
		w := living{askerOf(cold): askerMac}
		l.live(2*time.Second, w, l.asking(time.Minute, func() []byte { return ask(cold) }))
		l.wantState(cold, session.Trapped)
		other := cold.Next()
		l.live(4500*time.Millisecond, nil, l.asking(time.Second, func() []byte { return ask(other) }))
		if st := l.state(other); st == session.Trapped {
			t.Error("captured while the asker, who answered before, does not")
		}
		if got := l.hearing(cold); got != Deaf {
			t.Fatalf("%v, want deaf", got)
		}
		l.wantDrop(l.Turn(ask(cold)), "tarpit_deaf")
		l.live(2500*time.Millisecond, w, l.asking(time.Second, func() []byte { return ask(cold) }))
		if o := l.Turn(ask(cold)); o.Sent != 1 {
			t.Errorf("dropped %v: it hears again", o.Dropped)
		}
	})
}

// A backup hears by its own MAC, and knows it when it takes over.
func TestBackupListensToo(t *testing.T) {
	l := newLab(t, proven, et.WithGateway(gateway4))
	l.Role.Set(1)
	l.live(2*time.Second, living{gateway4: gateMAC}, nil)
	if got := l.hearing(cold4); got != Hears {
		t.Errorf("%v", got)
	}
}
