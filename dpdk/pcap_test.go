package dpdk_test

import (
	"bytes"
	"path/filepath"
	"testing"

	"mire/dpdk"
	"mire/dpdk/burst"
	"mire/dpdk/dpdktest"
)

func TestPcapFiles(t *testing.T) {
	var in [][]byte
	for i := range 100 {
		in = append(in, frame(byte(i), 60+i))
	}
	to := filepath.Join(t.TempDir(), "out.pcap")
	pool := dpdktest.NewPool(t, 0)
	port := dpdktest.Attach(t, dpdk.Pcap{Rx: []string{dpdktest.WritePcap(t, in...)}, Tx: []string{to}}.Vdev("net_pcap0"))
	if port.KernelBacked() {
		t.Error("a file is no kernel interface")
	}
	dpdktest.Start(t, port, pool, 1, 1)
	w := dpdktest.NewWorker(t, pool, port)
	lane := dpdktest.NewLane(t, w, port, 0)
	b := w.Burst()
	for range 5 {
		lane.Exchange(b)
		b.Begin()
		for i := range int(b.N) {
			if b.Len[i]%2 == 0 {
				b.Reply(i)
			}
		}
		accounted(t, b)
	}
	w.Drain()
	if err := port.Stop(); err != nil { // closes the file
		t.Fatal(err)
	}
	var want [][]byte
	for _, f := range in {
		if len(f)%2 == 0 {
			want = append(want, f)
		}
	}
	equal(t, "file", dpdktest.ReadPcap(t, to), want)
}

func TestPcapInfinite(t *testing.T) {
	in := [][]byte{frame(0, 60), frame(1, 70), frame(2, 80)}
	pool := dpdktest.NewPool(t, 0)
	port := dpdktest.Attach(t, dpdk.Pcap{Rx: []string{dpdktest.WritePcap(t, in...)}, Infinite: true}.Vdev("net_pcap1"))
	dpdktest.Start(t, port, pool, 1, 1)
	w := dpdktest.NewWorker(t, pool, port)
	lane := dpdktest.NewLane(t, w, port, 0)
	b := w.Burst()
	for k := 0; k < 10_000; {
		n := lane.Exchange(b)
		if n == 0 {
			t.Fatal("the source ran dry")
		}
		b.Begin()
		for i := range n {
			if !bytes.Equal(b.Frame(i), in[k%3]) {
				t.Fatalf("frame %d: %x", k, b.Frame(i))
			}
			k++
			b.Reply(i)
		}
	}
	w.Drain()
	accounted(t, b)
	if b.IO.Transmitted != b.IO.Received {
		t.Errorf("%+v", b.IO)
	}
}

func TestNull(t *testing.T) {
	pool := dpdktest.NewPool(t, 0)
	port := dpdktest.Attach(t, dpdk.Null{FrameSize: 100}.Vdev("net_null0"))
	dpdktest.Start(t, port, pool, 1, 1)
	w := dpdktest.NewWorker(t, pool, port)
	lane := dpdktest.NewLane(t, w, port, 0)
	b := w.Burst()
	for range 100 {
		if n := lane.Exchange(b); n != burst.Size || b.Len[0] != 100 {
			t.Fatalf("%d frames of %d bytes", n, b.Len[0])
		}
		b.Begin()
		for i := range burst.Size {
			b.Reply(i)
		}
	}
	w.Drain()
	accounted(t, b)
	if b.IO.Transmitted != 100*burst.Size {
		t.Errorf("%+v", b.IO)
	}
}
