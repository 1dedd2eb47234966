package dpdk_test

import (
	"bytes"
	"testing"
	"time"

	"mire/dpdk"
	"mire/dpdk/burst"
	"mire/dpdk/dpdktest"
)

// pingPong sends frames from the peer through the port and back.
func pingPong(t *testing.T, veth *dpdktest.Veth, lane *dpdk.Lane, b *burst.Burst, lengths ...int) {
	t.Helper()
	for _, n := range lengths {
		f := frame(byte(n), n)
		copy(f[12:], []byte{0x88, 0xb5})
		veth.Send(f)
		if got := eventually(t, lane, b); got != 1 || !bytes.Equal(b.Frame(0), f) || b.Rx[0] != burst.KernelBacked {
			t.Fatalf("%d bytes: %d frames, got %d bytes, flags %d", n, got, b.Len[0], b.Rx[0])
		}
		b.Frame(0)[20] ^= 0xff
		f[20] ^= 0xff
		b.Reply(0)
		lane.Exchange(b)
		b.Begin()
		if got := veth.Receive(2 * time.Second); !bytes.Equal(got, f) {
			t.Fatalf("%d bytes: reply has %d", n, len(got))
		}
	}
}

func TestAFXDP(t *testing.T) {
	veth := dpdktest.NewVeth(t)
	pool := dpdktest.NewPool(t, 16383)
	device := dpdk.AFXDP{Interface: veth.Port, Copy: true, BusyBudget: -1}.Vdev("net_af_xdp0")
	port := dpdktest.Attach(t, device)
	if port.Kernel() != veth.Port || !port.KernelBacked() {
		t.Errorf("kernel interface %q, backed by it: %v", port.Kernel(), port.KernelBacked())
	}
	dpdktest.Start(t, port, pool, 1, 1)
	w := dpdktest.NewWorker(t, pool, port)
	lane, b := dpdktest.NewLane(t, w, port, 0), w.Burst()
	pingPong(t, veth, lane, b, 60, 900, 1514)
	own := frame(1, 60)
	copy(b.Originate(port.ID(), 60), own)
	lane.Exchange(b)
	b.Begin()
	if got := veth.Receive(2 * time.Second); !bytes.Equal(got, own) {
		t.Errorf("own frame: %x", got)
	}
	accounted(t, b)

	// The interface is deleted under the port, and made again.
	veth.Delete()
	for range 3 {
		lane.Exchange(b)
		b.Begin()
	}
	if err := port.Detach(); err != nil {
		t.Fatal(err)
	}
	veth.Create()
	again := dpdktest.Attach(t, device)
	if again.ID() != port.ID() {
		t.Fatalf("the new port has number %d, not %d", again.ID(), port.ID())
	}
	dpdktest.Start(t, again, pool, 1, 1)
	pingPong(t, veth, lane, b, 60)
	accounted(t, b)
}
