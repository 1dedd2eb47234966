package modules_test

import (
	"encoding/binary"
	"math"
	"math/bits"
	"net/netip"
	"syscall"
	"testing"
	"time"

	"github.com/google/gopacket/layers"

	"mire/dpdk/burst"
	"mire/engine"
	"mire/engine/config"
	"mire/engine/enginetest"
	"mire/engine/enginetest/rig"
	"mire/engine/event"
	"mire/engine/session"
	"mire/modules"
)

// hugeArena is memory as the hugepages of production: anonymous pages for which
// the kernel is asked to use its large size.
type hugeArena struct{ mem []byte }

func (a *hugeArena) Reserve(_ string, size uintptr) ([]byte, error) {
	mem, err := syscall.Mmap(-1, 0, int(size)+4<<20, syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_ANON|syscall.MAP_PRIVATE)
	if err != nil {
		return nil, err
	}
	a.mem = mem
	if err := syscall.Madvise(mem, 14); err != nil { // MADV_HUGEPAGE
		return nil, err
	}
	return mem[:size:size], nil
}

func (a *hugeArena) Release(string) error { return syscall.Munmap(a.mem) }

// wheel is a lane that receives the same frames again and again, as a driver
// does that copies them into fresh buffers, and transmits into nothing.
type wheel struct {
	frames [][]byte
	bufs   [burst.Size][256]byte
	at     int
	now    int64
	sent   uint64
	// among is how many addresses from 10.0.0.1 on get a random SYN each, 0 to
	// send the frames as they are. Sources complement destinations, so that no
	// checksum changes.
	among uint64
	seed  uint64
}

func (w *wheel) Exchange(b *burst.Burst) int {
	w.sent += uint64(b.Send.Count())
	b.Send, b.Originated, b.Room = 0, 0, uint32(len(w.bufs[0]))
	for i := range burst.Size {
		f := w.frames[w.at]
		copy(w.bufs[i][:], f)
		if w.among != 0 {
			w.seed = w.seed*6364136223846793005 + 1442695040888963407
			x := bits.ReverseBytes32(uint32((w.seed>>32)*w.among>>32)+1) >> 8
			binary.LittleEndian.PutUint64(w.bufs[i][26:], uint64(198|^x<<8)|uint64(10|x<<8)<<32)
		}
		b.Map(i, w.bufs[i][:], len(f))
		b.In[i], b.Rx[i] = 0, 0
		if w.at++; w.at == len(w.frames) {
			w.at = 0
		}
	}
	w.now += 5000
	b.N, b.Now = burst.Size, w.now
	return burst.Size
}

// sampleTurns is how many turns are timed together.
const sampleTurns = 50

// BenchmarkSYN is the whole chain over bursts of SYNs to captured addresses,
// without a driver; ns/packet includes the copy of a frame. Events are taken
// away as fast as they come, or nobody takes any.
func BenchmarkSYN(b *testing.B) {
	for _, c := range []struct {
		name   string
		v6     bool
		source int // low bits of the sender: inside the network or not
		drain  bool
	}{
		{"v4", false, 0, false},
		{"v4/events", false, 0, true},
		{"v4/on-link", false, 1, false},
		{"v6", true, 0, false},
		{"v6/events", true, 0, true},
	} {
		b.Run(c.name, func(b *testing.B) { benchmarkSYN(b, c.v6, c.source == 1, c.drain) })
	}
}

func benchmarkSYN(b *testing.B, v6, onLink, drain bool) {
	const n = 1024
	table, err := session.New(new(session.HeapArena), session.Config{Name: "syn", Capacity: 4096})
	if err != nil {
		b.Fatal(err)
	}
	w := &wheel{now: rig.Start}
	worker := synWorker(b, netip.MustParsePrefix("172.16.0.0/12"), table, w)
	for i := range n {
		src, dst := far4(i, onLink), netip.AddrFrom4([4]byte{172, 20, byte(i >> 8), byte(i)})
		if v6 {
			a, d := enginetest.Prefix6.Addr().As16(), enginetest.Prefix6.Addr().As16()
			a[0], a[14], a[15] = 0x30, byte(i>>8), byte(i)
			d[13], d[14], d[15] = 1, byte(i>>8), byte(i)
			src, dst = netip.AddrFrom16(a), netip.AddrFrom16(d)
		}
		w.frames = append(w.frames, synWithMSS(src, dst, i))
		k := session.Key{Net: 1, Kind: session.KindAddress}
		d := dst.As16()
		k.Hi, k.Lo = binary.BigEndian.Uint64(d[:8]), binary.BigEndian.Uint64(d[8:])
		if o := table.Put(&session.Record{Key: k, State: session.Trapped, Proven: rig.Start, Expires: rig.Start + 3600e9}, 1<<session.Unknown, rig.Start); o != session.Done {
			b.Fatal(o)
		}
	}
	worker.Turn()
	w.sent = 0
	if drain {
		timeTurns(b, worker, w, worker.Events)
	} else {
		timeTurns(b, worker, w, nil)
	}
}

