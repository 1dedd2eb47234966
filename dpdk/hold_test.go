package dpdk_test

import (
	"testing"

	"mire/dpdk/burst"
	"mire/dpdk/dpdktest"
)

// The numbers of lane.h.
const (
	heldMax   = 256
	holdTurns = 64
)

// fill makes the wire take depth-1 frames and leaves more waiting.
func fill(t *testing.T, x *bench, depth, more int) (want [][]byte) {
	t.Helper()
	x.exchange(t, 0)
	for i := range depth - 1 + more {
		f := frame(byte(i), 60)
		if x.b.Originated == burst.SpareSize {
			x.exchange(t, 0)
		}
		copy(x.b.Originate(x.port, 60), f)
		want = append(want, f)
	}
	x.exchange(t, 0)
	if x.b.IO.Held != uint64(more) || x.b.IO.Transmitted != uint64(depth-1) || x.b.IO.TxFull != 0 {
		t.Fatalf("%+v", x.b.IO)
	}
	return want
}

func TestRefusedFramesWaitInOrder(t *testing.T) {
	x := newBench(t, dpdktest.WireConfig{Depth: 64})
	want := fill(t, x, 64, 40)
	// A later frame must not overtake those that wait.
	copy(x.b.Originate(x.port, 61), frame(99, 61))
	want = append(want, frame(99, 61))
	x.exchange(t, 0)
	got := x.wire.B.Receive()
	x.exchange(t, 0)
	got = append(got, x.wire.B.Receive()...)
	equal(t, "frames", got, want)
	if x.b.IO.Held != 0 || x.b.IO.TxFull != 0 || x.b.IO.Transmitted != uint64(len(want)) {
		t.Errorf("%+v", x.b.IO)
	}
}

func TestRefusedFramesAreDroppedInTheEnd(t *testing.T) {
	x := newBench(t, dpdktest.WireConfig{Depth: 64})
	// 32 and 32 and 9: one is refused in the second exchange, nine in the third.
	want := fill(t, x, 64, 10)
	x.b.Sleep = 1_000_000
	for i := range holdTurns - 2 {
		if x.exchange(t, 0); x.b.IO.Held != 10 {
			t.Fatalf("%d held after %d turns", x.b.IO.Held, i+1)
		}
	}
	if x.exchange(t, 0); x.b.IO.Held != 9 || x.b.IO.TxFull != 1 {
		t.Errorf("%+v", x.b.IO)
	}
	if x.b.IO.Slept != 0 {
		t.Error("slept while frames waited")
	}
	x.exchange(t, 0)
	if x.b.IO.Held != 0 || x.b.IO.TxFull != 10 {
		t.Errorf("%+v", x.b.IO)
	}
	equal(t, "frames", x.wire.B.Receive(), want[:63])
}

func TestHeldFramesAreBounded(t *testing.T) {
	x := newBench(t, dpdktest.WireConfig{Depth: 64})
	fill(t, x, 64, 0)
	for range 20 {
		for range burst.SpareSize {
			x.b.Originate(x.port, 60)
		}
		x.exchange(t, 0)
	}
	if x.b.IO.Held != heldMax || x.b.IO.TxFull != 20*burst.SpareSize-heldMax {
		t.Errorf("%+v", x.b.IO)
	}
	x.w.Drain()
	if x.b.IO.Held != 0 {
		t.Errorf("%d held after Drain", x.b.IO.Held)
	}
	accounted(t, x.b)
}

func TestDrainSendsWhatWasDecided(t *testing.T) {
	x := newBench(t, dpdktest.WireConfig{})
	x.wire.B.Send(frame(0, 60), frame(1, 60))
	x.exchange(t, 2)
	x.b.Reply(1)
	copy(x.b.Originate(x.port, 42), frame(2, 42))
	x.w.Drain()
	equal(t, "frames", x.wire.B.Receive(), [][]byte{frame(1, 60), frame(2, 42)})
	accounted(t, x.b)
	if x.b.N != 0 || x.b.Spares != 0 || x.pool.InUse() != 0 {
		t.Errorf("N %d, spares %d, %d mbufs in use", x.b.N, x.b.Spares, x.pool.InUse())
	}
	// And the worker may go on.
	x.wire.B.Send(frame(3, 60))
	x.exchange(t, 1)
	if x.b.Spares != burst.SpareSize {
		t.Errorf("%d spares", x.b.Spares)
	}
}

func TestNoMbufForSpares(t *testing.T) {
	x := newBench(t, dpdktest.WireConfig{})
	x.exchange(t, 0)
	release := dpdktest.Hoard(t, x.pool, 0)
	// The last mbufs may sit in caches that this thread does not reach.
	for i := range 5 {
		copy(x.b.Originate(x.port, 42), frame(byte(i), 42))
	}
	x.exchange(t, 0)
	if x.b.Spares != burst.SpareSize-5 || x.b.IO.NoSpare != 1 {
		t.Fatalf("%d spares, %d turns without", x.b.Spares, x.b.IO.NoSpare)
	}
	// The spares that are left can be used, and those only.
	left := int(x.b.Spares)
	var want [][]byte
	for i := range left {
		copy(x.b.Originate(x.port, 43), frame(byte(50+i), 43))
		want = append(want, frame(byte(50+i), 43))
	}
	if x.b.Originate(x.port, 43) != nil {
		t.Error("a spare that is not there")
	}
	x.exchange(t, 0)
	if x.b.Spares != 0 {
		t.Errorf("%d spares", x.b.Spares)
	}
	equal(t, "frames", x.wire.B.Receive()[5:], want)
	release()
	x.exchange(t, 0)
	if x.b.Spares != burst.SpareSize {
		t.Errorf("%d spares after the pool has filled again", x.b.Spares)
	}
}

func TestSendToNoPort(t *testing.T) {
	x := newBench(t, dpdktest.WireConfig{})
	x.wire.B.Send(frame(0, 60), frame(1, 60), frame(2, 60))
	x.exchange(t, 3)
	x.b.SendTo(0, x.wire.B.Port.ID()) // not a port of this worker
	x.b.SendTo(1, 999)
	x.b.Reply(2)
	x.exchange(t, 0)
	if io := x.b.IO; io.TxFull != 2 || io.Transmitted != 1 {
		t.Errorf("%+v", io)
	}
}
