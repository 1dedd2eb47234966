package tarpit

import (
	"net/netip"
	"testing"

	"mire/dpdk/burst"
	et "mire/engine/enginetest"
	"mire/engine/packet"
	"mire/engine/segment"
)

// BenchmarkSYN is parser, locate, observer and tarpit over full bursts of SYNs
// to captured addresses, per frame; the copy of the frames is in it.
func BenchmarkSYN(b *testing.B) {
	l := newLab(b)
	var cold []netip.Addr
	for i := range burst.Size {
		cold = append(cold, host4(120+i))
	}
	l.trap(cold...)
	var frames [][]byte
	for i, a := range cold {
		frames = append(frames, et.TCP(askerMac, et.VirtMAC, netip.AddrPortFrom(netip.MustParseAddr("198.51.100.9"), uint16(1000+i)), netip.AddrPortFrom(a, 80), 2, 1, 0, nil))
	}
	segs := segment.New(l.Snapshots.Load())
	var options packet.Options
	bu := new(burst.Burst)
	buf := make([][et.Room]byte, burst.Slots)
	now := l.Lane.Now
	b.ResetTimer()
	for n := 0; n < b.N; n += burst.Size {
		bu.N, bu.Room, bu.Send, bu.Now = burst.Size, et.Room, 0, now
		for i := range frames {
			bu.Map(i, buf[i][:], copy(buf[i][:], frames[i]))
		}
		bu.Begin()
		packet.Parse(bu, &options)
		segs.Locate(bu)
		l.Worker.Observer.Observe(bu)
		l.stage().Process(bu)
	}
	b.StopTimer()
	if bu.Send.Count() != burst.Size {
		b.Fatalf("%d of a burst answered", bu.Send.Count())
	}
}
