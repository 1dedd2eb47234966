package event

import (
	"encoding/json"
	"io"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/rs/zerolog"

	"mire/engine/config"
)

// one pushes an event of a source, IPv4 or IPv6, from a MAC and passes now and then.
func (b *bench) one(k Kind, family uint8, mac [6]byte, source uint32) {
	e := sample(k, family)
	e.MAC = mac
	if family == 4 {
		e.Remote = netip.AddrFrom4([4]byte{10, byte(source >> 16), byte(source >> 8), byte(source)}).As16()
	} else {
		e.Remote = [16]byte{0x20, 1, 0x0d, 0xb8, byte(source >> 24), byte(source >> 16), byte(source >> 8), 12: byte(source)}
	}
	e.Ours[15] = byte(source)
	if b.ring.Full() {
		b.pass()
	}
	b.ring.Push(&e)
}

// A flood from one MAC with forged sources: some first lines, then the MAC is the
// source, whatever the rate would still allow.
func TestMACWithManySourcesIsTheSource(t *testing.T) {
	for _, family := range []uint8{4, 6} {
		b := newBench(8192, 0, config.LogFirst, 100_000)
		mac := [6]byte{2, 0, 0, 0, 0, 7}
		for minute := range 3 {
			before := len(b.out.lines)
			for s := range uint32(60_000) {
				if s%1000 == 0 {
					b.clock.add(time.Second - 1)
				}
				b.one(SYNACK, family, mac, uint32(minute)<<20|s)
			}
			b.pass()
			if n := len(b.out.lines) - before; n > macSources+10 {
				t.Fatalf("IPv%d, minute %d: %d lines for one MAC", family, minute, n)
			}
		}
		b.clock.add(time.Hour)
		b.pass()
		all := strings.Join(b.out.lines, "\n")
		if !strings.Contains(all, "[02:00:00:00:00:07] (") || !strings.Contains(all, " sources at this MAC") {
			t.Fatal(all)
		}
		b.checkIdentity(t, 180_000)
	}
}

// MACs are chosen by the sender too: then its network is the source.
func TestNetworkWithManyMACsIsTheSource(t *testing.T) {
	b := newBench(8192, 0, config.LogFirst, 100_000)
	for s := range uint32(200_000) {
		b.one(SYNACK, 4, [6]byte{2, 0, byte(s >> 24), byte(s >> 16), byte(s >> 8), byte(s)}, s)
	}
	b.pass()
	if n := len(b.out.lines); n > netParties+10 {
		t.Fatalf("%d lines", n)
	}
	if n := len(b.crowds.nets[sample(SYNACK, 4).Net].macs); n > netParties+1 {
		t.Fatalf("%d MACs are remembered", n)
	}
	last := b.out.reports[len(b.out.reports)-1]
	if last.Crowd == nil || !last.Crowd.Network || last.Crowd.MACs.Count < 50_000 || last.Crowd.Sources.Count < 50_000 ||
		!strings.Contains(b.out.lines[len(b.out.lines)-1], " MACs") {
		t.Fatalf("%+v\n%s", last, b.out.lines[len(b.out.lines)-1])
	}
	// Another network is not touched by it.
	e := sample(SYNACK, 4)
	e.Net++
	b.ring.Push(&e)
	before := len(b.out.lines)
	b.pass()
	if len(b.out.lines) != before+1 || b.out.reports[before].Crowd != nil {
		t.Fatal("an event of another network has no line of its own")
	}
}

// Sources behind a router share its MAC. The lines say who among them sends most,
// by kind, and whoever completed a handshake still has a line of its own.
func TestLinesOfARouterNameItsBusiestSource(t *testing.T) {
	b := newBench(8192, 0, config.LogFirst, 100_000)
	router := [6]byte{2, 0, 0, 0, 0, 1}
	for s := range uint32(3000) {
		b.one(SYNACK, 4, router, s)
		b.one(SYNACK, 4, router, 0xffffff)
		b.one(UDPPacket, 4, router, s)
	}
	b.one(Handshake, 4, router, 4242)
	b.one(FirstPayload, 4, router, 4242)
	b.clock.add(time.Minute)
	b.pass()
	all := strings.Join(b.out.lines, "\n")
	for _, want := range []string{"HANDSHAKE for", "FIRST_PAYLOAD for", "received from 10.0.16.146/"} {
		if !strings.Contains(all, want) {
			t.Errorf("no line with %q", want)
		}
	}
	var syn, udp *Report
	for i := range b.out.reports {
		if r := &b.out.reports[i]; r.Crowd != nil && r.Event.Kind == SYNACK {
			syn = r
		} else if r.Crowd != nil && r.Event.Kind == UDPPacket {
			udp = r
		}
	}
	if syn == nil || syn.Crowd.Top != netip.MustParseAddr("::ffff:10.255.255.255").As16() || syn.Crowd.TopCount < 1000 {
		t.Fatalf("%+v", syn)
	}
	if udp == nil || udp.Crowd.TopCount != 0 || udp.Crowd.MACs != (Distinct{1, true}) {
		t.Fatalf("nobody stands out: %+v", udp)
	}
}

