package forward

import (
	"bytes"
	"net/netip"
	"strings"
	"testing"

	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"

	"mire/dpdk/burst"
	"mire/engine/config"
	"mire/engine/enginetest"
)

var (
	alice, bob = config.MAC{2, 0, 0, 0, 0, 1}, config.MAC{2, 0, 0, 0, 0, 2}
	a4, b4     = netip.MustParseAddrPort("192.0.2.1:1000"), netip.MustParseAddrPort("192.0.2.2:80")
	a6, b6     = netip.MustParseAddrPort("[2001:db8::1]:1000"), netip.MustParseAddrPort("[2001:db8::2]:80")
	in, out    = &Port{0, [6]byte{4, 0, 0, 0, 0, 1}, [6]byte{2, 0, 0, 0, 0, 0}}, &Port{1, [6]byte{4, 0, 0, 0, 0, 2}, [6]byte{2, 0, 0, 0, 0, 1}}
)

// bench is a mode on a heap burst.
type bench struct {
	enginetest.Lane
	b burst.Burst
	Mode
}

func newBench(t testing.TB, mode string, o Options) *bench {
	t.Helper()
	m, err := New(mode, o)
	if err != nil {
		t.Fatal(err)
	}
	return &bench{Mode: m}
}

// turn receives frames and returns what leaves.
func (r *bench) turn(frames ...[]byte) []enginetest.Frame {
	for _, f := range frames {
		r.In = append(r.In, enginetest.Frame{Data: f})
	}
	r.Out = nil
	r.Exchange(&r.b)
	r.b.Begin()
	r.Turn(&r.b, in, out)
	r.Exchange(&r.b)
	return r.Out
}

func samples() map[string][]byte {
	syn4 := enginetest.TCP(alice, bob, a4, b4, 2, 1, 0, nil)
	return map[string][]byte{
		"syn4": syn4, "syn6": enginetest.TCP(alice, bob, a6, b6, 2, 1, 0, []byte("odd")),
		"udp4": enginetest.UDP(alice, bob, a4, b4, []byte("abc")), "udp6": enginetest.UDP(alice, bob, a6, b6, []byte("abcd")),
		"tagged": enginetest.Tag(7, syn4), "short": {1, 2, 3}, "cut": syn4[:30],
		"arp":  enginetest.WhoHas(alice, a4.Addr(), b4.Addr()),
		"echo": enginetest.Echo(alice, bob, a4.Addr(), b4.Addr(), 7, 9, []byte("payload")),
	}
}

func TestModesThatSendOn(t *testing.T) {
	swap := func(f []byte) []byte { return append(append(bytes.Clone(f[6:12]), f[:6]...), f[12:]...) }
	want := map[string]func(f []byte) []byte{
		"io":      func(f []byte) []byte { return f },
		"mac":     func(f []byte) []byte { return append(append(bytes.Clone(out.Peer[:]), out.MAC[:]...), f[12:]...) },
		"macswap": swap,
	}
	for mode, change := range want {
		for name, f := range samples() {
			expect := f
			if len(f) >= ethernetLen {
				expect = change(f)
			}
			got := newBench(t, mode, Options{}).turn(f)
			if len(got) != 1 || got[0].Port != out.ID || !bytes.Equal(got[0].Data, expect) {
				t.Errorf("%s of %s: %x, want %x", mode, name, got, expect)
			}
		}
	}
}

func TestFiveSwapTurnsEveryLayerAndKeepsChecksums(t *testing.T) {
	for _, name := range []string{"syn4", "syn6", "udp4", "udp6", "tagged"} {
		f := samples()[name]
		got := newBench(t, "5tswap", Options{}).turn(f)
		if len(got) != 1 || got[0].Port != out.ID {
			t.Fatalf("%s: %v", name, got)
		}
		was, is := enginetest.Decode(f), enginetest.Decode(got[0].Data)
		for k, flow := range map[string][2]gopacket.Flow{
			"MACs":      {was.LinkLayer().LinkFlow(), is.LinkLayer().LinkFlow()},
			"addresses": {was.NetworkLayer().NetworkFlow(), is.NetworkLayer().NetworkFlow()},
			"ports":     {was.TransportLayer().TransportFlow(), is.TransportLayer().TransportFlow()},
		} {
			if flow[1] != flow[0].Reverse() {
				t.Errorf("%s: %s %v became %v", name, k, flow[0], flow[1])
			}
		}
		if back := newBench(t, "csum", Options{}); len(back.turn(got[0].Data)) != 1 {
			t.Errorf("%s: csum did not forward", name)
		} else if ip, l4 := back.Mode.(Sums).BadSums(); ip != 0 || l4 != 0 {
			t.Errorf("%s: %d IP and %d transport checksums are wrong after the swap", name, ip, l4)
		}
	}
	for _, name := range []string{"short", "cut", "arp"} {
		if got := newBench(t, "5tswap", Options{}).turn(samples()[name]); len(got) != 1 {
			t.Errorf("%s: %v", name, got)
		}
	}
}

