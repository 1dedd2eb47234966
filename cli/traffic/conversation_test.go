package traffic

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"mire/dpdk/burst"
	"mire/engine/config"
	"mire/engine/enginetest"
	"mire/engine/enginetest/rig"
	"mire/engine/packet"
	"mire/modules"
)

// pair is a generator back to back with a worker that runs the whole chain on
// the segment of enginetest, its tarpit enabled. It is the generator's lane:
// with each exchange time passes and the other side turns once.
type pair struct {
	*testBench
	rig  *rig.Rig
	step time.Duration
}

func (p *pair) Exchange(b *burst.Burst) int {
	p.testBench.lane.Now += int64(p.step)
	p.rig.Lane.Now = p.testBench.lane.Now
	n := p.testBench.lane.Exchange(b)
	p.rig.Lane.In = append(p.rig.Lane.In, p.testBench.lane.Out...)
	p.rig.Lane.Out, p.testBench.lane.Out = nil, nil
	p.rig.Worker.Turn()
	p.testBench.lane.In = append(p.testBench.lane.In, p.rig.Lane.Out...)
	return n
}

// newPair makes one that sends nothing yet, with the destination resolved.
func newPair(t testing.TB, words string, edit func(*Spec, *Config)) *pair {
	t.Helper()
	chain, err := modules.Chain([]string{"arp", "ping", "master", "tarpit"})
	if err != nil {
		t.Fatal(err)
	}
	p := &pair{rig: rig.New(t, enginetest.Snapshot(enginetest.WithTarpit(config.TarpitEnable)), chain...), step: time.Millisecond}
	old := testLink
	testLink.Dst4, testLink.Dst6 = [6]byte{}, [6]byte{}
	defer func() { testLink = old }()
	p.testBench = newBench(t, words, func(s *Spec, c *Config) {
		c.Lane, c.Out = p, 0
		if edit != nil {
			edit(s, c)
		}
	})
	p.Generator.lane = p
	p.testBench.lane.Now = p.rig.Lane.Now
	if err := p.Resolve(5 * time.Second); err != nil {
		t.Fatal(err)
	}
	return p
}

// run turns for so long in steps of 100 us.
func (p *pair) run(d time.Duration) Counters {
	p.step = 100 * time.Microsecond
	for end := p.testBench.lane.Now + int64(d); p.testBench.lane.Now < end; {
		p.Turn()
	}
	return p.Counters()
}

// dropped is how often the other side dropped for a reason.
func (p *pair) droppedAs(name string) uint64 {
	r, _ := p.rig.Worker.Chain().Reason(name)
	return p.dropped(r)
}

func (p *pair) dropped(r burst.Reason) uint64 { return p.rig.Burst.Verdicts.Dropped[r] }

// Mire takes a second to prove that nobody has the target; then it answers and
// every handshake completes, none of them remembered here or there.
func TestHandshakesComplete(t *testing.T) {
	for _, c := range []struct {
		words string
		mac   config.MAC
	}{
		{"handshake 172.17.2.32 from 172.17.2.128/26 ports 80,443", enginetest.VirtMAC},
		{"handshake 2001:db8:0:2::32 from 2001:db8:0:2::4000/114 ports 80,443", enginetest.Virt6MAC},
	} {
		p := newPair(t, c.words, func(s *Spec, c *Config) { c.Rate, s.Latency = 1000, true })
		if got := config.MAC(packet.Ethernet(p.shapes[0].data).Dst()); got != c.mac {
			t.Fatalf("resolved %s, want %s", got, c.mac)
		}
		p.run(time.Second)
		p.Pause()
		got := p.run(10 * time.Millisecond)
		if got.Made < 999 || got.SYNACK != got.Made || got.Handshakes != got.SYNACK || got.Unexpected+got.Invalid+got.RST != 0 {
			t.Errorf("%s: %+v", c.words, got)
		}
		if n := p.droppedAs("tarpit_handshake"); n != got.Made {
			t.Errorf("%s: the tarpit saw %d of %d handshakes", c.words, n, got.Made)
		}
		// Made in one turn, sent with the next, answered with the one behind that.
		if h := p.Latency(); h.TotalCount() != int64(got.SYNACK) || h.Min() < 299_000 || h.Max() > 301_000 {
			t.Errorf("%s: %d latencies of %d to %d ns, want %d of 300 us", c.words, h.TotalCount(), h.Min(), h.Max(), got.SYNACK)
		}
		p.wantIdentity(t)
	}
}

