package stateless

import (
	"testing"

	"mire/dpdk/burst"
	"mire/engine/config"
	"mire/engine/enginetest"
	"mire/engine/packet"
)

// TestFixturesAgreeWithParse: the metadata that the tests here make up with
// gopacket is what Parse finds, and a parsed frame is answered.
func TestFixturesAgreeWithParse(t *testing.T) {
	g := newRig(t, config.Policy{})
	frames := [][]byte{
		segment(false, SYN, 1, 0, ""), segment(true, SYN, 1, 0, ""),
		segment(false, ACK|PSH, 1, 2, "payload"), segment(true, ACK|PSH, 1, 2, "payload"),
		enginetest.Tag(5, segment(false, SYN, 1, 0, "")), enginetest.Tag(5, segment(true, FIN|ACK, 1, 0, "x")),
		offer(false, option(2, 5, 0xb4), option(4)), offer(true, option(2, 5, 0xb4), option(4)),
		append(segment(false, SYN, 1, 0, ""), "padding"...),
	}
	m := g.load(frames...)
	meta, class, v6 := g.b.Meta, g.b.Class, g.b.V6
	g.b.Begin()
	packet.Parse(&g.b, &packet.Options{})
	if g.b.Undecided != m || g.b.Class != class || g.b.V6 != v6 {
		t.Fatalf("undecided %b, classes %v, IPv6 %b", g.b.Undecided, g.b.Class, g.b.V6)
	}
	for i := range frames {
		got := g.b.Meta[i]
		got.Net = meta[i].Net // the worker's business
		if got != meta[i] {
			t.Errorf("frame %d\n got %+v\nwant %+v", i, got, meta[i])
		}
		g.b.Meta[i] = got
	}
	g.rules.Process(&g.b, m, g.snap)
	if want := burst.Mask(0b111010011); g.b.Send != want || g.b.Undecided != 0 {
		t.Errorf("sent %b, want %b, undecided %b", g.b.Send, want, g.b.Undecided)
	}
}
