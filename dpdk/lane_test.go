package dpdk_test

import (
	"bytes"
	"testing"
	"unsafe"

	"mire/dpdk"
	"mire/dpdk/burst"
	"mire/dpdk/dpdktest"
)

// frame is n bytes that differ from those of any other seed.
func frame(seed byte, n int) []byte {
	f := make([]byte, n)
	for i := range f {
		f[i] = seed + byte(i*7)
	}
	return f
}

func equal(t *testing.T, what string, got, want [][]byte) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%s: %d frames, want %d", what, len(got), len(want))
	}
	for i := range got {
		if !bytes.Equal(got[i], want[i]) {
			t.Errorf("%s: frame %d is\n%x, want\n%x", what, i, got[i], want[i])
		}
	}
}

// accounted checks the identity of Lane.Exchange.
func accounted(t *testing.T, b *burst.Burst) {
	t.Helper()
	io := b.IO
	in, out := io.Received+b.Verdicts.Originated, io.Transmitted+io.Freed+io.TxFull+io.Refused+io.Held+uint64(b.N)
	if in != out {
		t.Errorf("received %d + originated %d != transmitted %d + freed %d + full %d + held %d + in hand %d",
			io.Received, b.Verdicts.Originated, io.Transmitted, io.Freed, io.TxFull, io.Held, b.N)
	}
}

// bench is one worker on one end of a wire.
type bench struct {
	pool *dpdk.Pool
	wire *dpdktest.Wire
	w    *dpdk.Worker
	lane *dpdk.Lane
	b    *burst.Burst
	port uint16
}

func newBench(t testing.TB, c dpdktest.WireConfig) *bench {
	t.Helper()
	x := &bench{pool: dpdktest.NewPool(t, 0)}
	x.wire = dpdktest.NewWire(t, x.pool, c)
	x.w = dpdktest.NewWorker(t, x.pool, x.wire.A)
	x.lane = dpdktest.NewLane(t, x.w, x.wire.A, 0)
	x.b, x.port = x.w.Burst(), x.wire.A.ID()
	return x
}

func (x *bench) exchange(t *testing.T, want int) {
	t.Helper()
	if n := x.lane.Exchange(x.b); n != want || int(x.b.N) != want {
		t.Fatalf("received %d (N %d), want %d", n, x.b.N, want)
	}
	x.b.Begin()
	accounted(t, x.b)
}

func TestBurstIsAlignedZeroedCMemory(t *testing.T) {
	pool := dpdktest.NewPool(t, 0)
	w := dpdktest.NewWorker(t, pool)
	b := w.Burst()
	if uintptr(unsafe.Pointer(b))%64 != 0 {
		t.Errorf("burst at %p", b)
	}
	if b.Room != 2048 {
		t.Errorf("room %d, the pool has 2048", b.Room)
	}
	b.Room = 0
	for i, v := range unsafe.Slice((*byte)(unsafe.Pointer(b)), unsafe.Sizeof(*b)) {
		if v != 0 {
			t.Fatalf("byte %d is %d", i, v)
		}
	}
	b.Room = 2048
}

func TestExchangeFillsTheBurst(t *testing.T) {
	x := newBench(t, dpdktest.WireConfig{})
	x.exchange(t, 0)
	var sent [][]byte
	for i := range burst.Size + 3 {
		sent = append(sent, frame(byte(i), 60+i))
	}
	x.wire.B.Send(sent...)
	x.exchange(t, burst.Size)
	for i := range burst.Size {
		if !bytes.Equal(x.b.Frame(i), sent[i]) || x.b.In[i] != x.port || x.b.Rx[i] != 0 {
			t.Fatalf("slot %d: %x from %d, flags %d", i, x.b.Frame(i), x.b.In[i], x.b.Rx[i])
		}
	}
	x.exchange(t, 3)
	if x.b.IO.Freed != burst.Size {
		t.Errorf("%d frames freed", x.b.IO.Freed)
	}
	x.w.Drain()
	accounted(t, x.b)
	if n := x.pool.InUse(); n != 0 {
		t.Errorf("%d mbufs in use after Drain", n)
	}
	if io := x.b.IO; io.Polls != 3 || io.Empty != 1 {
		t.Errorf("%d polls, %d of them empty", io.Polls, io.Empty)
	}
}

func TestExchangeSendsAllInOrder(t *testing.T) {
	x := newBench(t, dpdktest.WireConfig{})
	for round := range 40 { // past the depth of the ring
		var sent [][]byte
		for i := range burst.Size {
			sent = append(sent, frame(byte(round+i), 64))
		}
		x.wire.B.Send(sent...)
		x.exchange(t, burst.Size)
		for i := range burst.Size {
			x.b.Reply(i)
		}
		x.exchange(t, 0)
		equal(t, "replies", x.wire.B.Receive(), sent)
	}
	if io := x.b.IO; io.Transmitted != 40*burst.Size || io.Freed != 0 || io.TxFull != 0 {
		t.Errorf("%+v", io)
	}
}

func TestExchangeFreesWhatIsNotSent(t *testing.T) {
	x := newBench(t, dpdktest.WireConfig{})
	x.wire.B.Send(frame(0, 60), frame(1, 61), frame(2, 62), frame(3, 63), frame(4, 64))
	x.exchange(t, 5)
	x.b.Drop(0, burst.Unclaimed)
	x.b.Reply(1)
	x.b.Consume(2)
	x.b.Reply(4) // and slot 3 stays undecided
	x.exchange(t, 0)
	equal(t, "replies", x.wire.B.Receive(), [][]byte{frame(1, 61), frame(4, 64)})
	if io := x.b.IO; io.Freed != 3 || io.Transmitted != 2 {
		t.Errorf("%+v", io)
	}
}

