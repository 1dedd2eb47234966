package packet

import (
	"math"
	"strings"
	"testing"
	"time"

	"mire/dpdk/burst"
)

// samples is how many bursts are timed together.
const samples = 50

// BenchmarkParse is the cost per frame of a burst of 64: Begin and Parse.
func BenchmarkParse(b *testing.B) {
	long := func(n int) string { return hexAckData[:len(hexAckData)-3] + strings.Repeat("00", n-59) }
	for _, c := range []struct{ name, dump string }{
		{"syn4-20", hexSynBare},
		{"syn4-mss", hexSynNmap},
		{"syn4-linux", hexSynLinux},
		{"syn6-mss", hexSyn6},
		{"ack-data", hexAckData},
		{"data-300", long(300)},
		{"data-1514", long(1514)},
		{"arp", hexARP},
		{"ns", hexNS},
		{"udp4", hexUDP},
		{"echo4", hexEcho},
		{"syn6-dest", hexSyn6Dest},
	} {
		b.Run(c.name, func(b *testing.B) {
			f := good(b, c.dump)
			if len(f) >= 300 { // let the packet fill it
				f = resum(edit(f, 16, byte((len(f)-14)>>8), byte(len(f)-14)))
			}
			frames := make([][]byte, burst.Size)
			for i := range frames {
				frames[i] = f
			}
			l := newLane(frames...)
			// As a pool lays buffers out: not all in the same lines of the cache.
			memory := make([]byte, burst.Size*(room+192))
			for i := range frames {
				buf := memory[i*(room+192):][:room]
				copy(buf, l.Frame(i))
				l.Map(i, buf, len(f))
			}
			opt := Options{}
			best := time.Duration(math.MaxInt64)
			for b.Loop() {
				start := time.Now()
				for range samples {
					l.Begin()
					Parse(&l.Burst, &opt)
				}
				best = min(best, time.Since(start))
			}
			if l.Undecided.Count() != burst.Size {
				b.Fatalf("frames were dropped: %v", l.Verdicts.Dropped)
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/(samples*burst.Size), "ns/frame")
			b.ReportMetric(float64(best.Nanoseconds())/(samples*burst.Size), "best-ns/frame")
		})
	}
}
