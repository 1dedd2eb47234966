package dpdk_test

import (
	"bytes"
	"testing"

	"mire/dpdk/burst"
	"mire/dpdk/dpdktest"
)

func TestMultiSegment(t *testing.T) {
	x := newBench(t, dpdktest.WireConfig{})
	jumbo := frame(3, 9000)
	x.wire.B.SendAs(0, jumbo, dpdktest.Frame{Segment: 2000})
	x.wire.B.Send(frame(1, 60))
	x.wire.B.SendAs(0, jumbo, dpdktest.Frame{Segment: 2048})
	x.exchange(t, 3)
	if x.b.Rx[0] != burst.MultiSegment || x.b.Rx[1] != 0 || x.b.Rx[2] != burst.MultiSegment {
		t.Fatalf("flags %v", x.b.Rx[:3])
	}
	if !bytes.Equal(x.b.Frame(0), jumbo[:2000]) || !bytes.Equal(x.b.Frame(1), frame(1, 60)) {
		t.Error("the first segment is what is mapped")
	}
	// Passed on, all of it goes; dropped, all of it is freed (the leak check tells).
	x.b.Frame(0)[0] = 0xee
	x.b.Reply(0)
	x.exchange(t, 0)
	jumbo[0] = 0xee
	equal(t, "jumbo", x.wire.B.Receive(), [][]byte{jumbo})
}

func TestChecksumFlags(t *testing.T) {
	x := newBench(t, dpdktest.WireConfig{})
	for _, f := range []uint64{0, dpdktest.L4ChecksumBad, dpdktest.L4ChecksumGood, dpdktest.L4ChecksumNone} {
		x.wire.B.SendAs(0, frame(0, 60), dpdktest.Frame{OlFlags: f})
	}
	x.exchange(t, 4)
	want := [4]burst.RxFlags{0, 0, burst.L4ChecksumGood, burst.L4ChecksumPartial}
	if got := [4]burst.RxFlags(x.b.Rx[:4]); got != want {
		t.Errorf("%v, want %v", got, want)
	}
	// Nothing is left of them in the next burst.
	x.wire.B.Send(frame(0, 60), frame(0, 60), frame(0, 60), frame(0, 60))
	x.exchange(t, 4)
	if got := [4]burst.RxFlags(x.b.Rx[:4]); got != [4]burst.RxFlags{} {
		t.Errorf("%v left", got)
	}
}

func TestStrippedVLANIsPutBack(t *testing.T) {
	x := newBench(t, dpdktest.WireConfig{})
	f := frame(0, 60)
	x.wire.B.SendAs(0, f, dpdktest.Frame{StrippedVLAN: 7})
	x.exchange(t, 1)
	want := append(append(append([]byte{}, f[:12]...), 0x81, 0, 0, 7), f[12:]...)
	if !bytes.Equal(x.b.Frame(0), want) {
		t.Errorf("got\n%x, want\n%x", x.b.Frame(0), want)
	}
	// Sent with the length it had on the wire, it is that long again.
	x.b.Len[0] = 60
	x.b.Reply(0)
	x.exchange(t, 0)
	equal(t, "reply", x.wire.B.Receive(), [][]byte{want[:60]})
}

func TestLargerHeadroomShrinksTheRoom(t *testing.T) {
	x := newBench(t, dpdktest.WireConfig{})
	x.wire.B.SendAs(0, frame(0, 60), dpdktest.Frame{Headroom: 384})
	x.wire.B.Send(frame(1, 2000))
	x.exchange(t, 2)
	const room = 2048 + 128 - 384
	if x.b.Room != room || x.b.Rx[0] != 0 {
		t.Fatalf("room %d, want %d; flags %d", x.b.Room, room, x.b.Rx[0])
	}
	// What does not fit the smaller room is not to be taken for a whole frame.
	if x.b.Rx[1] != burst.MultiSegment || len(x.b.Frame(1)) != room {
		t.Errorf("flags %d, %d bytes", x.b.Rx[1], len(x.b.Frame(1)))
	}
	x.wire.B.Send(frame(1, 2000)) // nor without the other one beside it
	x.exchange(t, 1)
	if x.b.Rx[0] != burst.MultiSegment || len(x.b.Frame(0)) != room {
		t.Errorf("alone: flags %d, %d bytes", x.b.Rx[0], len(x.b.Frame(0)))
	}
	// A buffer without room for a usual frame does not shrink it further.
	x.wire.B.SendAs(0, frame(2, 60), dpdktest.Frame{Headroom: 2000})
	x.exchange(t, 1)
	if x.b.Room != room || x.b.Rx[0] != burst.MultiSegment {
		t.Errorf("room %d, flags %d", x.b.Room, x.b.Rx[0])
	}
}