// synWorker is a worker with the whole chain and one network, tarpit on.
func synWorker(b *testing.B, prefix netip.Prefix, table *session.Table, lane engine.Lane) *engine.Worker {
	snap := enginetest.Snapshot(enginetest.WithTarpit(config.TarpitEnable), func(s *config.Snapshot) {
		s.Networks[0].Prefix4 = prefix
		s.Interfaces[0].Kernel = false
		s.VRRP = nil
		s.Networks[0].VirtMAC, s.Networks[0].Virt6MAC = s.Networks[0].RealMAC, s.Networks[0].RealMAC
	})
	chain, err := modules.Chain(modules.Order())
	if err != nil {
		b.Fatal(err)
	}
	r := rig.New(b, snap, chain...)
	worker, err := engine.NewWorker(engine.WorkerConfig{
		Count: 1, Table: table, Events: r.Events, Secret: r.Worker.Secret, Burst: new(burst.Burst), Lanes: []engine.Lane{lane},
		Chain: engine.NewChain(chain), Snapshots: &r.Snapshots,
	})
	if err != nil {
		b.Fatal(err)
	}
	return worker
}

// timeTurns runs turns and reports nanoseconds a packet; each packet must have
// been answered. Events are popped from the ring, if one is given.
func timeTurns(b *testing.B, worker *engine.Worker, w *wheel, events *event.Ring) {
	var out [64]event.Event
	turns, best := 0, time.Duration(math.MaxInt64)
	for b.Loop() {
		// The best of many short samples is what the code costs; the mean is
		// what the machine was doing besides.
		start := time.Now()
		for range sampleTurns {
			worker.Turn()
			if events != nil {
				events.Pop(out[:])
			}
		}
		best = min(best, time.Since(start))
		turns += sampleTurns
	}
	per := float64(sampleTurns * burst.Size)
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/per, "ns/packet")
	b.ReportMetric(float64(best.Nanoseconds())/per, "best-ns/packet")
	if want := uint64(turns) * burst.Size; w.sent != want {
		b.Fatalf("%d replies in %d turns, want %d", w.sent, turns, want)
	}
}

// BenchmarkRandomSYN is BenchmarkSYN with a random captured address in each
// packet, of 1,000 and of 10 million.
func BenchmarkRandomSYN(b *testing.B) {
	b.Run("1k", func(b *testing.B) { benchmarkRandomSYN(b, 1000) })
	b.Run("10M", func(b *testing.B) { benchmarkRandomSYN(b, 10_000_000) })
}

func benchmarkRandomSYN(b *testing.B, among uint64) {
	table, err := session.New(new(hugeArena), session.Config{Name: "random", Capacity: int(among)})
	if err != nil {
		b.Fatal(err)
	}
	defer func() {
		if err := table.Close(); err != nil {
			b.Error(err)
		}
	}()
	w := &wheel{now: rig.Start, among: among}
	for i := range 1024 {
		w.frames = append(w.frames, synWithMSS(netip.AddrFrom4([4]byte{198, 255, 255, 255}), netip.AddrFrom4([4]byte{10}), i))
	}
	worker := synWorker(b, netip.MustParsePrefix("10.0.0.0/8"), table, w)
	for n := range among {
		r := session.Record{Key: session.Key{Lo: 0xffff<<32 | 10<<24 + n + 1, Net: 1, Kind: session.KindAddress}, State: session.Trapped, Proven: rig.Start, Expires: rig.Start + 3600e9}
		if o := table.Put(&r, 1<<session.Unknown, rig.Start); o != session.Done {
			b.Fatal(o)
		}
	}
	for range among / 16 { // the first packet to an address writes its used bit
		worker.Turn()
	}
	w.sent = 0
	timeTurns(b, worker, w, nil)
}

// far4 is a sender outside the network, or inside it and not captured.
func far4(i int, onLink bool) netip.Addr {
	if onLink {
		return netip.AddrFrom4([4]byte{172, 21, byte(i >> 8), byte(i)})
	}
	return netip.AddrFrom4([4]byte{198, 18, byte(i >> 8), byte(i)})
}

// synWithMSS is the shortest SYN that real stacks send.
func synWithMSS(src, dst netip.Addr, i int) []byte {
	tcp := &layers.TCP{
		SrcPort: layers.TCPPort(1024 + i), DstPort: 80, Seq: uint32(i) * 7919, SYN: true, Window: 64240,
		Options: []layers.TCPOption{{OptionType: layers.TCPOptionKindMSS, OptionLength: 4, OptionData: []byte{5, 0xb4}}},
	}
	if src.Is6() {
		return enginetest.IPv6(enginetest.PeerMAC, enginetest.RealMAC, src, dst, 64, layers.IPProtocolTCP, tcp)
	}
	return enginetest.IPv4(enginetest.PeerMAC, enginetest.RealMAC, src, dst, 64, layers.IPProtocolTCP, tcp)
}
