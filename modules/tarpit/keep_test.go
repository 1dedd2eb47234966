package tarpit

import (
	"fmt"
	"net/netip"
	"slices"
	"testing"
	"time"

	"github.com/google/gopacket/layers"

	"mire/dpdk/burst"
	"mire/engine"
	"mire/engine/config"
	et "mire/engine/enginetest"
	"mire/engine/session"
)

// replies are the frames about an address that are no questions.
func replies(fs []et.Frame) int { return len(collect(fs, nil).out) }

// wantBalance demands that every kept packet ended in one counter.
func (l *lab) wantBalance() {
	l.tb.Helper()
	if l.count(Kept) != l.count(KeptTreated)+l.count(KeptLost) {
		l.tb.Errorf("kept %d, treated %d, lost %d", l.count(Kept), l.count(KeptTreated), l.count(KeptLost))
	}
}

// Two packets wait for a proof. A repetition takes no place of its own, and the
// latest of a flow is what counts.
func TestAProofKeepsTwoFlows(t *testing.T) {
	bothFamilies(t, func(t *testing.T, a netip.Addr) {
		l := newLab(t)
		l.Turn(synTo(a, 999), synTo(a, 999))
		l.Pass(100 * time.Millisecond)
		l.Turn(synTo(a, 999))
		l.Turn(echoTo(a, 7, 56))
		l.Turn(echoTo(a, 7, 32))
		o := l.Turn(udpTo(a, 5), echoTo(a, 8, 56), synTo(a, 1000), echoTo(a, 7, keptPayload+1))
		if o.Dropped["tarpit_probing"] != 4 {
			t.Errorf("dropped %v", o.Dropped)
		}
		if l.count(Kept) != 2 || l.count(KeptNot) != 4 {
			t.Errorf("kept %d, not kept %d, want 2 and 4", l.count(Kept), l.count(KeptNot))
		}
		l.Drain()
		got := collect(l.Pass(1200*time.Millisecond), l.Drain())
		if len(got.out) != 2 || len(got.out[1]) != 14+map[bool]int{false: 20, true: 40}[a.Is6()]+8+32 {
			t.Errorf("said %x, want a SYN-ACK and a reply to the second echo request", got.out)
		}
		if l.count(KeptTreated) != 2 {
			t.Errorf("treated %d", l.count(KeptTreated))
		}
		l.wantBalance()
	})
}

// One kept packet of another proof or of before is never in the way of the next.
func TestPlacesAreFreeAgainWithTheNextProof(t *testing.T) {
	l := newLab(t, func(s *config.Snapshot) { s.Settings.TrapTTL = 5 * time.Second })
	for round := range 3 {
		l.Turn(synTo(cold4, 999), udpTo(cold4, 5))
		if n := replies(l.Pass(1200 * time.Millisecond)); n != 1 {
			t.Fatalf("round %d: %d replies, want the SYN-ACK", round, n)
		}
		l.Pass(10 * time.Second)
		l.wantState(cold4, session.Unknown)
	}
	l.wantBalance()
}

// An echo reply is the whole of its request, or nothing: one of more than 64
// bytes does not wait. Nor does what has more headers than there is room for.
func TestWhatDoesNotFitIsNotKept(t *testing.T) {
	bothFamilies(t, func(t *testing.T, a netip.Addr) {
		frames := map[string][]byte{"echo of 65 bytes": echoTo(a, 7, keptPayload+1), "large echo": echoTo(a, 7, 1400)}
		if a.Is6() {
			frames["SYN behind 136 bytes"] = behindOptions(a, 136, &layers.TCP{SrcPort: 9, DstPort: 80, Seq: 1, SYN: true, Options: optionLists[3]})
		}
		for name, f := range frames {
			l := newLab(t)
			l.wantDrop(l.Turn(f), "tarpit_unknown")
			if n := replies(l.Pass(1200 * time.Millisecond)); n != 0 || l.count(KeptNot) != 1 || l.count(Kept) != 0 {
				t.Errorf("%s: %d replies, kept %d, not kept %d", name, n, l.count(Kept), l.count(KeptNot))
			}
			if o := l.Turn(f); o.Sent != 1 {
				t.Errorf("%s: dropped %v once the address is captured", name, o.Dropped)
			}
		}
	})
}

