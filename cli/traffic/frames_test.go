package traffic

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"strings"
	"testing"

	"github.com/google/gopacket/layers"

	"mire/dpdk/burst"
	"mire/engine/enginetest"
	"mire/engine/packet"
)

// Every kind in every size and either family is what an independent decoder
// and encoder makes of it, checksums included.
func TestFramesAreRight(t *testing.T) {
	for _, kind := range []string{"syn", "syn options linux", "syn options none", "handshake", "ack", "udp", "echo", "arp", "nd"} {
		for _, size := range []string{"", "size 64", "size 65", "size 127", "size 1518", "size imix"} {
			for _, family := range []string{"4", "6"} {
				for _, vlan := range []string{"", "vlan 42"} {
					if kind == "arp" && family == "6" || kind == "nd" && family == "4" {
						continue
					}
					words := fmt.Sprintf("%s %s %s family %s", kind, size, vlan, family)
					t.Run(words, func(t *testing.T) {
						tb := newBench(t, words, func(s *Spec, _ *Config) { s.Latency = true })
						for i, f := range tb.frames(t, 40) {
							if wrong := verify(f); wrong != "" {
								t.Fatalf("frame %d: %s\n%x", i, wrong, f[:min(len(f), 128)])
							}
						}
						tb.wantIdentity(t)
					})
				}
			}
		}
	}
}

// Mire's own parser puts the frames of each kind into its class.
func TestFramesHaveTheirClass(t *testing.T) {
	want := map[string]burst.Class{
		"syn": burst.ClassTCPSyn, "ack": burst.ClassTCP, "udp": burst.ClassUDP, "echo": burst.ClassEcho,
		"arp": burst.ClassARP, "nd": burst.ClassND,
	}
	for words, class := range want {
		for _, family := range []string{" family 4", " family 6"} {
			if words == "arp" || words == "nd" {
				family = ""
			}
			if b := parsed(newBench(t, words+family, nil).frames(t, 20)); b.Class[class].Count() != 20 {
				t.Errorf("%s%s: %d of 20 are %s, dropped %v", words, family, b.Class[class].Count(), class, b.Verdicts.Dropped)
			}
		}
	}
}

// parsed is at most burst.Size frames, parsed.
func parsed(frames [][]byte) *burst.Burst {
	lane, b := new(enginetest.Lane), new(burst.Burst)
	for _, f := range frames {
		lane.In = append(lane.In, enginetest.Frame{Data: f})
	}
	lane.Exchange(b)
	b.Begin()
	packet.Parse(b, &packet.Options{})
	return b
}

func TestSizes(t *testing.T) {
	for words, want := range map[string][]int{
		"syn":              {60},
		"syn family 6":     {78},
		"syn vlan 9":       {62},
		"udp size 512":     {508},
		"arp":              {60},
		"arp size 128":     {124},
		"nd":               {86},
		"echo family 6":    {80},
		"udp size imix":    {60, 566, 1514},
		"syn options none": {60},
	} {
		seen := map[int]int{}
		for _, f := range newBench(t, words, nil).frames(t, 24) {
			seen[len(f)]++
		}
		if len(seen) != len(want) {
			t.Errorf("%s: lengths %v, want %v", words, seen, want)
		}
		for _, n := range want {
			if seen[n] == 0 {
				t.Errorf("%s: lengths %v, want %v", words, seen, want)
			}
		}
		if len(want) == 3 && (seen[60] != 14 || seen[566] != 8 || seen[1514] != 2) {
			t.Errorf("IMIX is not 7:4:1: %v", seen)
		}
	}
}

func TestSeedsReproduce(t *testing.T) {
	const words = "syn 198.18.0.0/28 weight 3 malformed 30% udp 2001:db8::/120 size imix echo 198.18.0.1 arp 198.18.0.0/24 nd"
	run := func(seed uint64) []byte {
		tb := newBench(t, words, func(s *Spec, _ *Config) { s.Seed = seed })
		return bytes.Join(tb.frames(t, 500), nil)
	}
	if !bytes.Equal(run(7), run(7)) {
		t.Error("the same seed made other frames")
	}
	if bytes.Equal(run(7), run(8)) {
		t.Error("another seed made the same frames")
	}
}

