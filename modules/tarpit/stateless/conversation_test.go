package stateless

import (
	"testing"

	"mire/dpdk/burst"
	"mire/engine/config"
	"mire/engine/event"
)

// step is one segment of a client, with sequence number relative to its first
// byte of payload, and what comes back: acknowledgement in the same measure and
// window, or a reason for silence.
type step struct {
	name    string
	flags   uint8
	at      int
	payload string
	ack     int
	window  uint16
	silent  burst.Reason
	events  []event.Kind
}

// nothing in a step says that a reply is due.
const nothing = burst.Reason(0)

// the life of a connection that is held: handshake, one byte (which is not
// taken), the same with more behind it, window probes, a keepalive, FIN.
func life(p config.Policy) []step {
	steps := []step{
		{"handshake", ACK, 0, "", 0, 0, of(dropHandshake), []event.Kind{kindHandshake}},
		{"first byte", ACK | PSH, 0, "G", 0, 0, nothing, []event.Kind{kindHold}},
		{"again, with more", ACK | PSH, 0, "GET / HTTP/1.0\r\n\r\n", 18, 0, nothing, []event.Kind{kindFirstPayload}},
		{"window probe", ACK, 17, "", 18, 0, nothing, []event.Kind{kindHold}},
		{"second probe", ACK, 17, "", 18, 0, nothing, []event.Kind{kindHold}},
		{"probe with a byte", ACK, 18, "x", 19, 0, nothing, []event.Kind{kindHold}},
		{"keepalive", ACK, -1, "", 0, 64240, nothing, []event.Kind{kindKeepalive}},
		{"keepalive with a byte", ACK, -1, "x", 0, 0, nothing, []event.Kind{kindHold}},
		{"FIN", FIN | ACK, 18, "", 18, 0, nothing, []event.Kind{kindFin}},
		{"FIN with the request", FIN | PSH | ACK, 0, "GET", 3, 0, nothing, []event.Kind{kindFirstPayload, kindFin}},
		{"reset", RST | ACK, 18, "", 0, 0, of(dropReset), []event.Kind{kindSessionReset}},
	}
	switch p.Kind {
	case config.PolicySynack, config.PolicyMute:
		for i := range steps {
			if steps[i].silent == nothing {
				steps[i].silent = of(dropSilent)
			}
		}
	case config.PolicyClamp: // W = 10
		for i, want := range []struct {
			ack    int
			window uint16
			silent burst.Reason
		}{
			{silent: of(dropHandshake)}, {ack: 1, window: 9}, {ack: 10}, {silent: of(dropSilent)},
			{silent: of(dropSilent)}, {ack: 10}, {ack: 0, window: 10}, {ack: 0, window: 10},
			{ack: 18}, {ack: 3, window: 7}, {silent: of(dropReset)},
		} {
			steps[i].ack, steps[i].window, steps[i].silent = want.ack, want.window, want.silent
		}
	}
	return steps
}

func TestConversation(t *testing.T) {
	for _, p := range []config.Policy{
		{Kind: config.PolicySlam}, {Kind: config.PolicySynack}, {Kind: config.PolicyMute},
		{Kind: config.PolicyClamp, Window: 10},
	} {
		for _, v6 := range []bool{false, true} {
			const isn = 0xfffffffa // wraps within the first bytes
			first := uint32(isn)
			first++
			g := newRig(t, p)
			a, _ := g.one(segment(v6, SYN|ECE|CWR, isn, 0, ""))
			if a == nil || !a.SYN || !a.ACK || a.ECE || a.CWR || a.TCP.Ack != first {
				t.Fatalf("policy %d: SYN-ACK %+v", p.Kind, a)
			}
			if k := g.kinds(); len(k) != 1 || k[0] != kindSYNACK {
				t.Fatalf("policy %d: events of a SYN: %v", p.Kind, k)
			}
			theirs := a.Seq + 1
			for _, s := range life(p) {
				a, why := g.one(segment(v6, s.flags, first+uint32(s.at), theirs, s.payload))
				switch {
				case s.silent != nothing && (a != nil || why != s.silent):
					t.Fatalf("policy %d, %s: got %v %v, want silence by %v", p.Kind, s.name, a, why, s.silent)
				case s.silent == nothing && a == nil:
					t.Fatalf("policy %d, %s: silence by %v", p.Kind, s.name, why)
				case a != nil && (a.TCP.Ack-first != uint32(s.ack) || a.Window != s.window || a.Seq != theirs || a.SYN || a.FIN || a.RST):
					t.Fatalf("policy %d, %s: ack %d window %d, want %d %d", p.Kind, s.name,
						int32(a.TCP.Ack-first), a.Window, s.ack, s.window)
				}
				if k := g.kinds(); !equal(k, s.events) {
					t.Fatalf("policy %d, %s: events %v, want %v", p.Kind, s.name, k, s.events)
				}
			}
		}
	}
}

func equal(a, b []event.Kind) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return true
}
