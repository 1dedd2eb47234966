package dpdk_test

import (
	"bytes"
	"testing"
	"time"

	"mire/dpdk"
	"mire/dpdk/burst"
	"mire/dpdk/dpdktest"
)

// eventually polls the lane until one frame is there.
func eventually(t *testing.T, lane *dpdk.Lane, b *burst.Burst) int {
	t.Helper()
	b.Sleep = 1_000_000
	for range 2000 {
		if n := lane.Exchange(b); n > 0 {
			b.Begin()
			return n
		}
		b.Begin()
	}
	t.Fatal("no frame")
	return 0
}

func TestAFPacket(t *testing.T) {
	veth := dpdktest.NewVeth(t)
	pool := dpdktest.NewPool(t, 0)
	port := dpdktest.Attach(t, dpdk.AFPacket{Interface: veth.Port}.Vdev("net_af_packet0"))
	if port.Kernel() != veth.Port || !port.KernelBacked() {
		t.Errorf("kernel interface %q, backed by it: %v", port.Kernel(), port.KernelBacked())
	}
	dpdktest.Start(t, port, pool, 1, 1)
	w := dpdktest.NewWorker(t, pool, port)
	lane := dpdktest.NewLane(t, w, port, 0)
	b := w.Burst()

	for _, n := range []int{60, 1514, 1518} {
		f := frame(byte(n), n)
		if n == 1518 { // the longest frame has a tag
			copy(f[12:], []byte{0x81, 0, 0, 42})
		} else {
			copy(f[12:], []byte{0x88, 0xb5})
		}
		veth.Send(f)
		if n := eventually(t, lane, b); n != 1 {
			t.Fatalf("%d frames", n)
		}
		if !bytes.Equal(b.Frame(0), f) || b.Rx[0] != burst.KernelBacked {
			t.Fatalf("%d bytes: got %d bytes, flags %d", n, b.Len[0], b.Rx[0])
		}
		b.Frame(0)[20] ^= 0xff
		f[20] ^= 0xff
		b.Reply(0)
		lane.Exchange(b)
		b.Begin()
		if n == 1518 { // the kernel hands the tag to its sockets beside the frame
			f = append(f[:12:12], f[16:]...)
		}
		if got := veth.Receive(2 * time.Second); !bytes.Equal(got, f) {
			t.Fatalf("%d bytes: reply has %d", n, len(got))
		}
	}
	own := frame(1, 60)
	copy(b.Originate(port.ID(), 60), own)
	lane.Exchange(b)
	if got := veth.Receive(2 * time.Second); !bytes.Equal(got, own) {
		t.Errorf("own frame: %x", got)
	}
	accounted(t, b)
	s, err := port.Stats()
	if err != nil || s.RxPackets != 3 || s.TxPackets != 4 {
		t.Errorf("%+v, %v", s, err)
	}
}

// What finds the ring of the packet socket full is counted, though the driver
// knows nothing of it.
func TestAFPacketCountsWhatTheKernelDropped(t *testing.T) {
	veth := dpdktest.NewVeth(t)
	pool := dpdktest.NewPool(t, 0)
	port := dpdktest.Attach(t, dpdk.AFPacket{Interface: veth.Port}.Vdev("net_af_packet0"))
	dpdktest.Start(t, port, pool, 1, 1)
	const sent = 20_000 // nobody receives meanwhile
	f := frame(1, 60)
	copy(f[12:], []byte{0x88, 0xb5})
	for range sent {
		veth.Send(f)
	}
	first, err := port.Stats()
	if err != nil || first.RxMissed == 0 || first.RxMissed > sent {
		t.Fatalf("%d of %d frames missed, %v", first.RxMissed, sent, err)
	}
	if again, _ := port.Stats(); again.RxMissed != first.RxMissed {
		t.Errorf("%d frames missed at the second look, %d at the first", again.RxMissed, first.RxMissed)
	}
	port.ResetStats()
	if s, _ := port.Stats(); s.RxMissed != 0 {
		t.Errorf("%d frames missed after a reset", s.RxMissed)
	}
}