// All combinations of targets, sources and ports come before one comes twice.
func TestFieldsCoverAllCombinations(t *testing.T) {
	for _, words := range []string{
		"syn 198.18.0.0/28 targets 6 sources 4 ports 80,443,22 sports 1000-1009",
		"syn 198.18.0.1 sources 7 ports 80 sports 1000-1006",
		"syn 2001:db8::/64 targets 12 sources 18 ports 1-8 sports 5000",
	} {
		tb := newBench(t, words, nil)
		st := &tb.prog.streams[0]
		n := int(st.dst.n * st.src.n * st.dports.n * st.sports.n)
		seen := map[string]int{}
		for _, f := range tb.frames(t, 2*n) {
			p := enginetest.Decode(f)
			seen[fmt.Sprint(p.NetworkLayer().NetworkFlow(), p.TransportLayer().TransportFlow())]++
		}
		if len(seen) != n {
			t.Errorf("%s: %d combinations in %d frames, want %d", words, len(seen), 2*n, n)
		}
		for flow, times := range seen {
			if times != 2 {
				t.Fatalf("%s: %s came %d times", words, flow, times)
			}
		}
	}
}

func TestWeightsHoldExactly(t *testing.T) {
	tb := newBench(t, "syn weight 5 udp weight 3 echo weight 2 arp weight 1", nil)
	tb.frames(t, 11*40)
	tb.Pause()
	tb.Turn()
	total := tb.Counters().Made
	for i, w := range []uint64{5, 3, 2, 1} {
		got := tb.Streams()[i].Made
		if lo, hi := total/11*w, (total+10)/11*w; got < lo || got > hi {
			t.Errorf("%s: %d of %d frames, want %d/11", tb.Streams()[i].Name, got, total, w)
		}
	}
	order := tb.prog.order
	count := map[uint16]int{}
	for _, o := range order {
		count[o]++
	}
	if len(order) != 11 || count[0] != 5 || count[1] != 3 || count[2] != 2 || count[3] != 1 {
		t.Errorf("round %v", order)
	}
	if len(cycle([]int{200, 400})) != 3 {
		t.Error("weights 200 and 400 are a round of three")
	}
}

func TestRanges(t *testing.T) {
	for text, want := range map[string]struct {
		n     uint64
		first string
	}{
		"198.18.0.0/24":      {254, "198.18.0.1"},
		"198.18.0.80/24":     {175, "198.18.0.80"},
		"198.18.0.255/24":    {1, "198.18.0.255"},
		"198.18.0.7/32":      {1, "198.18.0.7"},
		"198.18.0.6/31":      {2, "198.18.0.6"},
		"198.18.0.0/15":      {1<<17 - 2, "198.18.0.1"},
		"0.0.0.0/0":          {1<<32 - 2, "0.0.0.1"},
		"2001:db8::/120":     {255, "2001:db8::1"},
		"2001:db8::/64":      {1 << 32, "2001:db8::1"},
		"2001:db8::5/128":    {1, "2001:db8::5"},
		"2001:db8::/32":      {1 << 32, "2001:db8::1"},
		"2001:db8::ff00/120": {255, "2001:db8::ff01"},
	} {
		var r Range
		p := wordParser{words: []string{text}, at: 1}
		if err := p.prefix(&r, text); err != nil {
			t.Fatal(err)
		}
		u, err := r.run()
		if err != nil || u.n != want.n || u.at(0).String() != want.first {
			t.Errorf("%s: %d from %s, %v; want %d from %s", text, u.n, u.at(0), err, want.n, want.first)
		}
		if r.Count = u.n + 1; u.n < 1<<32 {
			if _, err := r.run(); err == nil || !strings.Contains(err.Error(), "there are") {
				t.Errorf("%s: %d addresses: %v", text, r.Count, err)
			}
		}
	}
}

