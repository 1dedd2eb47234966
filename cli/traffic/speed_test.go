package traffic

import (
	"testing"

	"mire/dpdk/burst"
	"mire/engine/enginetest"
)

// sink is a lane that takes everything at once and costs next to nothing.
type sink struct {
	bufs [burst.Slots][enginetest.Room]byte
	in   []enginetest.Frame // received with every exchange
	last uint32
	step int64
}

func (l *sink) Exchange(b *burst.Burst) int {
	b.IO.Transmitted += uint64(b.Originated) + uint64(b.Send.Count())
	b.IO.Freed += uint64(l.last) - uint64(b.Send.Count())
	b.Send, b.Originated, b.Room, b.Spares = 0, 0, enginetest.Room, burst.MaxSpares
	if b.Data[0] == nil {
		for i := range l.bufs {
			b.Map(i, l.bufs[i][:], 0)
		}
	}
	for i, f := range l.in {
		b.Len[i] = uint16(copy(l.bufs[i][:], f.Data))
	}
	b.N, l.last = uint32(len(l.in)), uint32(len(l.in))
	b.IO.Received += uint64(len(l.in))
	b.Now += l.step
	return len(l.in)
}

// answered makes l receive, with each exchange, what target would answer to
// the SYNs or echoes of one turn of words.
func answered(t testing.TB, words string) []enginetest.Frame {
	p := newPair(t, words, func(_ *Spec, c *Config) { c.Rate = 1e6 })
	p.Turn()
	for range 8 {
		p.step = 8_000
		p.Turn()
		if len(p.testBench.lane.In) >= 8 {
			break
		}
	}
	if len(p.testBench.lane.In) == 0 {
		t.Fatalf("%s: no answers", words)
	}
	return p.testBench.lane.In[:8]
}

var paths = map[string]struct {
	words string
	in    string // whose answers come in; they need the same seed
}{
	"syn4":      {"syn", ""},
	"syn6":      {"syn family 6", ""},
	"udp4":      {"udp", ""},
	"imix":      {"udp size imix", ""},
	"mix":       {"syn weight 3 udp 2001:db8::/64 echo malformed 10% arp nd handshake malformed 5% ack family 6", ""},
	"hold":      {"hold connections 1000", ""},
	"handshake": {"handshake 172.17.2.32 from 172.17.2.128/26", "same"},
	"echo":      {"echo 172.17.2.32 from 172.17.2.128/26", "same"},
}

func (l *sink) load(t testing.TB, name string) *testBench {
	p := paths[name]
	if p.in == "same" {
		l.in = answered(t, p.words)
	}
	tb := newBench(t, p.words, func(_ *Spec, c *Config) { c.Lane = l })
	return tb
}

func TestTurnsDoNotAllocate(t *testing.T) {
	for name := range paths {
		l := &sink{step: 1000}
		tb := l.load(t, name)
		tb.Turn()
		if n := testing.AllocsPerRun(200, tb.Turn); n != 0 {
			t.Errorf("%s: %v allocations in a turn", name, n)
		}
		c := tb.Counters()
		if len(l.in) > 0 && (c.SYNACK+c.EchoReply != c.Received || c.Received == 0) {
			t.Errorf("%s: %+v", name, c)
		}
		tb.wantIdentity(t)
	}
}

// BenchmarkTurn prints nanoseconds per frame made.
func BenchmarkTurn(b *testing.B) {
	for name := range paths {
		b.Run(name, func(b *testing.B) {
			l := &sink{step: 1000}
			tb := l.load(b, name)
			tb.Turn()
			start := tb.Counters().Made
			b.ResetTimer()
			for tb.Generator.c.Made-start < uint64(b.N) {
				tb.Turn()
			}
		})
	}
}