// A crowd is one until a window has passed in which it was none.
func TestACrowdEnds(t *testing.T) {
	b := newBench(8192, 0, config.LogFirst, 100_000)
	mac := [6]byte{2, 0, 0, 0, 0, 7}
	for s := range uint32(1000) {
		b.one(SYNACK, 4, mac, s)
	}
	b.pass()
	b.clock.add(time.Minute)
	single := func() bool { // has a known source a line of its own?
		b.pass()
		before := len(b.out.lines)
		b.one(SYNACK, 4, mac, 9)
		b.pass()
		return len(b.out.lines) == before+1 && b.out.reports[before].Crowd == nil
	}
	if single() {
		t.Error("it ended with the window in which it was one")
	}
	b.clock.add(time.Minute)
	if !single() {
		t.Error("it does not end")
	}
	for s := range uint32(1000) {
		b.one(SYNACK, 4, mac, s)
	}
	b.pass()
	b.clock.add(time.Hour)
	if !single() {
		t.Error("it outlives silence")
	}
}

// 64 sources a minute are not too many, for each MAC.
func TestAsManySourcesAsAllowedHaveTheirLines(t *testing.T) {
	b := newBench(8192, 0, config.LogFirst, 100_000)
	for m := range 10 {
		for s := range uint32(macSources) {
			b.one(SYNACK, 4, [6]byte{2, 5: byte(m)}, uint32(m)<<8|s)
			b.one(EchoReply, 4, [6]byte{2, 5: byte(m)}, uint32(m)<<8|s)
		}
	}
	b.pass()
	if n := len(b.out.lines); n != 10*macSources*2 {
		t.Fatalf("%d lines", n)
	}
}

// An estimate is never above what it is an estimate of.
func TestThereAreNoMoreDestinationsThanEvents(t *testing.T) {
	above := 0
	for seed := range 50 {
		b := newBench(8192, 0, config.LogFirst, 100_000)
		b.pushFrom(ownMAC(seed), SYNACK, seed, 100)
		b.pass()
		r := b.out.reports[len(b.out.reports)-1]
		if r.Count != 100 || r.Addresses.Count > 100 || r.Ports.Count > 100 {
			t.Fatalf("%s", b.out.lines[len(b.out.lines)-1])
		}
		w := b.table.first()
		if n, _ := w.addresses.count(); n > 100 {
			above++
		}
	}
	if above == 0 {
		t.Error("no estimate was above: nothing was tried")
	}
}

func TestACrowdIsInTheFields(t *testing.T) {
	var out strings.Builder
	e := sample(SYNACK, 4)
	s := NewLogSink(zerolog.New(&out))
	r := &Report{Event: &e, Count: 100, Window: time.Second, Addresses: Distinct{5, true}, Ports: Distinct{1, true},
		Crowd: &Crowd{Sources: Distinct{90, false}, MACs: Distinct{1, true}, Top: e.Remote, TopCount: 11}}
	r.render()
	s.Event(r)
	var line map[string]any
	if err := json.Unmarshal([]byte(out.String()), &line); err != nil {
		t.Fatal(err)
	}
	if line["sources"] != 90.0 || line["macs"] != 1.0 || line["top_count"] != 11.0 || line["top_remote"] != line["remote"] {
		t.Fatal(line)
	}
	if got := line["message"].(string); !strings.HasSuffix(got, " (100 in 1s: 5 destinations, 1 port, about 90 sources at this MAC, most from "+e.RemoteAddr().String()+" (11))") {
		t.Fatal(got)
	}
}

// A flood of one kind, thousand lines a second for minutes, pushes nothing out of
// the memory but itself.
func TestMemoryKeepsNoticesApart(t *testing.T) {
	m := &Memory{}
	log := NewLogger(io.Discard, JSON, zerolog.InfoLevel, m)
	sink := NewLogSink(log)
	tell := func(k Kind) {
		e := sample(k, 4)
		r := &Report{Event: &e, Count: 1}
		r.render()
		sink.Event(r)
	}
	log.Info().Msg("mire is running")
	tell(RoleMaster)
	tell(Handshake)
	for range 50_000 {
		tell(SYNACK)
	}
	tell(Released)
	for range 5000 {
		tell(FirstPayload)
	}
	log.Info().Str("kind", "tcp_synack").Str("x", "y").Msg("configuration applied")
	kept := map[string]int{}
	all := m.Last(0)
	for i, e := range all {
		kind, _ := e.Fields[fieldKind].(string)
		kept[kind]++
		if i > 0 && e.Time.Before(all[i-1].Time) {
			t.Fatal("not in order")
		}
	}
	if len(all) != memoryLines || kept["role_master"] != 1 || kept["handshake"] != 1 || kept["released"] != 1 || all[0].Message != "mire is running" {
		t.Fatalf("%d lines: %v", len(all), kept)
	}
	if kept["tcp_synack"] < 400 || kept["first_payload"] < 400 {
		t.Errorf("two floods do not share: %v", kept)
	}
	notices := m.LastNotices(10)
	if len(notices) != 3 || notices[0].Message != "mire is running" || !strings.Contains(notices[2].Message, "released") {
		t.Fatalf("%v", notices)
	}
	if got := m.LastNotices(1); len(got) != 1 || !strings.Contains(got[0].Message, "released") {
		t.Fatalf("%v", got)
	}
}
