package event

import (
	"bytes"
	"encoding/json"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/rs/zerolog"

	"mire/engine/config"
)

// seedKinds are the eight lines' kinds and families.
var seedKinds = []struct {
	kind   Kind
	family uint8
}{{ARPReply, 4}, {EchoReply, 4}, {SYNACK, 4}, {UDPPacket, 4}, {NDReply, 6}, {EchoReply, 6}, {SYNACK, 6}, {UDPPacket, 6}}

// report makes the report of a single event.
func report(e *Event) *Report {
	r := &Report{Event: e, At: time.Unix(0, 0), Count: 1}
	r.render()
	return r
}

func TestSeedLinesAreVerbatimInEveryFormat(t *testing.T) {
	t.Setenv("NO_COLOR", "")
	for _, f := range []Format{JSON, Text, Console} {
		var out bytes.Buffer
		memory := &Memory{}
		sink := NewLogSink(NewLogger(&out, f, zerolog.InfoLevel, memory))
		for _, k := range seedKinds {
			e := sample(k.kind, k.family)
			out.Reset()
			sink.Event(report(&e))
			if !strings.Contains(out.String(), Line(&e)) || strings.Count(out.String(), "\n") != 1 {
				t.Errorf("format %d: %q", f, out.String())
			}
			if got := memory.Last(1)[0]; got.Message != Line(&e) || got.Level != "warn" {
				t.Errorf("format %d, in memory: %+v", f, got)
			}
		}
	}
}

func TestJSONFieldsOfAnEvent(t *testing.T) {
	var out bytes.Buffer
	sink := NewLogSink(NewLogger(&out, JSON, zerolog.InfoLevel, nil))
	e := sample(FirstPayload, 6)
	e.Verified = true
	e.PayloadLen = uint8(copy(e.Payload[:], "\x16\x03\x01"))
	r := &Report{Event: &e, Count: 100, Window: 12 * time.Second, Addresses: Distinct{5, true}, Ports: Distinct{40, false}}
	r.render()
	sink.Event(r)
	var got map[string]any
	if err := json.Unmarshal(out.Bytes(), &got); err != nil {
		t.Fatal(err)
	}
	if _, err := time.Parse(time.RFC3339, got["time"].(string)); err != nil {
		t.Error(err)
	}
	delete(got, "time")
	want := map[string]any{"level": "warn", "kind": "first_payload", "family": 6.0, "network": 3.0,
		"ours": "2001:db8::1:0:0:1", "our_port": 80.0, "remote": "fe80::f001", "remote_port": 40000.0,
		"mac": "aa:bb:cc:00:0f:f0", "count": 100.0, "window": 12.0, "more": false, "destinations": 5.0,
		"ports_distinct": 40.0, "verified": true, "payload": "160301", "message": string(r.Text())}
	a, _ := json.Marshal(got)
	b, _ := json.Marshal(want)
	if !bytes.Equal(a, b) {
		t.Errorf("got  %s\nwant %s", a, b)
	}
	for name := range want {
		known := name == "level" || name == "message"
		for _, f := range eventFields {
			known = known || f == name
		}
		if !known {
			t.Errorf("the console does not know the event field %q", name)
		}
	}
}

func TestOurOwnWordsAreReadableInJSON(t *testing.T) {
	var out bytes.Buffer
	e := sample(SyncDown, 4)
	e.PayloadLen = uint8(copy(e.Payload[:], "the peer is silent"))
	NewLogSink(NewLogger(&out, JSON, zerolog.InfoLevel, nil)).Event(report(&e))
	var got map[string]any
	if err := json.Unmarshal(out.Bytes(), &got); err != nil || got["why"] != "the peer is silent" || got["payload"] != nil {
		t.Errorf("%v: %s", err, out.String())
	}
}

func TestConsoleHasNoFieldsForEventsButForOthers(t *testing.T) {
	var out bytes.Buffer
	log := NewLogger(&out, Text, zerolog.InfoLevel, nil)
	e := sample(SYNACK, 4)
	NewLogSink(log).Event(report(&e))
	if got := strings.TrimSpace(out.String()); !strings.HasSuffix(got, " WRN "+Line(&e)) {
		t.Errorf("an event: %q", got)
	}
	out.Reset()
	log.Info().Str("mac", "02:00:00:00:00:01").Msg("port up")
	if got := strings.TrimSpace(out.String()); !strings.HasSuffix(got, " INF port up mac=02:00:00:00:00:01") {
		t.Errorf("another line: %q", got)
	}
}

func TestColourOnlyOnATerminalWithoutNoColor(t *testing.T) {
	for _, c := range []struct {
		format  Format
		noColor string
		want    bool
	}{{Console, "", true}, {Console, "1", false}, {Text, "", false}, {JSON, "", false}} {
		t.Setenv("NO_COLOR", c.noColor)
		var out bytes.Buffer
		log := NewLogger(&out, c.format, zerolog.InfoLevel, nil)
		log.Warn().Msg("x")
		if got := strings.Contains(out.String(), "\x1b["); got != c.want {
			t.Errorf("format %d, NO_COLOR=%q: colour %v in %q", c.format, c.noColor, got, out.String())
		}
	}
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	defer w.Close()
	if FormatFor(w) != JSON {
		t.Error("a pipe is taken for a terminal")
	}
}

func TestLevelsBelowAreLeftOut(t *testing.T) {
	var out bytes.Buffer
	memory := &Memory{}
	sink := NewLogSink(NewLogger(&out, JSON, zerolog.WarnLevel, memory))
	keepalive, synack := sample(Keepalive, 4), sample(SYNACK, 4)
	sink.Event(report(&keepalive))
	sink.Event(report(&synack))
	if memory.Total() != 1 || strings.Count(out.String(), "\n") != 1 {
		t.Fatalf("%d in memory, %q", memory.Total(), out.String())
	}
}

// From a worker's ring to the log: the eight lines, each exactly once.
func TestEveryKindReachesTheLogThroughTheAggregator(t *testing.T) {
	var out bytes.Buffer
	memory := &Memory{}
	ring := NewRing(128)
	a := New(Options{Rings: []*Ring{ring}, Sinks: []Sink{NewLogSink(NewLogger(&out, JSON, zerolog.InfoLevel, memory))}})
	a.Apply(config.LogEvery, 0, "")
	for k := range NumKinds() {
		for _, family := range []uint8{4, 6} {
			e := sample(k, family)
			ring.Push(&e)
		}
	}
	a.pass()
	messages := map[string]int{}
	for _, e := range memory.Last(0) {
		messages[e.Message]++
	}
	for _, k := range seedKinds {
		e := sample(k.kind, k.family)
		if messages[Line(&e)] != 1 {
			t.Errorf("%d times %q", messages[Line(&e)], Line(&e))
		}
	}
	if memory.Total() != 2*uint64(NumKinds()) {
		t.Errorf("%d lines for %d events", memory.Total(), 2*int(NumKinds()))
	}
}