func TestCsumRepairsAndCounts(t *testing.T) {
	for name, at := range map[string][2]int{ // IP and transport checksum
		"syn4": {24, 50}, "udp4": {24, 40}, "syn6": {0, 70}, "udp6": {0, 60}, "tagged": {28, 54},
	} {
		good := samples()[name]
		broken := bytes.Clone(good)
		wantIP := uint64(0)
		if at[0] != 0 {
			broken[at[0]] ^= 0x55
			wantIP = 1
		}
		broken[at[1]] ^= 0x55
		r := newBench(t, "csum", Options{})
		got := r.turn(broken)
		if len(got) != 1 || !bytes.Equal(got[0].Data[12:], good[12:]) {
			t.Errorf("%s: %x, want %x", name, got, good)
		}
		if ip, l4 := r.Mode.(Sums).BadSums(); ip != wantIP || l4 != 1 {
			t.Errorf("%s: counted %d IP, %d transport", name, ip, l4)
		}
	}
	none := bytes.Clone(samples()["udp4"])
	none[40], none[41] = 0, 0
	if got := newBench(t, "csum", Options{}).turn(none); !bytes.Equal(got[0].Data[40:42], []byte{0, 0}) {
		t.Error("a datagram without a checksum got one")
	}
}

func TestEchoAnswersByThePortItCameFrom(t *testing.T) {
	s := samples()
	r := newBench(t, "icmpecho", Options{})
	got := r.turn(s["arp"], s["echo"], s["syn4"], s["short"], s["cut"])
	if len(got) != 2 || got[0].Port != in.ID || got[1].Port != in.ID || r.b.Verdicts.Consumed != 3 {
		t.Fatalf("%d answers, %d freed", len(got), r.b.Verdicts.Consumed)
	}
	arp := enginetest.Decode(got[0].Data).Layer(layers.LayerTypeARP).(*layers.ARP)
	if arp.Operation != layers.ARPReply || !bytes.Equal(arp.SourceHwAddress, in.MAC[:]) ||
		!bytes.Equal(arp.SourceProtAddress, b4.Addr().AsSlice()) || !bytes.Equal(arp.DstProtAddress, a4.Addr().AsSlice()) {
		t.Errorf("ARP answer %+v", arp)
	}
	want := enginetest.IPv4(bob, alice, b4.Addr(), a4.Addr(), 61, layers.IPProtocolICMPv4,
		&layers.ICMPv4{TypeCode: layers.CreateICMPv4TypeCode(layers.ICMPv4TypeEchoReply, 0), Id: 7, Seq: 9}, gopacket.Payload("payload"))
	if !bytes.Equal(got[1].Data, want) {
		t.Errorf("echo reply\n%x, want\n%x", got[1].Data, want)
	}
}

func TestMadeFramesAreValid(t *testing.T) {
	for _, mode := range []string{"txonly", "flowgen"} {
		for _, size := range []int{0, MinSize, 61, 1514} {
			r := newBench(t, mode, Options{Burst: 3, Size: size})
			got := r.turn(samples()["syn4"])
			if len(got) != 3 || r.b.Verdicts.Consumed != 1 {
				t.Fatalf("%s: %d frames, %d freed", mode, len(got), r.b.Verdicts.Consumed)
			}
			seen := map[string]bool{}
			for _, f := range got {
				if f.Port != out.ID || size != 0 && len(f.Data) != size || size == 0 && len(f.Data) != 64 {
					t.Errorf("%s: %d bytes by port %d", mode, len(f.Data), f.Port)
				}
				p := enginetest.Decode(f.Data)
				if p.ErrorLayer() != nil || p.Layer(layers.LayerTypeUDP) == nil {
					t.Errorf("%s: %v", mode, p)
				}
				c := newBench(t, "csum", Options{})
				c.turn(f.Data)
				if ip, _ := c.Mode.(Sums).BadSums(); ip != 0 {
					t.Errorf("%s of %d bytes: wrong IP checksum", mode, size)
				}
				seen[p.NetworkLayer().NetworkFlow().Dst().String()] = true
			}
			if (mode == "flowgen") != (len(seen) == 3) {
				t.Errorf("%s: destinations %v", mode, seen)
			}
		}
	}
	// More than there are spares: what fits, and nothing starves.
	r := newBench(t, "txonly", Options{Burst: 512})
	if got := r.turn(); len(got) != burst.SpareSize || r.b.Verdicts.Starved != 0 {
		t.Errorf("%d frames, %d starved", len(got), r.b.Verdicts.Starved)
	}
}

func TestUnknownModeNamesTheNearest(t *testing.T) {
	if _, err := New("macswpa", Options{}); err == nil || !strings.Contains(err.Error(), `"macswap"`) {
		t.Error(err)
	}
	if _, err := New("teleport", Options{}); err == nil || !strings.Contains(err.Error(), "5tswap") {
		t.Error(err)
	}
	for _, n := range Names() {
		if Help(n) == "" {
			t.Errorf("%s has no help", n)
		}
	}
}

func TestTurnsDoNotAllocate(t *testing.T) {
	var frames []enginetest.Frame
	for _, f := range samples() {
		frames = append(frames, enginetest.Frame{Data: f})
	}
	for _, name := range Names() {
		r := newBench(t, name, Options{Burst: 8})
		r.Discard = true
		if n := testing.AllocsPerRun(100, func() {
			r.In = frames
			r.Exchange(&r.b)
			r.b.Begin()
			r.Turn(&r.b, in, out)
		}); n != 0 {
			t.Errorf("%s: %v allocations in a turn", name, n)
		}
		r.Exchange(&r.b)
		if v := &r.b.Verdicts; v.Received != v.Sent+v.Consumed || r.b.Undecided != 0 {
			t.Errorf("%s: received %d, sent %d, consumed %d", name, v.Received, v.Sent, v.Consumed)
		}
	}
}
