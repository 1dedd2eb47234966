package event

import (
	"net/netip"
	"strings"
	"testing"

	"github.com/rs/zerolog"
)

// sample is an event of kind k between two documentation addresses.
func sample(k Kind, family uint8) Event {
	e := Event{Kind: k, Family: family, Net: 3, OurPort: 80, RemotePort: 40000, Count: 1,
		MAC: [6]byte{0xAA, 0xBB, 0xCC, 0x00, 0x0F, 0xF0}}
	e.Ours = netip.MustParseAddr("192.0.2.7").As16()
	e.Remote = netip.MustParseAddr("198.51.100.9").As16()
	if family == 6 {
		e.Ours = netip.MustParseAddr("2001:DB8:0:0:1:0:0:1").As16()
		e.Remote = netip.MustParseAddr("fe80:0:0:0:0:0:0:F001").As16()
	}
	return e
}

func TestSeedLinesByteForByte(t *testing.T) {
	for _, c := range []struct {
		kind   Kind
		family uint8
		want   string
	}{
		{ARPReply, 4, "TARPIT IPv4 ARP_REPLY for 192.0.2.7 sent to 198.51.100.9 [aa:bb:cc:00:0f:f0]"},
		{EchoReply, 4, "TARPIT IPv4 ECHO_REPLY for 192.0.2.7 sent to 198.51.100.9 [aa:bb:cc:00:0f:f0]"},
		{SYNACK, 4, "TARPIT IPv4 TCP_SYNACK for 192.0.2.7/80 sent to 198.51.100.9/40000 [aa:bb:cc:00:0f:f0]"},
		{UDPPacket, 4, "TARPIT IPv4 UDP_PACKET for 192.0.2.7/80 received from 198.51.100.9/40000 [aa:bb:cc:00:0f:f0]"},
		{NDReply, 6, "TARPIT IPv6 ND6_REPLY for 2001:db8::1:0:0:1 sent to fe80::f001 [aa:bb:cc:00:0f:f0]"},
		{EchoReply, 6, "TARPIT IPv6 ECHO_REPLY for 2001:db8::1:0:0:1 sent to fe80::f001 [aa:bb:cc:00:0f:f0]"},
		{SYNACK, 6, "TARPIT IPv6 TCP_SYNACK for 2001:db8::1:0:0:1/80 sent to fe80::f001/40000 [aa:bb:cc:00:0f:f0]"},
		{UDPPacket, 6, "TARPIT IPv6 UDP_PACKET for 2001:db8::1:0:0:1/80 received from fe80::f001/40000 [aa:bb:cc:00:0f:f0]"},
	} {
		e := sample(c.kind, c.family)
		if got := Line(&e); got != c.want {
			t.Errorf("got  %q\nwant %q", got, c.want)
		}
		if c.kind.Level() != zerolog.WarnLevel {
			t.Errorf("%v is not a warning", c.kind)
		}
	}
}

func TestIPv6AddressesAreRFC5952(t *testing.T) {
	for in, want := range map[string]string{
		"2001:0db8:0000:0000:0000:0000:0000:0001": "2001:db8::1",
		"2001:db8:0:1:1:1:1:1":                    "2001:db8:0:1:1:1:1:1", // one zero group stays
		"2001:0:0:1:0:0:0:1":                      "2001:0:0:1::1",        // the longest run goes
		"2001:DB8::ABCD":                          "2001:db8::abcd",
		"::ffff:192.0.2.1":                        "::ffff:192.0.2.1",
	} {
		e := Event{Kind: NDReply, Family: 6, Ours: netip.MustParseAddr(in).As16()}
		if got := Line(&e); !strings.Contains(got, " for "+want+" sent to :: [") {
			t.Errorf("%s: %s", in, got)
		}
	}
}

func TestOwnLines(t *testing.T) {
	released := sample(Released, 4)
	command := released
	command.MAC = [6]byte{}
	nameless := released
	nameless.PayloadLen = uint8(copy(nameless.Payload[:], "probed for by"))
	trapped := sample(Trapped, 6)
	lonely := trapped
	lonely.Remote = [16]byte{}
	payload := sample(FirstPayload, 4)
	payload.PayloadLen = uint8(copy(payload.Payload[:], "GET /\r\n\x00\x1b[31m\"\xff"))
	flood := sample(ClaimFlood, 4)
	flood.Count = 77
	port := Event{Kind: Port, OurPort: 2, Count: LinkDown}
	for want, e := range map[string]*Event{
		"network 3: 192.0.2.7 released, alive at [aa:bb:cc:00:0f:f0]":                                           &released,
		"network 3: 192.0.2.7 released, probed for by [aa:bb:cc:00:0f:f0]":                                      &nameless,
		"network 3: 192.0.2.7 released":                                                                         &command,
		"network 3: 2001:db8::1:0:0:1 belongs to nobody, captured, asked for by fe80::f001 [aa:bb:cc:00:0f:f0]": &trapped,
		"network 3: 2001:db8::1:0:0:1 belongs to nobody, captured":                                              &lonely,
		"network 3: [aa:bb:cc:00:0f:f0] claims 77 addresses a minute":                                           &flood,
		"port 2 lost its link": &port,
		`TARPIT IPv4 FIRST_PAYLOAD for 192.0.2.7/80 received from 198.51.100.9/40000 [aa:bb:cc:00:0f:f0]: "GET /\r\n\x00\x1b[31m\"\xff"`: &payload,
	} {
		if got := Line(e); got != want {
			t.Errorf("got  %q\nwant %q", got, want)
		}
	}
}

// Whatever a worker writes into an event, the line is complete and printable.
func TestEveryKindHasAPrintableLine(t *testing.T) {
	seen := map[string]Kind{}
	for k := range 256 {
		e := Event{Kind: Kind(k), Family: uint8(k), Count: 1 << 31, PayloadLen: 255}
		for i := range e.Payload {
			if e.Payload[i] = byte(i * k); e.Payload[i] == '%' {
				e.Payload[i] = 0 // a verb that nobody expanded shall be the only percent sign
			}
		}
		line := Line(&e)
		if line == "" || strings.Contains(line, "%") {
			t.Errorf("kind %d: %q", k, line)
		}
		for _, c := range []byte(line) {
			if c < ' ' || c > '~' {
				t.Fatalf("kind %d: byte %#x in %q", k, c, line)
			}
		}
		if e.Kind < NumKinds() {
			if other, ok := seen[e.Kind.String()]; ok || e.Kind.String() == "" {
				t.Errorf("kinds %d and %d share the name %q", k, other, e.Kind)
			}
			seen[e.Kind.String()] = e.Kind
		}
	}
}

func TestAppendLineAllocatesNothing(t *testing.T) {
	e := sample(SYNACK, 6)
	buf := make([]byte, 0, 256)
	if n := testing.AllocsPerRun(100, func() { buf = AppendLine(buf[:0], &e) }); n != 0 {
		t.Fatalf("%v allocations", n)
	}
}

func BenchmarkAppendLine(b *testing.B) {
	e := sample(SYNACK, 4)
	buf := make([]byte, 0, 256)
	for range b.N {
		buf = AppendLine(buf[:0], &e)
	}
}