// Nobody gets an answer late who would not get it now.
func TestKeptPacketOfWhoIsRefusedMeanwhileIsDropped(t *testing.T) {
	peer := netip.MustParseAddr("172.17.2.60")
	fromPeer := et.Echo(hostMAC, et.VirtMAC, peer, cold4, 1, 1, nil)
	distrust := func(s *config.Snapshot) { s.Distrust = []config.MAC{hostMAC} }
	for name, c := range map[string]struct {
		frame []byte
		then  func(l *lab)
		edits []func(*config.Snapshot)
		end   session.State
	}{
		"a DHCP server, learnt meanwhile": {et.Echo(serverMAC, et.VirtMAC, server4, cold4, 1, 1, nil), func(l *lab) {
			l.believes(serverMAC, server4)
		}, nil, session.Trapped},
		"a source that a reload ignores": {echoTo(cold4, 7, 8), func(l *lab) {
			l.Apply(watched(func(s *config.Snapshot) { s.Ignore = []config.Ignore{{Prefix: netip.PrefixFrom(asker4, 32)}} }))
		}, nil, session.Trapped},
		"a port that a reload ignores": {synTo(cold4, 999), func(l *lab) {
			l.Apply(watched(func(s *config.Snapshot) {
				s.Ignore = []config.Ignore{{Prefix: netip.MustParsePrefix("172.17.2.0/24"), Port: 999}}
			}))
		}, nil, session.Trapped},
		"a source captured meanwhile": {fromPeer, func(l *lab) {
			r := session.Record{Key: keyOf(peer), State: session.Trapped, Expires: l.Lane.Now + 1e12, Proven: l.Lane.Now}
			l.Table.Put(&r, 1<<session.NumStates-1, l.Lane.Now)
		}, []func(*config.Snapshot){distrust}, session.Trapped},
		"the address itself": {et.TCP(hostMAC, et.VirtMAC, netip.AddrPortFrom(cold4, 9), netip.AddrPortFrom(cold4, 80), 2, 1, 0, nil),
			func(*lab) {}, []func(*config.Snapshot){distrust}, session.Trapped},
		"an address that came alive": {synTo(cold4, 999), func(l *lab) { l.Turn(et.WhoHas(hostMAC, cold4, cold4)) }, nil, session.Real},
		"a network that only observes now": {synTo(cold4, 999), func(l *lab) {
			l.Apply(watched(et.WithTarpit(config.TarpitObserve)))
		}, nil, session.Trapped},
		"a role that was lost": {synTo(cold4, 999), func(l *lab) { l.Role.Set(engine.Backup) }, nil, session.Unknown},
		"an address that is exempt now": {synTo(cold4, 999), func(l *lab) {
			l.Apply(watched(func(s *config.Snapshot) { s.ARP = []netip.Addr{cold4} }))
		}, nil, session.Unknown},
		"a network that is watched no more": {synTo(cold4, 999), func(l *lab) {
			l.Apply(watched(et.WithTarpit(config.TarpitDisable)))
		}, nil, session.Unknown},
	} {
		t.Run(name, func(t *testing.T) {
			l := newLab(t, c.edits...)
			l.Turn(c.frame)
			if l.count(Kept) != 1 {
				t.Fatalf("kept %d, want the packet", l.count(Kept))
			}
			l.Pass(500 * time.Millisecond)
			c.then(l)
			l.Drain()
			out := l.Pass(700 * time.Millisecond)
			ev := l.kinds()
			l.wantState(cold4, c.end)
			for _, f := range collect(out, nil).out {
				if p := et.Decode(f); p.Layer(layers.LayerTypeTCP) != nil || p.Layer(layers.LayerTypeICMPv4) != nil {
					t.Errorf("said %s", said(et.Frame{Data: f}))
				}
			}
			if isServer := name == "a DHCP server, learnt meanwhile"; isServer != (ev[kindSpared] == 1) {
				t.Errorf("events %v, want a server's packet reported as spared, and no other", ev)
			}
			if ev[synack]+ev[kindEchoReply] != 0 || l.count(KeptLost) != 1 || l.count(KeptTreated) != 0 {
				t.Errorf("events %v, lost %d, treated %d", ev, l.count(KeptLost), l.count(KeptTreated))
			}
		})
	}
}

