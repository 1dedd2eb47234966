package stateless

import (
	"slices"
	"strings"
	"testing"

	"mire/dpdk/burst"
	"mire/engine/config"
	"mire/engine/event"
)

// only takes the one event there must be.
func (g *rig) only() event.Event {
	g.t.Helper()
	e := g.events()
	if len(e) != 1 {
		g.t.Fatalf("%d events: %v", len(e), e)
	}
	return e[0]
}

func TestEventSaysWhoAndWhom(t *testing.T) {
	for _, v6 := range []bool{false, true} {
		g := newRig(t, config.Policy{}, func(s *config.Snapshot) { s.Networks[0].Number = 300 })
		g.b.Now = 12345
		from, to, family := scanner4, trapped4, uint8(4)
		if v6 {
			from, to, family = scanner6, trapped6, 6
		}
		want := event.Event{
			Time: 12345, Count: 1, Net: 300, OurPort: 80, RemotePort: 40000, Family: family,
			MAC: [6]byte{2, 0, 0, 0, 0, 0x10}, Ours: to.Addr().As16(), Remote: from.Addr().As16(),
		}
		cookie := g.open(v6, 1)
		want.Kind = kindSYNACK
		if got := g.only(); got != want {
			t.Errorf("SYN\n got %+v\nwant %+v", got, want)
		}
		g.run(segment(v6, ACK, 2, 2+cookie, ""))
		want.Kind, want.Verified = kindHandshake, true
		if got := g.only(); got != want {
			t.Errorf("handshake\n got %+v\nwant %+v", got, want)
		}
		g.run(segment(v6, ACK|PSH, 2, 2+cookie, "SSH-2.0-x\r\n"))
		want.Kind, want.Verified, want.PayloadLen = kindFirstPayload, false, 11
		copy(want.Payload[:], "SSH-2.0-x\r\n")
		if got := g.only(); got != want {
			t.Errorf("payload\n got %+v\nwant %+v", got, want)
		}
	}
}

func TestFirstPayloadIsCut(t *testing.T) {
	g := newRig(t, config.Policy{})
	cookie := g.open(false, 1)
	g.events()
	long := strings.Repeat("0123456789", 20)
	g.run(segment(false, ACK, 2, 2+cookie, long))
	if e := g.only(); e.PayloadLen != event.PayloadSize || string(e.Payload[:]) != long[:event.PayloadSize] {
		t.Errorf("%d bytes: %q", e.PayloadLen, e.Payload)
	}
	// Ethernet padding behind three bytes of payload is none of it.
	g.run(append(segment(false, ACK, 2, 2+cookie, "abc"), "padding"...))
	if e := g.only(); e.PayloadLen != 3 || string(e.Payload[:3]) != "abc" {
		t.Errorf("%d bytes: %q", e.PayloadLen, e.Payload)
	}
}

// TestOldPayloadIsNotShown: the ring's slots are used again and again.
func TestOldPayloadIsNotShown(t *testing.T) {
	g := newRig(t, config.Policy{})
	cookie := g.open(false, 1)
	ring := event.NewRing(2)
	g.rules.events, g.worker.Events = ring, ring
	for range 3 {
		g.run(segment(false, FIN|ACK, 2, 2+cookie, "bye")) // fills the ring
		g.events()
		g.run(segment(false, SYN, 1, 0, ""), segment(false, ACK, 2, 2+cookie, ""))
		for _, e := range g.events() {
			if e.PayloadLen != 0 {
				t.Errorf("kind %v with a payload of %d bytes", e.Kind, e.PayloadLen)
			}
		}
	}
}

// TestResetOfOursIsToldWhateverItsFlags: the cookie decides, and each slot's own.
func TestResetOfOursIsToldWhateverItsFlags(t *testing.T) {
	g := newRig(t, config.Policy{})
	for _, v6 := range []bool{false, true} {
		for _, flags := range []uint8{RST, RST | ACK, RST | SYN, RST | FIN | PSH | URG} {
			g.open(!v6, 1) // leaves another cookie in the slot
			cookie := g.open(v6, 1)
			g.open(!v6, 1)
			g.events()
			g.run(segment(v6, flags, 2, 2+cookie, ""))
			if k := g.kinds(); !equal(k, []event.Kind{kindSessionReset}) {
				t.Errorf("IPv6 %v, flags %#x: events %v", v6, flags, k)
			}
			g.run(segment(v6, flags, 2, 4+cookie, ""))
			if k := g.kinds(); len(k) != 0 {
				t.Errorf("IPv6 %v, flags %#x, offset -2: events %v", v6, flags, k)
			}
		}
	}
}

