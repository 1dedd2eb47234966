package stateless

import (
	"math/rand/v2"
	"net/netip"
	"reflect"
	"testing"

	"github.com/google/gopacket/layers"

	"mire/dpdk/burst"
	"mire/engine/config"
	"mire/engine/enginetest"
	"mire/engine/event"
	"mire/engine/packet"
)

// needVector skips a test of code that this CPU cannot run, or that the race
// detector cannot see.
func needVector(t *testing.T) {
	if !vector {
		t.Skip("this CPU has no AVX-512 VBMI, or the race detector is on: there is only the scalar way")
	}
}

// someSYNs draws a burst of SYNs of both families with all kinds of options, and
// some segments that are none.
func someSYNs(r *rand.Rand, n int) (frames [][]byte) {
	lists := [][]layers.TCPOption{mssOnly, mssOnly, mssOnly, nil,
		{mssOnly[0], {OptionType: 4, OptionLength: 2}},
		{mssOnly[0], {OptionType: 1}, {OptionType: 3, OptionLength: 3, OptionData: []byte{7}}},
		{{OptionType: 1}, {OptionType: 1}, {OptionType: 4, OptionLength: 2}},
		{mssOnly[0], {OptionType: 4, OptionLength: 2}, {OptionType: 8, OptionLength: 10, OptionData: make([]byte, 8)}}}
	kind := r.IntN(4)
	for range n {
		t := &layers.TCP{SrcPort: layers.TCPPort(r.Uint32()), DstPort: layers.TCPPort(r.Uint32()), Seq: r.Uint32(), SYN: true, Options: mssOnly}
		if r.IntN(8) == 0 {
			t.Seq = []uint32{0, 0xffffffff, 0xfffffffe, 0x80000000}[r.IntN(4)]
		}
		if kind > 0 {
			t.Options = lists[r.IntN(len(lists))]
		}
		if kind > 1 && r.IntN(9) == 0 {
			t.ACK, t.SYN = true, r.IntN(2) == 0
		}
		if v6 := kind == 3 && r.IntN(2) == 0 || n&1 == 1; v6 {
			src, dst := scanner6.Addr().As16(), trapped6.Addr().As16()
			src[9], src[15], dst[15] = byte(r.Uint32()), byte(r.Uint32()), byte(r.Uint32())
			frames = append(frames, enginetest.IPv6(enginetest.PeerMAC, enginetest.Virt6MAC, netip.AddrFrom16(src), netip.AddrFrom16(dst), 61, 6, t))
		} else {
			src, dst := scanner4.Addr().As4(), trapped4.Addr().As4()
			src[2], src[3], dst[3] = byte(r.Uint32()), byte(r.Uint32()), byte(r.Uint32())
			frames = append(frames, enginetest.IPv4(enginetest.PeerMAC, enginetest.VirtMAC, netip.AddrFrom4(src), netip.AddrFrom4(dst), 61, 6, t))
		}
	}
	return frames
}

// parsed puts frames into a new burst by the parser.
func (g *rig) parsed(frames [][]byte, nets []uint16) burst.Mask {
	m := g.load(frames...)
	g.b.Begin()
	var o packet.Options
	packet.Parse(&g.b, &o)
	for i := range frames {
		g.b.Meta[i].Net = nets[i]
	}
	return m & g.b.Undecided
}