// The interface is deleted under a port in use, and made again.
func TestAFPacketSurvivesItsInterface(t *testing.T) {
	veth := dpdktest.NewVeth(t)
	pool := dpdktest.NewPool(t, 0)
	device := dpdk.AFPacket{Interface: veth.Port}.Vdev("net_af_packet1")
	port := dpdktest.Attach(t, device)
	dpdktest.Start(t, port, pool, 1, 1)
	w := dpdktest.NewWorker(t, pool, port)
	lane := dpdktest.NewLane(t, w, port, 0)
	b := w.Burst()
	veth.Send(frame(0, 60))
	eventually(t, lane, b)

	veth.Delete()
	b.Reply(0)
	for range 3 {
		if n := lane.Exchange(b); n != 0 {
			t.Fatalf("%d frames from nowhere", n)
		}
		b.Begin()
	}
	accounted(t, b)
	if err := port.Detach(); err != nil {
		t.Fatal(err)
	}
	if b.Originate(port.ID(), 60) == nil {
		t.Fatal("no spare")
	}
	full := b.IO.TxFull
	if n := lane.Exchange(b); n != 0 || b.IO.TxFull != full+1 {
		t.Fatalf("without the port: %d frames, %d dropped", n, b.IO.TxFull-full)
	}
	accounted(t, b)

	veth.Create()
	again := dpdktest.Attach(t, device)
	if again.ID() != port.ID() {
		t.Skipf("the new port has number %d, not %d: another test took it", again.ID(), port.ID())
	}
	dpdktest.Start(t, again, pool, 1, 1)
	f := frame(5, 99)
	veth.Send(f)
	eventually(t, lane, b)
	if !bytes.Equal(b.Frame(0), f) {
		t.Errorf("%x", b.Frame(0))
	}
	b.Reply(0)
	lane.Exchange(b)
	if got := veth.Receive(2 * time.Second); !bytes.Equal(got, f) {
		t.Errorf("reply: %x", got)
	}
}

func TestAFPacketQueues(t *testing.T) {
	veth := dpdktest.NewVeth(t)
	pool := dpdktest.NewPool(t, 0)
	port := dpdktest.Attach(t, dpdk.AFPacket{Interface: veth.Port, Queues: 2, Qdisc: true}.Vdev("net_af_packet2"))
	dpdktest.Start(t, port, pool, 2, 2)
	w := dpdktest.NewWorker(t, pool, port)
	lanes := []*dpdk.Lane{dpdktest.NewLane(t, w, port, 0), dpdktest.NewLane(t, w, port, 1)}
	b := w.Burst()
	const flows = 64
	for i := range flows {
		veth.Send(udp4(byte(i)))
	}
	var per [2]int
	b.Sleep = 1_000_000
	for range 2000 {
		for q, l := range lanes {
			per[q] += l.Exchange(b)
			b.Begin()
		}
		if per[0]+per[1] == flows {
			break
		}
	}
	if per[0]+per[1] != flows || per[0] == 0 || per[1] == 0 {
		t.Errorf("%d flows over two queues: %v", flows, per)
	}
}

// udp4 is a UDP datagram of flow i.
func udp4(i byte) []byte {
	f := make([]byte, 60)
	copy(f, []byte{2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 8, 0, 0x45, 0, 0, 46, 0, 0, 0, 0, 64, 17, 0, 0,
		198, 18, 0, i, 198, 18, 1, 1, 4, i, 0, 9, 0, 26})
	return f
}

func TestVdevStrings(t *testing.T) {
	for _, c := range []struct{ got, want string }{
		{dpdk.AFPacket{Interface: "eth0"}.Vdev("net_af_packet0"),
			"net_af_packet0,iface=eth0,qpairs=1,blocksz=4096,framesz=2048,framecnt=1024,qdisc_bypass=1"},
		{dpdk.AFPacket{Interface: "eth0", Queues: 4, FrameSize: 16384, Frames: 128, Qdisc: true}.Vdev("net_af_packet7"),
			"net_af_packet7,iface=eth0,qpairs=4,blocksz=16384,framesz=16384,framecnt=128,qdisc_bypass=0"},
		{dpdk.Null{}.Vdev("net_null0"), "net_null0,size=64"},
		{dpdk.Null{FrameSize: 1500, Copy: true, NoRx: true}.Vdev("net_null0"), "net_null0,size=1500,copy=1,no-rx=1"},
		{dpdk.Ring{}.Vdev("net_ring0"), "net_ring0"},
		{dpdk.Pcap{Rx: []string{"a", "b"}, Infinite: true}.Vdev("net_pcap0"), "net_pcap0,rx_pcap=a,rx_pcap=b,infinite_rx=1"},
		{dpdk.Pcap{Rx: []string{"a"}, Tx: []string{"c"}}.Vdev("net_pcap0"), "net_pcap0,rx_pcap=a,tx_pcap=c"},
		{dpdk.Pcap{Interface: "eth0"}.Vdev("net_pcap0"), "net_pcap0,iface=eth0"},
	} {
		if c.got != c.want {
			t.Errorf("%s\nwant %s", c.got, c.want)
		}
	}
}
