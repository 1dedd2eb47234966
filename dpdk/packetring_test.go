package dpdk_test

import (
	"bytes"
	"fmt"
	"testing"
	"time"

	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"

	"mire/dpdk"
	"mire/dpdk/burst"
	"mire/dpdk/dpdktest"
)

// ends is a port over a veth with a worker and a lane.
type ends struct {
	t    *testing.T
	veth *dpdktest.Veth
	port *dpdk.Port
	lane *dpdk.Lane
	b    *burst.Burst
}

func newEnds(t *testing.T, device func(*dpdktest.Veth) string) *ends {
	t.Helper()
	e := &ends{t: t, veth: dpdktest.NewVeth(t)}
	e.open(dpdktest.NewPool(t, 16383), device)
	return e
}

func (e *ends) open(pool *dpdk.Pool, device func(*dpdktest.Veth) string) {
	e.t.Helper()
	e.port = dpdktest.Attach(e.t, device(e.veth))
	dpdktest.Start(e.t, e.port, pool, 1, 1)
	w := dpdktest.NewWorker(e.t, pool, e.port)
	e.lane, e.b = dpdktest.NewLane(e.t, w, e.port, 0), w.Burst()
	e.lane.Exchange(e.b) // spares
	e.b.Begin()
}

// send lets the worker send frames of its own, in one turn.
func (e *ends) send(frames ...[]byte) {
	e.t.Helper()
	for _, f := range frames {
		out := e.b.Originate(e.port.ID(), len(f))
		if out == nil {
			e.t.Fatal("no spare")
		}
		copy(out, f)
	}
	e.turn()
}

func (e *ends) turn() {
	e.lane.Exchange(e.b)
	e.b.Begin()
	accounted(e.t, e.b)
}

// arrives waits for a frame at the far end.
func (e *ends) arrives(what string, f []byte) {
	e.t.Helper()
	if got := e.veth.Receive(2 * time.Second); !bytes.Equal(got, f) {
		e.t.Fatalf("%s: got %d bytes %x", what, len(got), got[:min(len(got), 20)])
	}
}

func (e *ends) mtu(name string, n int) {
	e.t.Helper()
	if err := netlink.LinkSetMTU(e.veth.Link(name), n); err != nil {
		e.t.Fatal(err)
	}
}

// local is a frame of an experimental type with n bytes, told apart by x.
func local(x byte, n int, tag ...byte) []byte {
	f := frame(x, n)
	copy(f[12:], append(tag, 0x88, 0xb5))
	return f
}

func afPacket(number int) func(*dpdktest.Veth) string {
	return func(v *dpdktest.Veth) string {
		return dpdk.AFPacket{Interface: v.Port}.Vdev(fmt.Sprintf("net_af_packet%d", number))
	}
}

// A frame that the far end refuses for its size is lost alone, in whatever way
// the port hands it to the kernel.
func TestRefusedFramesHoldUpNothing(t *testing.T) {
	for name, device := range map[string]func(*dpdktest.Veth) string{
		"af_packet": afPacket(70),
		"af_packet with a queueing discipline": func(v *dpdktest.Veth) string {
			return dpdk.AFPacket{Interface: v.Port, Qdisc: true}.Vdev("net_af_packet71")
		},
		"af_xdp": func(v *dpdktest.Veth) string { return dpdk.AFXDP{Interface: v.Port}.Vdev("net_af_xdp71") },
	} {
		t.Run(name, func(t *testing.T) {
			e := newEnds(t, device)
			e.mtu(e.veth.Peer, 1400)
			big, small := local(1, 1514), local(2, 60)
			e.send(big)
			e.send(small)
			e.arrives("the next turn", small)
			e.send(big, small, big, big, small)
			e.arrives("the same turn", small)
			e.arrives("the same turn", small)
			// More than a ring of them, and nothing waits.
			for range 40 {
				e.send(bytesOf(big, 30)...)
			}
			e.send(small)
			e.arrives("behind a ring of them", small)
			if e.b.IO.Held != 0 {
				t.Errorf("%d frames wait", e.b.IO.Held)
			}
			if name == "af_xdp" {
				return // its socket does not tell what became of a frame
			}
			s, err := e.port.Stats()
			if err != nil || s.TxPackets != 4 || s.TxBytes != 4*60 || s.TxErrors != 4+40*30 {
				t.Errorf("%+v, %v", s, err)
			}
			if e.b.IO.Refused != s.TxErrors || e.b.IO.Transmitted != 4 {
				t.Errorf("%+v", e.b.IO)
			}
		})
	}
}

