package dpdk_test

import (
	"fmt"
	"testing"

	"golang.org/x/sys/unix"

	"mire/dpdk"
	"mire/dpdk/burst"
	"mire/dpdk/dpdktest"
)

// Each benchmark counts frames: ns/op is the cost of one frame in and out,
// without any module. The exchange runs on an lcore, with its mempool cache.
func benchmarkExchange(b *testing.B, lane *dpdk.Lane, w *dpdk.Worker) {
	x := w.Burst()
	var cpu int64
	task, err := dpdk.Launch(1, func() {
		b.ResetTimer()
		start := x.IO.Received
		cpu = -threadTime()
		for x.IO.Received-start < uint64(b.N) {
			x.Begin()
			x.Send = x.Undecided
			for i := range int(x.N) {
				x.Out[i] = x.In[i]
			}
			lane.Exchange(x)
		}
		b.StopTimer()
		cpu += threadTime()
		w.Drain()
	})
	if err != nil {
		b.Fatal(err)
	}
	task.Wait()
	io := x.IO
	if io.TxFull != 0 || io.Transmitted+burst.Size < uint64(b.N) {
		b.Errorf("%+v", io)
	}
	b.ReportMetric(float64(cpu)/float64(b.N), "cpu-ns/op")
	b.ReportMetric(float64(io.Received)/float64(io.Polls), "frames/call")
}

// threadTime is the CPU time of this thread, which neighbours on the machine do
// not lengthen, in nanoseconds.
func threadTime() int64 {
	var t unix.Timespec
	if unix.ClockGettime(unix.CLOCK_THREAD_CPUTIME_ID, &t) != nil {
		return 0
	}
	return t.Nano()
}

func BenchmarkExchange(b *testing.B) {
	syn := make([][]byte, 1024)
	for i := range syn {
		syn[i] = frame(byte(i), 60)
	}
	for _, c := range []struct{ name, device string }{
		{"null", dpdk.Null{}.Vdev("net_null9")},
		{"pcap", dpdk.Pcap{Rx: []string{dpdktest.WritePcap(b, syn...)}, Infinite: true}.Vdev("net_pcap9")},
	} {
		b.Run(c.name, func(b *testing.B) {
			pool := dpdktest.NewPool(b, 0)
			port := dpdktest.Attach(b, c.device)
			dpdktest.Start(b, port, pool, 1, 1)
			w := dpdktest.NewWorker(b, pool, port)
			benchmarkExchange(b, dpdktest.NewLane(b, w, port, 0), w)
		})
	}
	// A port that receives what it transmits: a burst goes round and round.
	rings := 0
	b.Run("ring", func(b *testing.B) {
		pool := dpdktest.NewPool(b, 0)
		// The driver keeps the rings of queues that were not configured, and
		// their names.
		rings++
		port := dpdktest.Attach(b, dpdk.Ring{}.Vdev(fmt.Sprintf("net_ring%d", 90+rings)))
		dpdktest.Start(b, port, pool, 1, 1)
		w := dpdktest.NewWorker(b, pool, port)
		lane := dpdktest.NewLane(b, w, port, 0)
		x := w.Burst()
		lane.Exchange(x)
		for range 2 {
			for range burst.SpareSize {
				x.Originate(port.ID(), 60)
			}
			lane.Exchange(x) // the first 32 are received, and freed by the next
		}
		benchmarkExchange(b, lane, w)
		for lane.Exchange(x) > 0 { // a ring that is closed forgets its mbufs
		}
	})
}

func BenchmarkEmptyExchange(b *testing.B) {
	pool := dpdktest.NewPool(b, 0)
	wire := dpdktest.NewWire(b, pool, dpdktest.WireConfig{})
	w := dpdktest.NewWorker(b, pool, wire.A)
	lane := dpdktest.NewLane(b, w, wire.A, 0)
	x := w.Burst()
	for b.Loop() {
		lane.Exchange(x)
	}
}
