package packet

import (
	"testing"

	"mire/dpdk/burst"
)

// BenchmarkParse is the cost per frame of a burst of 64: Begin and Parse.
func BenchmarkParse(b *testing.B) {
	for _, c := range []struct{ name, dump string }{
		{"syn4-20", hexSynBare},
		{"syn4-mss", hexSynNmap},
		{"syn4-linux", hexSynLinux},
		{"syn6-mss", hexSyn6},
		{"ack-data", hexAckData},
		{"arp", hexARP},
		{"ns", hexNS},
		{"udp4", hexUDP},
		{"echo4", hexEcho},
		{"syn6-dest", hexSyn6Dest},
	} {
		b.Run(c.name, func(b *testing.B) {
			f := good(b, c.dump)
			frames := make([][]byte, burst.Size)
			for i := range frames {
				frames[i] = f
			}
			l := newLane(frames...)
			opt := Options{}
			for b.Loop() {
				l.Begin()
				Parse(&l.Burst, &opt)
			}
			if l.Undecided.Count() != burst.Size {
				b.Fatalf("frames were dropped: %v", l.Verdicts.Dropped)
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/burst.Size, "ns/frame")
		})
	}
}