// Without times the check of an answer is exact, and the rest goes the same way.
func TestDataFollowsHandshakes(t *testing.T) {
	p := newPair(t, "data 172.17.2.32 from 172.17.2.128/26 bytes 200", func(_ *Spec, c *Config) { c.Rate = 500 })
	p.run(500 * time.Millisecond)
	p.Pause()
	got := p.run(10 * time.Millisecond)
	if got.Made < 249 || got.SYNACK != got.Made || got.DataSent != got.Made || got.Ack != got.DataSent || got.Unexpected != 0 {
		t.Errorf("%+v", got)
	}
	p.wantIdentity(t)
}

// A SYN flood leaves the handshakes open.
func TestFloodStaysSilent(t *testing.T) {
	p := newPair(t, "syn 172.17.2.32 from 172.17.2.128/26", func(_ *Spec, c *Config) { c.Rate = 1000 })
	before := p.Counters().Answers
	got := p.run(200 * time.Millisecond)
	if got.SYNACK < 190 || got.Answers != before || p.droppedAs("tarpit_handshake") != 0 {
		t.Errorf("%+v", got)
	}
}

// Held connections: opened once, each probe answered, one by one.
func TestHeldConnectionsAnswerProbes(t *testing.T) {
	for _, words := range []string{
		"hold 172.17.2.32 from 172.17.2.128/26 connections 100",
		"hold 2001:db8:0:2::32 from 2001:db8:8000::/48 connections 100 ports 80-89 sources 20 sports 5000",
	} {
		p := newPair(t, words, func(s *Spec, c *Config) { c.Rate, s.Latency = 200, true })
		p.run(5 * time.Second)
		p.Pause()
		got := p.run(10 * time.Millisecond)
		if got.Open != 100 || got.Handshakes != 100 || got.Lost != 0 {
			t.Errorf("%s: open %d of 100, %d handshakes, %d lost", words, got.Open, got.Handshakes, got.Lost)
		}
		if got.Probes < 899 || got.ProbeACKs != got.Probes || got.Unanswered != 0 || got.Unexpected != 0 {
			t.Errorf("%s: %d probes, %d answered, %d not, %d unexpected", words, got.Probes, got.ProbeACKs, got.Unanswered, got.Unexpected)
		}
		if n := p.Latency().TotalCount(); n != int64(got.ProbeACKs) {
			t.Errorf("%s: %d latencies", words, n)
		}
		p.wantIdentity(t)
	}
}

// A probe without an answer counts when the next one leaves, and a reset ends
// the connection.
func TestHeldConnectionsAreLost(t *testing.T) {
	p := newPair(t, "hold 172.17.2.32 from 172.17.2.128/26 connections 10", func(_ *Spec, c *Config) { c.Rate = 1000 })
	p.run(15 * time.Millisecond)
	p.Generator.lane = &p.testBench.lane // nobody answers any more
	for range 400 {
		p.testBench.lane.Now += 100_000
		p.Turn()
	}
	got := p.Counters()
	if got.Open != 10 || got.Unanswered < 20 {
		t.Fatalf("%+v", got)
	}
	f := p.prog.streams[0].flow(3)
	a := func(e end, at netip.Addr) netip.AddrPort { return netip.AddrPortFrom(at, e.port) }
	p.testBench.lane.In = []enginetest.Frame{{Data: enginetest.TCP(enginetest.VirtMAC, testLink.Src,
		a(f.dst, netip.MustParseAddr("172.17.2.32")), a(f.src, p.prog.streams[0].src.at(3)), packet.TCPRst, 1, 1, nil)}}
	p.Turn()
	if got = p.Counters(); got.Open != 9 || got.Lost != 1 || got.RST != 1 {
		t.Errorf("after a reset: %+v", got)
	}
	p.wantIdentity(t)
}

// An ARP and a neighbour sweep over a network that nobody lives in: Mire takes
// the addresses and answers for each.
func TestSweepsAreAnswered(t *testing.T) {
	for _, words := range []string{
		"arp 172.17.2.32/28 from 172.17.2.128/26 sources 1",
		"nd 2001:db8:0:2::20/124 from 2001:db8:0:2::4001 targets 8",
	} {
		p := newPair(t, words, func(_ *Spec, c *Config) { c.Rate = 200 })
		p.run(4 * time.Second)
		got := p.Counters()
		if n := got.ARPReply + got.Advert; n < 200 || n > got.Made {
			t.Errorf("%s: %d answers to %d questions", words, n, got.Made)
		}
		if p.Streams()[0].Answered != got.ARPReply+got.Advert {
			t.Errorf("%s: the stream has %+v", words, p.Streams()[0])
		}
		p.wantIdentity(t)
	}
}

