package dpdk_test

import (
	"testing"
	"time"

	"mire/dpdk"
	"mire/dpdk/burst"
	"mire/dpdk/dpdktest"
	"mire/engine"
)

var _ engine.Waker = (*dpdk.Lane)(nil)

// asleep lets a worker exchange up to that many times, each with a sleep of a
// minute, until it has received a frame. Every now and then it calls what
// should wake the worker.
func asleep(t *testing.T, lane *dpdk.Lane, b *burst.Burst, exchanges int, rouse func()) {
	t.Helper()
	b.Sleep = int64(time.Minute)
	task, err := dpdk.Launch(1, func() {
		for range exchanges {
			if lane.Exchange(b) > 0 {
				return
			}
			b.Begin()
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	for range 400 {
		select {
		case <-task.Done():
			return
		case <-time.After(50 * time.Millisecond):
			rouse()
		}
	}
	t.Fatal("it sleeps on")
}

func TestFramesWakeASleepingWorker(t *testing.T) {
	for _, device := range []func(veth *dpdktest.Veth) string{
		func(v *dpdktest.Veth) string { return dpdk.AFPacket{Interface: v.Port}.Vdev("net_af_packet60") },
		func(v *dpdktest.Veth) string { return dpdk.AFXDP{Interface: v.Port}.Vdev("net_af_xdp60") },
	} {
		veth := dpdktest.NewVeth(t)
		pool := dpdktest.NewPool(t, 8191)
		port := dpdktest.Attach(t, device(veth))
		dpdktest.Start(t, port, pool, 1, 1)
		w := dpdktest.NewWorker(t, pool, port)
		lane, b := dpdktest.NewLane(t, w, port, 0), w.Burst()
		if !lane.Wakes() {
			t.Fatalf("frames of %s do not wake", port.Name())
		}
		asleep(t, lane, b, 1000, func() { veth.Send(frame(1, 60)) })
		if b.N == 0 {
			t.Errorf("%s: woken without a frame", port.Name())
		}
		// The interface goes down: an error that stays must not keep it awake.
		b.Begin()
		veth.Up(veth.Port, false)
		b.Sleep = int64(time.Millisecond)
		from := b.IO
		for range 50 {
			lane.Exchange(b)
			b.Begin()
		}
		if got := b.IO.Slept - from.Slept; got < 40_000_000 {
			t.Errorf("%s is down: slept %d ns of 50 ms", port.Name(), got)
		}
		if err := port.Stop(); err != nil {
			t.Fatal(err)
		}
		if lane.Wakes() {
			t.Errorf("frames of %s wake though it is stopped", port.Name())
		}
	}
}

func TestWakeEndsASleep(t *testing.T) {
	x := newBench(t, dpdktest.WireConfig{})
	if x.lane.Wakes() {
		t.Error("a ring has nothing to wait on")
	}
	asleep(t, x.lane, x.b, 2, x.lane.Wake)
	// One that came before the sleep ends it too.
	x.lane.Wake()
	asleep(t, x.lane, x.b, 1, func() {})
}