func bytesOf(f []byte, n int) (out [][]byte) {
	for range n {
		out = append(out, f)
	}
	return out
}

// The kernel drops what is longer than the interface's own MTU without a word:
// it is counted here. One 802.1Q tag comes on top, another tag does not.
func TestFramesLongerThanThePortsMTU(t *testing.T) {
	for name, device := range map[string]func(*dpdktest.Veth) string{
		"af_packet": afPacket(72),
		"af_xdp":    func(v *dpdktest.Veth) string { return dpdk.AFXDP{Interface: v.Port}.Vdev("net_af_xdp72") },
	} {
		t.Run(name, func(t *testing.T) {
			e := newEnds(t, device)
			small := local(9, 60)
			e.send(local(1, 1515), local(2, 1519, 0x81, 0, 0, 5), local(3, 1518, 0x88, 0xa8, 0, 5), small)
			e.arrives("three are too long", small)
			if e.b.IO.Refused != 3 {
				t.Errorf("%+v", e.b.IO)
			}
			for _, f := range [][]byte{local(4, 1514), local(5, 1514, 0x88, 0xa8, 0, 5)} {
				e.send(f)
				if got := e.veth.Receive(2 * time.Second); len(got) != 1514 && len(got) != 1510 {
					t.Fatalf("a full frame: %d bytes came", len(got))
				}
			}
			e.send(local(6, 1518, 0x81, 0, 0, 5))
			if got := e.veth.Receive(2 * time.Second); len(got) != 1514 { // the kernel takes the tag off
				t.Fatalf("a full frame with a tag: %d bytes came", len(got))
			}
			e.port.LimitMTU(1400)
			e.send(local(7, 1415), small)
			e.arrives("after a change", small)
			if s, err := e.port.Stats(); err != nil || s.TxErrors != 4 {
				t.Errorf("%+v, %v", s, err)
			}
		})
	}
}

// What was to be sent while the interface was down is not sent when it is up
// again: it is old by then.
func TestNothingOldLeavesWhenAnInterfaceComesUp(t *testing.T) {
	e := newEnds(t, afPacket(73))
	e.veth.Up(e.veth.Port, false)
	for range 100 {
		e.send(bytesOf(local(1, 60), 30)...)
	}
	e.veth.Up(e.veth.Port, true)
	for range 3 { // an error of the socket may be told once
		e.send(local(2, 60))
	}
	for limit := time.Now().Add(2 * time.Second); ; {
		got := e.veth.Receive(100 * time.Millisecond)
		if bytes.Equal(got, local(2, 60)) {
			break
		}
		if bytes.Equal(got, local(1, 60)) {
			t.Fatal("an old frame left")
		}
		if time.Now().After(limit) {
			t.Fatal("nothing leaves any more")
		}
		e.send(local(2, 60))
	}
}

// Frames that wait because an interface takes none keep no worker in an
// exchange; the port can be opened anew.
func TestARingThatStandsStill(t *testing.T) {
	veth := dpdktest.NewVeth(t)
	slow := &netlink.Tbf{
		QdiscAttrs: netlink.QdiscAttrs{LinkIndex: veth.Link(veth.Port).Attrs().Index, Parent: netlink.HANDLE_ROOT, Handle: netlink.MakeHandle(1, 0)},
		Rate:       1, Buffer: 2000, Limit: 100 << 20,
	}
	if err := netlink.QdiscAdd(slow); err != nil {
		t.Skipf("skipped: this kernel has no tbf: %v", err)
	}
	device := func(v *dpdktest.Veth) string {
		return dpdk.AFPacket{Interface: v.Port, Qdisc: true}.Vdev("net_af_packet74")
	}
	e := &ends{t: t, veth: veth}
	pool := dpdktest.NewPool(t, 16383)
	e.open(pool, device)
	done := make(chan struct{})
	go func() {
		defer close(done)
		for range 200 {
			for range 30 {
				if out := e.b.Originate(e.port.ID(), 1514); out != nil {
					copy(out, local(1, 1514))
				}
			}
			e.lane.Exchange(e.b)
			e.b.Begin()
		}
	}()
	select {
	case <-done:
	case <-time.After(20 * time.Second):
		t.Fatal("the worker is inside an exchange for ever")
	}
	accounted(t, e.b)
	before := e.port.Progress()
	e.b.Sleep = int64(time.Minute)
	start := time.Now()
	e.turn()
	e.b.Sleep = 0
	if took := time.Since(start); took > 10*time.Second {
		t.Errorf("it slept %v although frames wait", took)
	}
	after := e.port.Progress()
	if after.Waiting == 0 || after.Stalled == 0 || after.Moved != before.Moved {
		t.Fatalf("%+v, then %+v", before, after)
	}
	if err := netlink.QdiscDel(slow); err != nil {
		t.Fatal(err)
	}
	if err := e.port.Detach(); err != nil {
		t.Fatal(err)
	}
	e.turn()
	if e.b.IO.Held != 0 {
		t.Errorf("%d frames wait for a port that is gone", e.b.IO.Held)
	}
	again := dpdktest.Attach(t, device(veth))
	if again.ID() != e.port.ID() {
		t.Skipf("skipped: the new port has number %d, not %d: another test took it", again.ID(), e.port.ID())
	}
	dpdktest.Start(t, again, pool, 1, 1)
	if p := again.Progress(); p != (dpdk.Progress{}) {
		t.Errorf("a port that has just started: %+v", p)
	}
	e.send(local(2, 60))
	for range 200 { // what the discipline had
		if bytes.Equal(veth.Receive(2*time.Second), local(2, 60)) {
			return
		}
	}
	t.Error("the port that was opened anew sends nothing")
}