// TestPlainEqualsOthers answers the same bursts by columns and one by one, and
// compares replies, verdicts, rows and events, while the ring of events is empty,
// full and in between, and wraps.
func TestPlainEqualsOthers(t *testing.T) {
	needVector(t)
	r := rand.New(rand.NewPCG(41, 42))
	second := func(s *config.Snapshot) {
		n := s.Networks[0]
		n.Number, n.MTU, n.VirtMAC[5], n.Virt6MAC[5] = 9, 300, 0x99, 0x98
		n.Policy = config.Policy{Kind: config.PolicyClamp, Window: 0x1234}
		s.Networks = append(s.Networks, n)
	}
	for _, policy := range policies {
		a, b := newRig(t, policy, second), newRig(t, policy, second)
		for _, g := range []*rig{a, b} {
			g.worker.Events = event.NewRing(128)
			g.rules.events = g.worker.Events
		}
		columns, lost := 0, uint64(0)
		for range 250 {
			frames := someSYNs(r, 1+r.IntN(64))
			nets := make([]uint16, len(frames))
			for i := range nets {
				if frames[0][17]&3 == 0 {
					nets[i] = uint16(r.IntN(2))
				}
			}
			m := a.parsed(frames, nets)
			b.parsed(frames, nets)
			m &^= 1 << r.IntN(200) // some are not to be decided
			a.b.Verdicts, b.b.Verdicts = burst.Verdicts{}, burst.Verdicts{}
			columns += PlainOf(&a.b, m).All().Count()
			a.rules.Process(&a.b, m, a.snap)
			b.rules.ProcessPlain(&b.b, m, Plain{}, b.snap)
			if a.b.Send != b.b.Send || a.b.Undecided != b.b.Undecided || a.b.Verdicts != b.b.Verdicts || a.rules.counted() != b.rules.counted() {
				t.Fatalf("sent %#x, left %#x, %+v, rows %v\nwant %#x, %#x, %+v, %v", a.b.Send, a.b.Undecided, a.b.Verdicts, a.rules.counted(),
					b.b.Send, b.b.Undecided, b.b.Verdicts, b.rules.counted())
			}
			for i := range frames {
				if string(a.b.Frame(i)) != string(b.b.Frame(i)) || a.b.Out[i] != b.b.Out[i] {
					t.Fatalf("slot %d by port %d: % x\nwant port %d: % x", i, a.b.Out[i], a.b.Frame(i), b.b.Out[i], b.b.Frame(i))
				}
				if a.b.Send.Has(i) && r.IntN(50) == 0 {
					a.answer(i) // what gopacket makes of it
				}
			}
			var x, y [256]event.Event
			take := r.IntN(60)
			nx, ny := a.worker.Events.Pop(x[:take]), b.worker.Events.Pop(y[:take])
			for i := range x {
				clear(x[i].Payload[x[i].PayloadLen:])
				clear(y[i].Payload[y[i].PayloadLen:])
			}
			if nx != ny || !reflect.DeepEqual(x, y) || a.worker.Events.Lost() != b.worker.Events.Lost() {
				t.Fatalf("%d events and %d lost, want %d and %d", nx, a.worker.Events.Lost(), ny, b.worker.Events.Lost())
			}
			lost = a.worker.Events.Lost()
		}
		if columns == 0 || lost == 0 {
			t.Fatalf("%d by columns, %d events lost: not everything was tried", columns, lost)
		}
	}
}

// TestPlainWritesWithinItsRoom looks at the bytes behind what the vector may write.
func TestPlainWritesWithinItsRoom(t *testing.T) {
	needVector(t)
	g := newRig(t, config.Policy{})
	r := rand.New(rand.NewPCG(43, 44))
	for n := range 100 {
		frames := someSYNs(r, 62+n%2)
		m := g.parsed(frames, make([]uint16, len(frames)))
		g.rules.Process(&g.b, m, g.snap)
		for i := range frames {
			for at, c := range g.bufs[i][vectorRoom:] {
				if c != 0xee {
					t.Fatalf("slot %d: byte %d was written", i, vectorRoom+at)
				}
			}
		}
	}
}

// TestSameNet compares with a loop.
func TestSameNet(t *testing.T) {
	needVector(t)
	r := rand.New(rand.NewPCG(45, 46))
	for range 2000 {
		var b burst.Burst
		b.Room, b.Columns.Plain, b.V6 = 256, burst.Mask(r.Uint64()|r.Uint64()), burst.Mask(r.Uint64())
		for i := range b.Meta {
			b.Meta[i] = burst.Meta{L3: 1, L4: 1, Payload: 1, PayloadLen: 1, VLAN: 1, Net: uint16(r.IntN(3)), Class: 1, Proto: 1}
			if b.Meta[i].Net == 2 {
				b.Meta[i].Net = burst.NoNet
			}
		}
		m := burst.Mask(r.Uint64() & r.Uint64() << r.IntN(64))
		var want Plain
		for s := m & b.Columns.Plain; s != 0; s = s.Rest() {
			i := s.First()
			if net := b.Meta[i].Net; net != burst.NoNet && (want.All() == 0 || net == want.Net) {
				want.Net = net
				if b.V6.Has(i) {
					want.V6 |= burst.Bit(i)
				} else {
					want.V4 |= burst.Bit(i)
				}
			}
		}
		if got := PlainOf(&b, m); got != want {
			t.Fatalf("of %#x: %+v, want %+v", m, got, want)
		}
	}
}