func TestObservedNetworksKeepNothing(t *testing.T) {
	l := newLab(t, et.WithTarpit(config.TarpitObserve))
	l.Turn(synTo(cold4, 999))
	if n := replies(l.Pass(1200 * time.Millisecond)); n != 0 || l.count(Kept)+l.count(KeptNot) != 0 {
		t.Errorf("%d replies, kept %d, not kept %d", n, l.count(Kept), l.count(KeptNot))
	}
	l.wantState(cold4, session.Trapped)
}

// A scan of a whole network straight to our MAC, one packet an address, gets its
// replies on the first run, however few buffers a turn has: and all that was
// received, originated, sent and dropped adds up.
func TestColdSweepOfOnePacketEachIsAnsweredWhole(t *testing.T) {
	for name, c := range map[string]struct {
		addr  func(i int) netip.Addr
		frame func(a netip.Addr, port uint16) []byte
	}{
		"SYN, IPv4":  {host4, synTo},
		"echo, IPv4": {host4, func(a netip.Addr, id uint16) []byte { return echoTo(a, id, 0) }},
		"SYN, IPv6":  {host6, synTo},
		"echo, IPv6": {host6, func(a netip.Addr, id uint16) []byte { return echoTo(a, id, 56) }},
	} {
		t.Run(name, func(t *testing.T) {
			l := newLab(t, func(s *config.Snapshot) {
				s.Settings.Bounds6 = s.Settings.Bounds4 // the cold /24 of IPv6 is a matter of its bounds
			})
			n, want := 0, 0
			var out []et.Frame
			for first := 2; first < 255; first += 64 {
				var frames [][]byte
				for i := first; i < min(first+64, 255); i++ {
					a := c.addr(i)
					if i >= 100 && i <= 101 || a == sourceFor(a) {
						continue // ours, and the scanner
					}
					frames = append(frames, c.frame(a, uint16(1000+i)))
				}
				want += len(frames)
				out = append(out, l.Turn(frames...).Out...)
			}
			out = append(out, l.Pass(1500*time.Millisecond)...)
			targets := map[string]bool{}
			for _, f := range collect(out, nil).out {
				p := et.Decode(f)
				if l4 := p.TransportLayer(); l4 != nil || p.Layer(layers.LayerTypeICMPv4) != nil || p.Layer(layers.LayerTypeICMPv6) != nil {
					targets[fmt.Sprint(p.NetworkLayer().NetworkFlow().Src())] = true
					n++
				}
			}
			if n != want || len(targets) != want {
				t.Errorf("%d replies of %d addresses to %d packets", n, len(targets), want)
			}
			v := &l.Burst.Verdicts
			dropped := uint64(0)
			for _, d := range v.Dropped {
				dropped += d
			}
			if v.Received != v.Sent+v.Consumed+dropped {
				t.Errorf("received %d, sent %d, consumed %d, dropped %d", v.Received, v.Sent, v.Consumed, dropped)
			}
			if io := l.Burst.IO; io.Transmitted != v.Sent+v.Originated || v.Starved != 0 {
				t.Errorf("transmitted %d, sent %d, originated %d, starved %d", io.Transmitted, v.Sent, v.Originated, v.Starved)
			}
			l.wantBalance()
		})
	}
}

func host6(i int) netip.Addr {
	b := cold6.As16()
	b[14], b[15] = 1, byte(i)
	return netip.AddrFrom16(b)
}

// Without a buffer the reply waits; the address may come alive meanwhile.
func TestKeptPacketWaitsForASpareBuffer(t *testing.T) {
	for _, alive := range []bool{false, true} {
		l := newLab(t)
		l.Turn(synTo(cold4, 999))
		l.Pass(760 * time.Millisecond) // behind the last probe, before any decision
		l.Lane.Starve = true
		l.Turn() // maps the spares of the next turn
		l.Pass(290 * time.Millisecond)
		l.wantState(cold4, session.Trapped)
		if alive {
			l.Turn(et.WhoHas(hostMAC, cold4, cold4))
		}
		l.Lane.Starve = false
		if n := replies(l.Pass(5 * time.Millisecond)); n != map[bool]int{false: 1}[alive] {
			t.Errorf("came alive %v: %d replies", alive, n)
		}
		l.wantBalance()
	}
}