// The kernel takes the first tag off; what is received has it back, as it was.
func TestTagsComeBackAsTheyWere(t *testing.T) {
	e := newEnds(t, afPacket(75))
	for _, tag := range [][]byte{{0x81, 0, 0, 42}, {0x88, 0xa8, 0, 42}, {0x88, 0xa8, 0, 42, 0x81, 0, 0, 7}, {0x81, 0, 0, 42, 0x81, 0, 0, 7}} {
		f := local(1, 100, tag...)
		e.veth.Send(f)
		if n := eventually(t, e.lane, e.b); n != 1 || !bytes.Equal(e.b.Frame(0), f) {
			t.Errorf("tag % x: got % x", tag, e.b.Frame(0)[12:24])
		}
	}
	// Many at once, of both kinds.
	for i := range 40 {
		e.veth.Send(local(byte(i), 100, [][]byte{{0x81, 0, 0, 42}, {0x88, 0xa8, 0, 42}}[i%2]...))
	}
	for i := 0; i < 40; {
		n := eventually(t, e.lane, e.b)
		for k := range n {
			want := local(byte(i), 100, [][]byte{{0x81, 0, 0, 42}, {0x88, 0xa8, 0, 42}}[i%2]...)
			if !bytes.Equal(e.b.Frame(k), want) {
				t.Fatalf("frame %d: % x", i, e.b.Frame(k)[:24])
			}
			i++
		}
	}
}

// A frame longer than a slot is marked, and only it.
func TestCutFramesAreMarked(t *testing.T) {
	e := newEnds(t, afPacket(76))
	e.mtu(e.veth.Port, 9000)
	e.mtu(e.veth.Peer, 9000)
	for _, c := range []struct {
		size int
		cut  bool
	}{{60, false}, {1982, false}, {1983, true}, {9014, true}, {60, false}} {
		e.veth.Send(local(1, c.size))
		eventually(t, e.lane, e.b)
		if got := e.b.Rx[0]&burst.Cut != 0; got != c.cut || e.b.Rx[0]&burst.KernelBacked == 0 {
			t.Errorf("%d bytes: flags %b", c.size, e.b.Rx[0])
		}
	}
}

// Slots and buffers as large as the MTU asks for.
func TestJumboFrames(t *testing.T) {
	for _, mtu := range []int{1500, 1922, 4000, 9000, 9216} {
		t.Run(fmt.Sprint(mtu), func(t *testing.T) {
			veth := dpdktest.NewVeth(t)
			e := &ends{t: t, veth: veth}
			e.mtu(veth.Port, mtu)
			e.mtu(veth.Peer, mtu)
			p := dpdk.AFPacket{Interface: veth.Port, FrameSize: dpdk.SlotFor(mtu)}
			pool, err := dpdk.NewPool(dpdk.PoolConfig{Name: fmt.Sprintf("jumbo%d", mtu), Count: 4095, AnyNode: true, Room: dpdk.RoomFor(mtu)})
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() {
				if err := pool.Free(); err != nil {
					t.Error(err)
				}
			})
			e.open(pool, func(*dpdktest.Veth) string { return p.Vdev("net_af_packet77") })
			for _, n := range []int{60, mtu + 14} {
				f := local(1, n)
				veth.Send(f)
				eventually(t, e.lane, e.b)
				if !bytes.Equal(e.b.Frame(0), f) || e.b.Rx[0] != burst.KernelBacked {
					t.Fatalf("%d bytes: %d came, flags %b", n, e.b.Len[0], e.b.Rx[0])
				}
				e.b.Reply(0)
				e.turn()
				e.arrives("its reply", f)
			}
			f := local(2, mtu+18, 0x81, 0, 0, 42)
			veth.Send(f)
			eventually(t, e.lane, e.b)
			if !bytes.Equal(e.b.Frame(0), f) {
				t.Fatalf("with a tag: %d came, flags %b", e.b.Len[0], e.b.Rx[0])
			}
		})
	}
}

