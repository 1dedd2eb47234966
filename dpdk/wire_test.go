package dpdk_test

import (
	"strings"
	"sync/atomic"
	"testing"

	"mire/dpdk"
	"mire/dpdk/burst"
	"mire/dpdk/dpdktest"
)

// Two workers on two lcores over a wire of two queues: one offers frames and
// never waits, the other echoes them.
func TestWireBetweenTwoWorkers(t *testing.T) {
	pool := dpdktest.NewPool(t, 0)
	wire, err := dpdk.NewWire(dpdk.WireConfig{Name: "two", Queues: 2, Depth: 256, AnyNode: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := wire.Close(); err != nil {
			t.Error(err)
		}
	})
	dpdktest.Start(t, wire.A, pool, 2, 2)
	dpdktest.Start(t, wire.B, pool, 2, 2)
	worker := func(p *dpdk.Port, c dpdk.WorkerConfig) (*burst.Burst, *dpdk.Lane) {
		c.Ports, c.Pool, c.AnyNode = []*dpdk.Port{p}, pool, true
		w, err := dpdk.NewWorker(c)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(w.Close)
		return w.Burst(), dpdktest.NewLane(t, w, p, c.TxQueue)
	}
	gen, genLane := worker(wire.A, dpdk.WorkerConfig{TxQueue: 1, NoHold: true, Spares: burst.MaxSpares})
	echo, echoLane := worker(wire.B, dpdk.WorkerConfig{TxQueue: 1})
	var stop atomic.Bool
	task, err := dpdk.Launch(1, func() {
		for !stop.Load() {
			echoLane.Exchange(echo)
			echo.Begin()
			echo.ReplyAll(echo.Undecided)
		}
		echoLane.Exchange(echo) // transmits the last replies
	})
	if err != nil {
		t.Fatal(err)
	}
	offered := uint64(0)
	for offered < 50_000 || gen.IO.Received == 0 {
		for range gen.Spares {
			gen.Originate(wire.A.ID(), 60)
			offered++
		}
		genLane.Exchange(gen)
		gen.Begin()
	}
	stop.Store(true)
	task.Wait()
	for genLane.Exchange(gen) > 0 {
		gen.Begin()
	}
	accounted(t, gen)
	accounted(t, echo)
	if gen.IO.Transmitted+gen.IO.TxFull != offered || gen.IO.Held != 0 {
		t.Errorf("%d offered: %+v", offered, gen.IO)
	}
	if gen.IO.Received != echo.IO.Transmitted {
		t.Errorf("sent %d, echoed %d, back %d", gen.IO.Transmitted, echo.IO.Transmitted, gen.IO.Received)
	}
}

func TestNoHoldDropsAtOnce(t *testing.T) {
	x := newBench(t, dpdktest.WireConfig{Depth: 64})
	w, err := dpdk.NewWorker(dpdk.WorkerConfig{Ports: []*dpdk.Port{x.wire.A}, Pool: x.pool, AnyNode: true, NoHold: true, Spares: burst.MaxSpares})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(w.Close)
	lane, b := dpdktest.NewLane(t, w, x.wire.A, 0), w.Burst()
	lane.Exchange(b)
	if b.Spares != burst.MaxSpares {
		t.Fatalf("%d spares", b.Spares)
	}
	var want [][]byte
	for i := range burst.MaxSpares {
		f := frame(byte(i), 60)
		copy(b.Originate(x.port, 60), f)
		want = append(want, f)
	}
	lane.Exchange(b)
	if b.IO.Transmitted != 63 || b.IO.TxFull != 1 || b.IO.Held != 0 || b.Spares != burst.MaxSpares {
		t.Errorf("%+v", b.IO)
	}
	equal(t, "frames", x.wire.B.Receive(), want[:63])
	lane.Exchange(b)
	accounted(t, b)
	if got := x.wire.B.Receive(); len(got) != 0 {
		t.Errorf("%d frames were offered again", len(got))
	}
}

func TestWorkerRefusesSpares(t *testing.T) {
	pool := dpdktest.NewPool(t, 0)
	for _, n := range []int{-1, burst.MaxSpares + 1} {
		if _, err := dpdk.NewWorker(dpdk.WorkerConfig{Pool: pool, AnyNode: true, Spares: n}); err == nil || !strings.Contains(err.Error(), "1 to 64") {
			t.Errorf("%d: %v", n, err)
		}
	}
}

func TestWireRefuses(t *testing.T) {
	for _, c := range []struct {
		c    dpdk.WireConfig
		want string
	}{
		{dpdk.WireConfig{Name: "x", Depth: 100}, "a power of two"},
		{dpdk.WireConfig{Name: "x", Queues: -1}, "at least 1 queue"},
		{dpdk.WireConfig{Name: strings.Repeat("x", 21)}, "at most 20"},
		{dpdk.WireConfig{Name: "x", Queues: 1000, Depth: 2, AnyNode: true}, "wire x: rte_eth_from_rings: invalid argument"},
	} {
		w, err := dpdk.NewWire(c.c)
		if err == nil {
			w.Close()
		}
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%+v: %v, want %q", c.c, err, c.want)
		}
	}
}

func TestPortsAreListed(t *testing.T) {
	before := len(dpdk.Ports())
	one := dpdktest.Attach(t, dpdk.Null{}.Vdev("net_null70"))
	two := dpdktest.Attach(t, dpdk.Null{}.Vdev("net_null71"))
	all := dpdk.Ports()
	if len(all) != before+2 {
		t.Fatalf("%d ports, there were %d", len(all), before)
	}
	last := uint16(0)
	found := 0
	for i, p := range all {
		if i > 0 && p.ID() <= last {
			t.Errorf("port %d after %d", p.ID(), last)
		}
		last = p.ID()
		if p.ID() == one.ID() && p.Name() == one.Name() || p.ID() == two.ID() && p.Name() == two.Name() {
			found++
		}
	}
	if found != 2 {
		t.Errorf("%d of two ports found", found)
	}
}