// Echoes bring their payload back; what a broken share lacks, Mire's parser
// dropped for its reason.
func TestEchoesWithABrokenShare(t *testing.T) {
	p := newPair(t, "echo 172.17.2.32 from 172.17.2.128/26 malformed 20% size 512", func(s *Spec, c *Config) { c.Rate, s.Latency = 1000, true })
	before := p.rig.Burst.Verdicts.Dropped
	p.run(time.Second)
	p.Pause()
	got := p.run(10 * time.Millisecond)
	if got.EchoReply != got.Made-got.Malformed() || got.Unexpected != 0 {
		t.Errorf("%d replies to %d echoes, %d of them broken: %+v", got.EchoReply, got.Made, got.Malformed(), got)
	}
	if h := p.Latency(); h.TotalCount() != int64(got.EchoReply) || h.Min() < 299_000 || h.Max() > 301_000 {
		t.Errorf("%d latencies of %d to %d ns", h.TotalCount(), h.Min(), h.Max())
	}
	after := p.rig.Burst.Verdicts.Dropped
	for f, r := range map[Fault]burst.Reason{IPChecksum: burst.IPv4Checksum, L4Checksum: burst.ICMPChecksum, Fragment: burst.IPv4Fragment,
		ShortLength: burst.ICMPMalformed, EtherType: burst.EtherTypeUnknown, DoubleTag: burst.VLANNested, Runt: burst.FrameShort} {
		if n := after[r] - before[r]; n != got.Faults[f] || n == 0 {
			t.Errorf("%s: %d sent, %d dropped as %s", f, got.Faults[f], n, r)
		}
	}
	if n := after[burst.IPv4Malformed] - before[burst.IPv4Malformed]; n != got.Faults[Truncated]+got.Faults[TotalLength]+got.Faults[HeaderLength]+got.Faults[Version] {
		t.Errorf("%d dropped as malformed", n)
	}
	p.wantIdentity(t)
}

// The generator answers for its own addresses, or nobody could reach them.
func TestSourcesAreAnswered(t *testing.T) {
	tb := newBench(t, "syn 172.17.2.32 from 172.17.2.128/26 syn 2001:db8:0:2::1 from 2001:db8:0:2::4000/114", func(_ *Spec, c *Config) { c.Paused = true })
	src4, src6 := netip.MustParseAddr("172.17.2.140"), netip.MustParseAddr("2001:db8:0:2::4005")
	tb.lane.In = []enginetest.Frame{
		{Data: enginetest.WhoHas(enginetest.RealMAC, enginetest.Real4, src4)},
		{Data: enginetest.Solicit(enginetest.RealMAC, enginetest.Real6, src6, enginetest.RealMAC)},
		{Data: enginetest.WhoHas(enginetest.RealMAC, enginetest.Real4, enginetest.Peer4)},
		{Data: enginetest.Solicit(enginetest.RealMAC, netip.IPv6Unspecified(), src6, config.MAC{})},
	}
	tb.Turn()
	tb.Turn()
	c := tb.Counters()
	if len(tb.lane.Out) != 2 || c.Asked != 3 || c.Answers != 2 || c.Other != 1 {
		t.Fatalf("%d frames, %+v", len(tb.lane.Out), c)
	}
	var got []string
	for _, f := range tb.lane.Out {
		if wrong := verify(f.Data); wrong != "" {
			t.Errorf("%s: %x", wrong, f.Data)
		}
		got = append(got, fmt.Sprint(config.MAC(packet.Ethernet(f.Data).Dst()), " ", len(f.Data)))
	}
	if want := []string{enginetest.RealMAC.String() + " 60", enginetest.RealMAC.String() + " 86"}; !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
	tb.wantIdentity(t)
}

// Whatever comes back wrong is unexpected, not an answer.
func TestWrongAnswersAreUnexpected(t *testing.T) {
	tb := newBench(t, "handshake 172.17.2.32 from 172.17.2.64 sports 5000 udp 172.17.2.32 from 172.17.2.64 sports 6000 echo 172.17.2.32 from 172.17.2.64 sports 7",
		func(_ *Spec, c *Config) { c.Paused = true })
	there, here := netip.MustParseAddr("172.17.2.32"), netip.MustParseAddr("172.17.2.64")
	segment := func(sport, dport uint16, flags uint8) enginetest.Frame {
		return enginetest.Frame{Data: enginetest.TCP(enginetest.VirtMAC, testLink.Src, netip.AddrPortFrom(there, sport), netip.AddrPortFrom(here, dport), flags, 1, 2, nil)}
	}
	tb.lane.In = []enginetest.Frame{
		segment(80, 5000, packet.TCPSyn|packet.TCPAck), // acknowledges another number
		segment(81, 5000, packet.TCPSyn|packet.TCPAck), // another port
		segment(80, 5000, packet.TCPAck),
		{Data: enginetest.UDP(enginetest.VirtMAC, testLink.Src, netip.AddrPortFrom(there, 9), netip.AddrPortFrom(here, 6001), []byte("x"))},
		{Data: enginetest.Echo(enginetest.VirtMAC, testLink.Src, there, here, 7, 1, make([]byte, 32))},
	}
	tb.Turn()
	tb.Turn()
	if c := tb.Counters(); c.Unexpected != 5 || c.Answers != 0 || len(tb.lane.Out) != 0 {
		t.Errorf("%+v", c)
	}
	tb.wantIdentity(t)
}

