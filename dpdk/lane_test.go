package dpdk_test

import (
	"bytes"
	"testing"

	"mire/dpdk/dpdktest"
)

func TestEcho(t *testing.T) {
	pool := dpdktest.NewPool(t, 0)
	wire := dpdktest.NewWire(t, pool, dpdktest.WireConfig{})
	w := dpdktest.NewWorker(t, pool, wire.A)
	lane := dpdktest.NewLane(t, w, wire.A, 0)
	b := w.Burst()
	f := bytes.Repeat([]byte{7}, 60)
	wire.B.Send(f)
	if n := lane.Exchange(b); n != 1 {
		t.Fatal(n)
	}
	b.Begin()
	b.Reply(0)
	lane.Exchange(b)
	got := wire.B.Receive()
	if len(got) != 1 || !bytes.Equal(got[0], f) {
		t.Fatal(got)
	}
}