// TestTruncated: the length of the payload comes from the IP header, what is
// kept of it from the frame, and nothing is verified.
func TestTruncated(t *testing.T) {
	g := newRig(t, config.Policy{})
	cookie := g.open(false, 1)
	g.events()
	g.flags = burst.Truncated
	whole := segment(false, ACK, 2, 2+cookie, strings.Repeat("x", 1000))
	g.load(whole)
	g.b.Len[0] = 14 + 40 + 5 // what reached us
	g.rules.Process(&g.b, 1, g.snap)
	if a := g.answer(0); a.Ack != 1002 || a.Window != 0 {
		t.Errorf("ack %d window %d", a.Ack, a.Window)
	}
	if e := g.only(); e.PayloadLen != 5 || e.Verified {
		t.Errorf("%+v", e)
	}
	g.run(segment(false, ACK, 2, 2+cookie, ""))
	if e := g.only(); e.Kind != kindHandshake || e.Verified {
		t.Errorf("handshake of a truncated frame: %+v", e)
	}
}

// TestFullRingLosesAndCounts: no verdict depends on the ring.
func TestFullRingLosesAndCounts(t *testing.T) {
	g := newRig(t, config.Policy{})
	g.rules.events = event.NewRing(4)
	var frames [][]byte
	for i := range uint32(8) {
		frames = append(frames, segment(i%2 == 0, SYN, i, 0, ""))
	}
	g.run(frames...)
	if g.b.Send != 0xff {
		t.Errorf("sent %b", g.b.Send)
	}
	if r := g.rules.events; r.Pushed() != 4 || r.Lost() != 4 {
		t.Errorf("pushed %d, lost %d", r.Pushed(), r.Lost())
	}
	g.run(segment(false, ACK, 5, 5, ""))
	if n := g.rules.events.Lost(); n != 5 {
		t.Errorf("lost %d", n)
	}
}

// TestPayloadOfAFINHasARoomOfItsOwn: in a full ring the FIN is lost, what it
// brought is told.
func TestPayloadOfAFINHasARoomOfItsOwn(t *testing.T) {
	g := newRig(t, config.Policy{})
	cookie := g.open(false, 1)
	ring := event.NewRing(2)
	g.rules.events, g.worker.Events = ring, ring
	for ring.Push(&event.Event{Kind: kindKeepalive}) {
	}
	lost := ring.Lost()
	g.run(segment(false, FIN|ACK, 2, 2+cookie, "bye"), segment(false, ACK, 2, 2+cookie, ""))
	seen := map[event.Kind]int{}
	for out := make([]event.Event, 8); ; {
		n := ring.Pop(out)
		if n == 0 {
			break
		}
		for _, e := range out[:n] {
			if seen[e.Kind]++; e.Kind == kindFirstPayload && string(e.Payload[:e.PayloadLen]) != "bye" {
				t.Errorf("payload %q", e.Payload[:e.PayloadLen])
			}
		}
	}
	if seen[kindKeepalive] != 2 || seen[kindFirstPayload] != 1 || seen[kindHandshake] != 1 || seen[kindFin] != 0 || ring.Lost() != lost+1 {
		t.Errorf("events %v, lost %d", seen, ring.Lost()-lost)
	}
}

func TestCountersArePublishedByTick(t *testing.T) {
	g := newRig(t, config.Policy{})
	g.open(false, 1)
	g.open(true, 1)
	g.run(segment(false, RST, 5, 5, ""))
	if c := g.shown(); c[1] != [NumRows]uint64{} {
		t.Errorf("before Tick: %v", c)
	}
	g.rules.Tick(&g.b)
	if c := g.shown(); len(c) != 1 || c[1] != [NumRows]uint64{Row1: 2, Row5: 1} {
		t.Errorf("after Tick: %v", c)
	}
}

// What a network counted stays when the network goes, and another one counts for
// itself.
func TestCountersAreByNetwork(t *testing.T) {
	g := newRig(t, config.Policy{})
	g.open(false, 1)
	next := *g.snap
	next.Networks = slices.Clone(next.Networks)
	next.Networks[0].Number = 7
	g.snap = &next
	g.run(segment(false, RST, 5, 5, ""))
	g.rules.Tick(&g.b)
	if c := g.shown(); len(c) != 2 || c[1] != [NumRows]uint64{Row1: 1} || c[7] != [NumRows]uint64{Row5: 1} {
		t.Errorf("%v", c)
	}
}

// shown is what the rules show of each network.
func (g *rig) shown() map[uint16][NumRows]uint64 {
	sum := map[uint16][NumRows]uint64{}
	g.rules.AddRows(sum)
	return sum
}