// Frames that a forwarder sends back are known again, as they are or with
// addresses swapped, and bring their time.
func TestForwardedFramesReturn(t *testing.T) {
	for _, swap := range []bool{false, true} {
		tb := newBench(t, "syn weight 2 udp echo syn family 6 udp family 6 size 128", func(s *Spec, c *Config) { s.Latency, c.Rate = true, 1e6 })
		tb.Turn()
		for range 100 {
			tb.lane.Now += 5_000
			tb.Turn()
			for _, f := range tb.lane.Out {
				if swap {
					swapEnds(f.Data)
				}
				tb.lane.In = append(tb.lane.In, f)
			}
			tb.lane.Out = nil
		}
		tb.Pause()
		tb.Turn()
		c := tb.Counters()
		// A swapped datagram is an answer; a swapped echo request a request still.
		if got := c.Returned + c.UDP; got < 480 || c.Received != got || (c.UDP != 0) != swap {
			t.Errorf("swapped %v: %d of %d, %+v", swap, got, c.Received, c)
		}
		if h := tb.Latency(); h.TotalCount() != int64(c.Received) || h.Max() > 30_000 {
			t.Errorf("swapped %v: %d latencies up to %d ns", swap, h.TotalCount(), h.Max())
		}
		tb.wantIdentity(t)
	}
}

// swapEnds exchanges addresses and ports, as testpmd's 5tswap does: no checksum
// changes.
func swapEnds(f []byte) {
	b := parsed([][]byte{f})
	m := b.Meta[0]
	from, n := int(m.L3)+12, 4
	if b.V6 != 0 {
		from, n = int(m.L3)+8, 16
	}
	swap := func(at, n int) {
		for i := range n {
			f[at+i], f[at+n+i] = f[at+n+i], f[at+i]
		}
	}
	swap(from, n)
	if m.Class != burst.ClassEcho {
		swap(int(m.L4), 2)
	}
}

func TestResolveSaysWhatToDo(t *testing.T) {
	tb := newBench(t, "syn", nil)
	tb.prog.link.Dst4 = [6]byte{}
	tb.Generator.lane = exchange(func(b *burst.Burst) int { tb.lane.Now += 1e6; return tb.lane.Exchange(b) })
	err := tb.Resolve(time.Second)
	if err == nil || !strings.Contains(err.Error(), "no answer from 198.18.0.1") {
		t.Errorf("%v", err)
	}
	if n := len(tb.lane.Out); n != 4 {
		t.Errorf("%d questions in a second", n)
	}
	tb.Stop()
	if err := tb.Resolve(time.Hour); err == nil || !strings.Contains(err.Error(), "stopped") {
		t.Errorf("%v", err)
	}
}

type exchange func(*burst.Burst) int

func (f exchange) Exchange(b *burst.Burst) int { return f(b) }

// A SYN-ACK that comes again after a second is none of the latencies.
func TestRetransmissionsAreNoLatency(t *testing.T) {
	tb := newBench(t, "syn 172.17.2.32 from 172.17.2.140", func(s *Spec, c *Config) { s.Latency, c.Rate = true, 1000 })
	tb.Turn()
	tb.lane.Now += 1_000_000
	tb.Turn()
	tb.Pause()
	tb.Turn()
	syn := parsed([][]byte{tb.lane.Out[0].Data})
	h := packet.TCPAt(syn, 0)
	answer := enginetest.TCP(enginetest.VirtMAC, testLink.Src, netip.MustParseAddrPort("172.17.2.32:80"),
		netip.AddrPortFrom(netip.MustParseAddr("172.17.2.140"), h.SrcPort()), packet.TCPSyn|packet.TCPAck, 7, h.Seq()+1, nil)
	for _, after := range []time.Duration{50 * time.Millisecond, time.Second, 29 * time.Second, 9 * time.Second} {
		tb.lane.Now += int64(after)
		tb.lane.In = []enginetest.Frame{{Data: answer}}
		tb.Turn()
	}
	c := tb.Counters()
	if l := tb.Latency(); c.SYNACK != 1 || c.Repeated != 2 || c.Unexpected != 1 || l.TotalCount() != 1 || l.Max() < 49_900_000 || l.Max() > 50_100_000 {
		t.Errorf("%+v, %d latencies up to %d ns", c, l.TotalCount(), l.Max())
	}
	tb.wantIdentity(t)
}
