package stateless

import (
	"net/netip"
	"testing"

	"github.com/google/gopacket/layers"

	"mire/dpdk/burst"
	"mire/engine/config"
	"mire/engine/enginetest"
	"mire/engine/event"
)

// The benchmarks report nanoseconds per packet of a burst of 64. Replies are
// made in place, so from the second turn on the "SYN" is the reply of the turn
// before: the same work with addresses turned round.
func benchmarkProcess(b *testing.B, g *rig, frames [][]byte) {
	m := g.load(frames...)
	var took [256]event.Event
	drain := g.worker.Events != nil && g.worker.Events.Cap() < 1<<20
	for b.Loop() {
		g.b.Undecided, g.b.Send = m, 0
		g.rules.Process(&g.b, m, g.snap)
		if drain {
			g.worker.Events.Pop(took[:])
		}
	}
	if g.b.Send|g.b.Undecided != m && g.b.Verdicts.Sent+g.dropped(dropAckScan) == 0 {
		b.Fatal("nothing was decided")
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(m.Count()), "ns/packet")
}

// syns is 64 SYNs from different sources with the given TCP options.
func syns(v6 bool, options []layers.TCPOption) (frames [][]byte) {
	for i := range burst.Size {
		t := &layers.TCP{SrcPort: layers.TCPPort(1024 + i), DstPort: 80, Seq: uint32(i) << 20, SYN: true, Window: 1024, Options: options}
		if v6 {
			a := scanner6.Addr().As16()
			a[15] = byte(i)
			frames = append(frames, enginetest.IPv6(enginetest.PeerMAC, enginetest.Virt6MAC, netip.AddrFrom16(a), trapped6.Addr(), 61, 6, t))
		} else {
			a := scanner4.Addr().As4()
			a[3] = byte(i)
			frames = append(frames, enginetest.IPv4(enginetest.PeerMAC, enginetest.VirtMAC, netip.AddrFrom4(a), trapped4.Addr(), 61, 6, t))
		}
	}
	return frames
}

// mssOnly is the option of a half-open scan.
var mssOnly = []layers.TCPOption{{OptionType: 2, OptionLength: 4, OptionData: []byte{5, 0xb4}}}

func BenchmarkSYN4NoEvents(b *testing.B) {
	g := newRig(b, config.Policy{})
	g.rules.events, g.worker.Events = nil, nil
	benchmarkProcess(b, g, syns(false, mssOnly))
}

func BenchmarkSYN4EventsTaken(b *testing.B) {
	g := newRig(b, config.Policy{})
	benchmarkProcess(b, g, syns(false, mssOnly))
}

func BenchmarkSYN4EventsFull(b *testing.B) {
	g := newRig(b, config.Policy{})
	full := event.NewRing(2)
	full.Push(&event.Event{})
	full.Push(&event.Event{})
	g.rules.events, g.worker.Events = full, nil
	benchmarkProcess(b, g, syns(false, mssOnly))
}

func BenchmarkSYN6NoEvents(b *testing.B) {
	g := newRig(b, config.Policy{})
	g.rules.events, g.worker.Events = nil, nil
	benchmarkProcess(b, g, syns(true, mssOnly))
}

func BenchmarkSYN6EventsTaken(b *testing.B) {
	g := newRig(b, config.Policy{})
	benchmarkProcess(b, g, syns(true, mssOnly))
}

// BenchmarkACKScan is row 6: two keys tried, no reply.
func BenchmarkACKScan(b *testing.B) {
	g := newRig(b, config.Policy{})
	var frames [][]byte
	for i := range uint32(burst.Size) {
		frames = append(frames, segment(false, ACK, i<<20, i<<24, ""))
	}
	benchmarkProcess(b, g, frames)
}