func TestExchangeSendsTheLengthOfTheModule(t *testing.T) {
	x := newBench(t, dpdktest.WireConfig{})
	x.wire.B.Send(frame(0, 60), frame(1, 60))
	x.exchange(t, 2)
	x.b.Len[0] = 40
	x.b.Len[1] = 300
	copy(x.b.Frame(1), frame(9, 300))
	x.b.Reply(0)
	x.b.Reply(1)
	x.exchange(t, 0)
	equal(t, "replies", x.wire.B.Receive(), [][]byte{frame(0, 60)[:40], frame(9, 300)})
}

func TestOriginated(t *testing.T) {
	x := newBench(t, dpdktest.WireConfig{})
	x.exchange(t, 0)
	total := 0
	for _, n := range []int{1, burst.SpareSize, 0, 7} {
		if x.b.Spares != burst.SpareSize {
			t.Fatalf("%d spares", x.b.Spares)
		}
		var want [][]byte
		for i := range n {
			f := x.b.Originate(x.port, 42+i)
			copy(f, frame(byte(i), 42+i))
			want = append(want, frame(byte(i), 42+i))
		}
		if n == burst.SpareSize && x.b.Originate(x.port, 42) != nil {
			t.Fatal("more spares than there are")
		}
		total += n
		x.exchange(t, 0)
		equal(t, "own frames", x.wire.B.Receive(), want)
	}
	if x.b.IO.Transmitted != uint64(total) || x.b.Originated != 0 {
		t.Errorf("%+v", x.b.IO)
	}
	// The room of a used spare is whole again, whatever was in it.
	if f := x.b.Originate(x.port, int(x.b.Room)); len(f) != int(x.b.Room) {
		t.Errorf("%d bytes of room", len(f))
	}
}

func TestRepliesAndOwnFramesByTwoPorts(t *testing.T) {
	pool := dpdktest.NewPool(t, 0)
	one, two := dpdktest.NewWire(t, pool, dpdktest.WireConfig{}), dpdktest.NewWire(t, pool, dpdktest.WireConfig{})
	w := dpdktest.NewWorker(t, pool, one.A, two.A)
	laneOne, laneTwo := dpdktest.NewLane(t, w, one.A, 0), dpdktest.NewLane(t, w, two.A, 0)
	b := w.Burst()
	laneOne.Exchange(b)
	for round := range 3 {
		one.B.Send(frame(0, 60), frame(1, 60), frame(2, 60), frame(3, 60))
		if n := laneOne.Exchange(b); n != 4 {
			t.Fatal(n)
		}
		b.Begin()
		for i := range 4 {
			b.SendTo(i, []uint16{one.A.ID(), two.A.ID()}[i%2])
		}
		want1, want2 := [][]byte{frame(0, 60), frame(2, 60)}, [][]byte{frame(1, 60), frame(3, 60)}
		if round > 0 { // with and without frames of our own
			copy(b.Originate(two.A.ID(), 42), frame(8, 42))
			copy(b.Originate(one.A.ID(), 42), frame(9, 42))
			want1, want2 = append(want1, frame(9, 42)), append(want2, frame(8, 42))
		}
		// The other lane of the same worker transmits what this one received.
		two.B.Send(frame(7, 77))
		if n := laneTwo.Exchange(b); n != 1 || b.In[0] != two.A.ID() || !bytes.Equal(b.Frame(0), frame(7, 77)) {
			t.Fatalf("%d frames, from %d", n, b.In[0])
		}
		b.Begin()
		equal(t, "port one", one.B.Receive(), want1)
		equal(t, "port two", two.B.Receive(), want2)
		accounted(t, b)
	}
}

func TestExchangeDoesNotAllocate(t *testing.T) {
	x := newBench(t, dpdktest.WireConfig{})
	f := frame(1, 60)
	x.lane.Exchange(x.b)
	for range 500 {
		x.wire.B.Send(f)
	}
	if n := testing.AllocsPerRun(100, func() {
		x.lane.Exchange(x.b)
		x.b.Begin()
		for i := range int(x.b.N) {
			x.b.Reply(i)
		}
		x.b.Originate(x.port, 42)
	}); n != 0 {
		t.Errorf("%v allocations per exchange", n)
	}
	if x.b.IO.Received != 500 {
		t.Errorf("received %d", x.b.IO.Received)
	}
}

func TestIdle(t *testing.T) {
	x := newBench(t, dpdktest.WireConfig{})
	x.exchange(t, 0)
	before := x.b.Now
	if x.b.IO.Slept != 0 {
		t.Errorf("slept %d ns unasked", x.b.IO.Slept)
	}
	x.b.Sleep = 200_000
	x.exchange(t, 0)
	if x.b.IO.Slept < 200_000 || x.b.Now-before < 200_000 {
		t.Errorf("slept %d ns, the clock went from %d to %d", x.b.IO.Slept, before, x.b.Now)
	}
	slept := x.b.IO.Slept
	x.wire.B.Send(frame(0, 60))
	x.exchange(t, 1)
	if x.b.IO.Slept != slept {
		t.Error("slept though a frame came")
	}
	if now := dpdk.Now(); x.b.Now > now {
		t.Errorf("burst is at %d, the clock at %d", x.b.Now, now)
	}
}