// Fragments arrive as they are, and a queue that is full moves no flow.
func TestPacketSocketsShareByFlowAlone(t *testing.T) {
	veth := dpdktest.NewVeth(t)
	pool := dpdktest.NewPool(t, 8191)
	port := dpdktest.Attach(t, dpdk.AFPacket{Interface: veth.Port, Queues: 2}.Vdev("net_af_packet78"))
	dpdktest.Start(t, port, pool, 2, 2)
	w := dpdktest.NewWorker(t, pool, port)
	lanes := []*dpdk.Lane{dpdktest.NewLane(t, w, port, 0), dpdktest.NewLane(t, w, port, 1)}
	b := w.Burst()
	// drain counts what each queue has.
	drain := func(look func(f []byte)) (per [2]int) {
		for quiet := 0; quiet < 50; quiet++ {
			for q, l := range lanes {
				b.Sleep = int64(time.Millisecond)
				n := l.Exchange(b)
				b.Begin()
				per[q] += n
				for i := range n {
					if look != nil {
						look(b.Frame(i))
					}
				}
				if n != 0 {
					quiet = 0
				}
			}
		}
		return per
	}
	var sizes []int
	for _, part := range []struct{ at, n int }{{0, 1480}, {1480, 1480}, {2960, 40}} {
		veth.Send(fragment(part.at, part.n, part.at < 2960))
	}
	drain(func(f []byte) { sizes = append(sizes, len(f)) })
	if fmt.Sprint(sizes) != "[1514 1514 74]" && fmt.Sprint(sizes) != "[1514 74 1514]" && fmt.Sprint(sizes) != "[74 1514 1514]" {
		t.Errorf("three fragments arrived as frames of %v bytes", sizes)
	}
	veth.Send(udp4(1))
	home := drain(nil)
	for range 3000 { // a ring has 1024 slots
		veth.Send(udp4(1))
	}
	if per := drain(nil); (per[0] != 0) != (home[0] != 0) || (per[1] != 0) != (home[1] != 0) {
		t.Errorf("one flow belongs to %v, its flood is at %v", home, per)
	}
	for _, fd := range packetSockets() {
		v, err := unix.GetsockoptInt(fd, unix.SOL_PACKET, unix.PACKET_FANOUT)
		if err == nil && v != 0 && v>>16&(unix.PACKET_FANOUT_FLAG_DEFRAG|unix.PACKET_FANOUT_FLAG_ROLLOVER) != 0 {
			t.Errorf("socket %d: fanout %#x", fd, v)
		}
	}
}

func packetSockets() (out []int) {
	for fd := range 1024 {
		if d, err := unix.GetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_DOMAIN); err == nil && d == unix.AF_PACKET {
			out = append(out, fd)
		}
	}
	return out
}

// fragment is n bytes at an offset of a UDP datagram over IPv4.
func fragment(at, n int, more bool) []byte {
	f := make([]byte, 34+n)
	copy(f, []byte{2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 8, 0, 0x45, 0, byte((n + 20) >> 8), byte(n + 20), 0, 9,
		byte(at / 8 >> 8), byte(at / 8), 64, 17, 0, 0, 198, 18, 0, 1, 198, 18, 1, 1})
	if more {
		f[20] |= 0x20
	}
	sum := 0
	for i := 14; i < 34; i += 2 {
		sum += int(f[i])<<8 | int(f[i+1])
	}
	for sum > 0xffff {
		sum = sum>>16 + sum&0xffff
	}
	f[24], f[25] = byte(^sum>>8), byte(^sum)
	return f
}