// What a source may have of replies counts for late ones too.
func TestBudgetHoldsForKeptPackets(t *testing.T) {
	l := newLab(t, func(s *config.Snapshot) { s.Settings.SynBudget = 5 })
	for i := range 30 {
		l.Turn(synTo(host4(120+i), 999))
	}
	out := l.Pass(1500 * time.Millisecond)
	if n := replies(out); n < 10 || n > 15 {
		t.Errorf("%d SYN-ACKs, want 10 at once and 5 a second", n)
	}
	l.wantBalance()
}

// A reload that moves the network to another place in the list moves what waits.
func TestKeptPacketsSurviveAReload(t *testing.T) {
	l := newLab(t)
	l.Turn(synTo(cold4, 999), udpTo(cold4, 5))
	l.Pass(500 * time.Millisecond)
	l.Apply(watched(func(s *config.Snapshot) {
		other := s.Networks[0]
		other.Number, other.Port = 2, 1
		other.Prefix4, other.Prefix6 = netip.MustParsePrefix("172.17.3.0/24"), netip.MustParsePrefix("2001:db8:0:3::/64")
		other.Real4, other.Virt4 = netip.MustParseAddr("172.17.3.101"), netip.MustParseAddr("172.17.3.100")
		other.Real6, other.Virt6 = netip.MustParseAddr("2001:db8:0:3::101"), netip.MustParseAddr("2001:db8:0:3::100")
		s.Networks = append([]config.Network{other}, s.Networks...)
		s.Generation = 2
	}))
	l.Drain()
	got := collect(l.Pass(700*time.Millisecond), nil)
	got.out = slices.DeleteFunc(got.out, func(f []byte) bool { return f[0]&1 != 0 }) // joins of the new network
	if ev := l.kinds(); len(got.out) != 1 || ev[synack] != 1 || ev[kindUDPPacket] != 1 {
		t.Errorf("said %x, events %v", got.out, ev)
	}
}

// A proof belongs to one worker, and so do its places.
func TestAnotherWorkersPacketIsNotKept(t *testing.T) {
	p := newPair(t, 2)
	p.step([][][]byte{{ask(cold4)}, nil})
	p.step([][][]byte{nil, {synTo(cold4, 999)}})
	p.step([][][]byte{{udpTo(cold4, 5)}, nil})
	for range 200 {
		p.step(nil)
	}
	if c := p.mod.Stats()[0].Counters; c[KeptNot] != 1 || c[Kept] != 1 {
		t.Errorf("kept %d, not kept %d, want one each", c[Kept], c[KeptNot])
	}
}

func TestReplayDoesNotAllocate(t *testing.T) {
	bothFamilies(t, func(t *testing.T, a netip.Addr) {
		l := newLab(t)
		l.trapQuietly(a)
		theirs := sequenceOf(t, l.Turn(synTo(a, 999)).Out[0])
		l = newLab(t)
		frames := [][]byte{synTo(a, 999), echoTo(a, 7, 64), udpTo(a, 5), segmentTo(a, 0x18, 0, theirs, "GET / HTTP/1.0")}
		st, k := l.stage(), keyOf(a)
		treated := 0
		for i, f := range frames {
			l = newLab(t)
			st = l.stage()
			l.Turn(f)
			q := &st.backlogs[st.proofs.find(&k)]
			r := session.Record{Key: k, State: session.Trapped, Expires: l.Lane.Now + 1e12, Proven: l.Lane.Now}
			l.Table.Put(&r, 1<<session.NumStates-1, l.Lane.Now)
			b := &l.Burst
			if n := testing.AllocsPerRun(100, func() {
				b.Originated, b.Spares, q.at = 0, burst.SpareSize, 0
				if st.treat(b, &st.nets[0], &k, q) && q.at == 1 {
					treated++
				}
			}); n != 0 {
				t.Errorf("frame %d: %v allocations", i, n)
			}
			b.Originated = 0
		}
		if treated != 101*len(frames) {
			t.Errorf("%d treated: the runs did nothing", treated)
		}
	})
}
