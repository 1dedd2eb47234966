package packet

import (
	"testing"

	"mire/dpdk/burst"
)

// Nothing on the packet's path allocates.
func TestParseDoesNotAllocate(t *testing.T) {
	var frames [][]byte
	for _, d := range allDumps {
		frames = append(frames, good(t, d), tagged(good(t, d), 5), edit(good(t, d), 30, 1, 2, 3))
	}
	frames = frames[:burst.Size]
	l := newLane(frames...)
	for i := range l.Rx {
		l.Rx[i] = burst.RxFlags(i & 0x0e)
	}
	opt := Options{}
	if n := testing.AllocsPerRun(100, func() {
		l.Begin()
		Parse(&l.Burst, &opt)
		for m := l.Undecided; m != 0; m = m.Rest() {
			readAll(&l.Burst, m.First())
		}
	}); n != 0 {
		t.Errorf("%v allocations a burst, want 0", n)
	}
}

func TestBuildersDoNotAllocate(t *testing.T) {
	p := make([]byte, room)
	link := Link{Dst: BroadcastMAC, Src: [6]byte{6, 0, 10, 0, 0, 1}, VLAN: 7}
	a, mac := [16]byte{0: 0xfe, 1: 0x80, 15: 9}, [6]byte{2}
	groups := [][16]byte{SolicitedNode(a), AllSnoopers}
	l := newLane(good(t, hexEcho), good(t, hexEcho6))
	Parse(&l.Burst, &Options{})
	if n := testing.AllocsPerRun(100, func() {
		PutARPRequest(p, link, mac, [4]byte{1}, [4]byte{2})
		PutARPReply(p, link, mac, [4]byte{1}, mac, [4]byte{2})
		PutGratuitousARP(p, link, mac, [4]byte{1})
		PutNS(p, link, a, SolicitedNode(a), a, mac)
		PutNA(p, link, a, a, a, NAFlagSolicited, mac)
		PutMLDReport(p, link, a, MLDChangeToExclude, groups)
		PutMulticastAdvert(p, link, a, 20, 0, 0)
		PutMulticastTermination(p, link, a)
		EchoReply(&l.Burst, 0)
		EchoReply(&l.Burst, 1)
	}); n != 0 {
		t.Errorf("%v allocations, want 0", n)
	}
}