// A broken frame is dropped by Mire's parser for the reason of its fault; each
// fault of each kind is seen, and counted.
func TestFaults(t *testing.T) {
	reasons := map[Fault][2]burst.Reason{ // over IPv4, over IPv6
		IPChecksum:   {burst.IPv4Checksum},
		Truncated:    {burst.IPv4Malformed, burst.IPv6Malformed},
		Runt:         {burst.FrameShort, burst.FrameShort},
		TotalLength:  {burst.IPv4Malformed, burst.IPv6Malformed},
		HeaderLength: {burst.IPv4Malformed},
		Version:      {burst.IPv4Malformed, burst.IPv6Malformed},
		Fragment:     {burst.IPv4Fragment, burst.IPv6Fragment},
		Extensions:   {0, burst.IPv6Extension},
		EtherType:    {burst.EtherTypeUnknown, burst.EtherTypeUnknown},
		DoubleTag:    {burst.VLANNested, burst.VLANNested},
		ARPHeader:    {burst.ARPMalformed},
		ARPOperation: {burst.ARPMalformed},
		NDHopLimit:   {0, burst.NDMalformed},
		NDOption:     {0, burst.NDMalformed},
	}
	perKind := map[string]map[Fault]burst.Reason{
		"syn":  {L4Checksum: burst.TCPChecksum, ShortLength: burst.TCPMalformed, L4Length: burst.TCPMalformed},
		"ack":  {L4Checksum: burst.TCPChecksum, ShortLength: burst.TCPMalformed, L4Length: burst.TCPMalformed},
		"udp":  {L4Checksum: burst.UDPChecksum, ShortLength: burst.UDPMalformed, L4Length: burst.UDPMalformed},
		"echo": {L4Checksum: burst.ICMPChecksum, ShortLength: burst.ICMPMalformed},
		"nd":   {L4Checksum: burst.ICMPChecksum, ShortLength: burst.ICMPMalformed},
		"arp":  {Truncated: burst.ARPMalformed},
	}
	seen := map[Fault]bool{}
	for kind, own := range perKind {
		for family := range 2 {
			if kind == "arp" && family == 1 || kind == "nd" && family == 0 {
				continue
			}
			words := fmt.Sprintf("%s family %d", kind, 4+2*family)
			tb := newBench(t, words+" malformed 100%", nil)
			faults := tb.prog.streams[0].variants[0].faults
			b := parsed(tb.frames(t, len(faults)))
			for i, f := range faults {
				seen[f] = true
				one := parsed([][]byte{tb.lane.Out[i].Data})
				want, ok := own[f]
				if !ok {
					want = reasons[f][family]
				}
				if f == BadOptions {
					if one.Undecided != 1 {
						t.Errorf("%s, %s: the frame itself is broken: %v", words, f, dropped(one))
					}
					continue
				}
				if got := dropped(one); len(got) != 1 || got[0] != want {
					t.Errorf("%s, %s: dropped for %v, want %v", words, f, got, want)
				}
				if tb.Counters().Faults[f] == 0 {
					t.Errorf("%s, %s: not counted", words, f)
				}
			}
			if b.Verdicts.Received != uint64(len(faults)) {
				t.Errorf("%d frames", b.Verdicts.Received)
			}
		}
	}
	for f := range NumFaults {
		if !seen[f] {
			t.Errorf("no kind has the fault %s", f)
		}
	}
}

func dropped(b *burst.Burst) (all []burst.Reason) {
	for r, n := range b.Verdicts.Dropped {
		for range n {
			all = append(all, burst.Reason(r))
		}
	}
	return all
}

// The malformed share holds exactly, whatever it is.
func TestMalformedShare(t *testing.T) {
	for share, want := range map[string]uint64{"0%": 0, "1%": 10, "33.3%": 333, "50%": 500, "100%": 1000} {
		tb := newBench(t, "syn malformed "+share, func(_ *Spec, c *Config) { c.Rate = 1e6 })
		tb.Turn()
		for tb.Counters().Made < 1000 {
			tb.lane.Now += 10_000
			tb.Turn()
		}
		c := tb.Counters()
		if c.Made != 1000 || c.Malformed() < want || c.Malformed() > want+1 || tb.Streams()[0].Malformed != c.Malformed() {
			t.Errorf("%s: %d of %d, want %d", share, c.Malformed(), c.Made, want)
		}
	}
}

func TestRaw(t *testing.T) {
	tb := newBench(t, "raw 02000000000402000000009988b5feedbeef", nil)
	f := tb.frames(t, 3)
	if len(f[2]) != 18 || binary.BigEndian.Uint32(f[2][14:]) != 0xfeedbeef {
		t.Errorf("%x", f[2])
	}
}

// An ARP sweep asks for each address of the network once in a round.
func TestSweep(t *testing.T) {
	asked := map[string]bool{}
	for _, f := range newBench(t, "arp 198.18.0.0/24", nil).frames(t, 254) {
		a := enginetest.Decode(f).Layer(layers.LayerTypeARP).(*layers.ARP)
		asked[fmt.Sprint(a.DstProtAddress)] = true
	}
	if len(asked) != 254 {
		t.Errorf("%d different targets", len(asked))
	}
}
