package traffic

import (
	"encoding/json"
	"net/netip"
	"reflect"
	"strings"
	"testing"
)

func TestParseSpec(t *testing.T) {
	got, err := ParseSpec(strings.Fields("syn 198.18.0.0/24 ports 80,443,8000-8010 weight 3 size 64 malformed 5% vlan 7 " +
		"hold to 2001:db8::5 from 2001:db8:1::/64 sources 9 sports 1024-2000 connections 50 name probes " +
		"pcap a.pcap once weight 2 raw 0102ff udp family 6 targets 3 size imix data bytes 10 options linux malformed 0.25"))
	if err != nil {
		t.Fatal(err)
	}
	p := netip.MustParsePrefix
	want := []Stream{
		{Kind: SYN, Targets: Range{Prefix: p("198.18.0.0/24")}, DstPorts: Ports{{80, 80}, {443, 443}, {8000, 8010}}, Weight: 3, Size: 60, Malformed: 0.05, VLAN: 7},
		{Kind: Hold, Targets: Range{Prefix: p("2001:db8::5/128")}, Sources: Range{p("2001:db8:1::/64"), 9}, SrcPorts: Ports{{1024, 2000}}, Connections: 50, Name: "probes"},
		{Kind: Pcap, File: "a.pcap", Once: true, Weight: 2},
		{Kind: Raw, Frame: []byte{1, 2, 255}},
		{Kind: UDP, Family: 6, Targets: Range{Count: 3}, Size: IMIX},
		{Kind: Data, Bytes: 10, Options: "linux", Malformed: 0.25},
	}
	if !reflect.DeepEqual(got.Streams, want) {
		t.Errorf("%+v\nwant %+v", got.Streams, want)
	}
	// A Spec goes through JSON unchanged.
	text, err := json.Marshal(got)
	if err != nil {
		t.Fatal(err)
	}
	var again Spec
	if err := json.Unmarshal(text, &again); err != nil || !reflect.DeepEqual(again, got) {
		t.Errorf("%v %s", err, text)
	}
}

func TestParseSpecErrorsNameTheWord(t *testing.T) {
	for words, want := range map[string]string{
		"":                          "no kind of traffic: one of syn, handshake",
		"sin":                       `word 1: no kind of traffic "sin", did you mean "syn"?`,
		"tsunami":                   `word 1: no kind of traffic "tsunami": one of syn,`,
		"syn wieght 3":              `word 2: "wieght", did you mean "weight"?`,
		"syn 198.18.0.0/24 prots 8": `word 3: "prots", did you mean "ports"?`,
		"syn weight":                `word 2: "weight" needs a value`,
		"syn weight 0":              `word 3: "0": a number from 1 to 1000`,
		"syn 198.18.0.300":          `word 2: "198.18.0.300" is no address`,
		"syn from x":                `word 3: "x" is no address`,
		"syn ::ffff:1.2.3.4":        `word 2:`,
		"syn ports 80-70":           `word 3: "80-70": ports such as`,
		"syn ports 80,":             `word 3:`,
		"syn size 63":               `word 3: "63": 64 to 1518 bytes with FCS, or imix`,
		"syn malformed 150%":        `word 3: "150%": a share`,
		"syn malformed NaN":         `word 3:`,
		"syn options linus":         `word 3: options "linus", did you mean "linux"?`,
		"syn once":                  `word 2: "once" belongs to pcap`,
		"syn sources 0":             `word 3: "0" is no number of addresses`,
		"pcap":                      "pcap at the end: behind it comes a capture file",
		"raw xyz":                   "word 2: raw frame",
	} {
		if _, err := ParseSpec(strings.Fields(words)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", words, err, want)
		}
	}
}

func TestCompileErrorsNameTheStream(t *testing.T) {
	for words, want := range map[string]string{
		"syn arp 2001:db8::/64":                            `stream 2 (arp): ARP is for IPv4: use "nd"`,
		"nd 198.18.0.0/24":                                 `stream 1 (nd): neighbour discovery is for IPv6: use "arp"`,
		"syn 198.18.0.0/24 from 2001:db8::/64":             "not of one family",
		"syn 198.18.0.0/24 family 6":                       "family 6 with addresses of IPv4",
		"syn family 5":                                     "family 5: 4 or 6",
		"syn 198.18.0.0/24 targets 300":                    "300 addresses from 198.18.0.0/24 on: there are 254",
		"hold 198.18.0.1 sources 2 sports 1-4 name h":      "stream 1 (h): 1000 connections: addresses and ports make 8",
		"echo ports 80":                                    "echo has no ports to send to",
		"arp sports 80":                                    "arp has no ports to send from",
		"syn bytes 10":                                     `bytes behind a handshake belong to "data"`,
		"udp connections 10":                               `held connections belong to "hold"`,
		"udp options mss":                                  `options "mss"`,
		"pcap /nonexistent/file":                           "no such file",
		"raw 0102":                                         "a raw frame of 2 bytes",
		"raw 0102030405060708090a0b0c0d0e0f malformed 10%": "raw sends the bytes it is given",
	} {
		spec, err := ParseSpec(strings.Fields(words))
		if err != nil {
			t.Errorf("%q: %v", words, err)
			continue
		}
		if _, err := Compile(spec, testLink); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", words, err, want)
		}
	}
	if _, err := Compile(Spec{}, testLink); err == nil {
		t.Error("nothing to send is accepted")
	}
}

// Whatever the words, the parser answers with a Spec or an error, and the
// compiler with a program whose frames fit or an error.
func FuzzParseSpec(f *testing.F) {
	f.Add("syn 198.18.0.0/24 ports 80,443 weight 3 echo size imix vlan 4094 malformed 50%")
	f.Add("hold 2001:db8::/64 connections 10 sports 1-9 raw 000102030405060708090a0b0c0d pcap x once")
	f.Add("nd targets 4294967296 data bytes 1400 family 6 size 1518 options linux")
	f.Fuzz(func(t *testing.T, text string) {
		spec, err := ParseSpec(strings.Fields(text))
		if err != nil {
			return
		}
		weight := 0
		for i := range spec.Streams {
			s := &spec.Streams[i]
			s.Connections = min(s.Connections, 1000)
			if s.File != "" {
				return
			}
			weight += s.Weight
		}
		if len(spec.Streams) > 20 {
			return
		}
		p, err := Compile(spec, testLink)
		if err != nil {
			return
		}
		tb := newBench(t, "syn", nil)
		if tb.Generator, err = New(Config{Program: p, Burst: &tb.burst, Lane: &tb.lane, Out: 3}); err != nil {
			t.Fatal(err)
		}
		for range 4 {
			tb.Turn()
		}
		for _, f := range tb.lane.Out {
			if len(f.Data) < 14 || len(f.Data) > MaxSize+8 {
				t.Fatalf("%q: a frame of %d bytes", text, len(f.Data))
			}
		}
		tb.wantIdentity(t)
	})
}

func TestRates(t *testing.T) {
	p, err := Compile(Spec{Streams: []Stream{{Kind: UDP}}}, testLink)
	if err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string]float64{"1500": 1500, "10k": 1e4, "2.5M": 2.5e6, "max": Unlimited, "original": Original,
		"100%": 14_880_952, "40%": 5_952_380} { // of 10 GbE at 64 bytes
		r, err := ParseRate(text)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := r.In(p, 10e9); err != nil || got < want-1 || got > want+1 {
			t.Errorf("%s: %v %v, want %v", text, got, err, want)
		}
	}
	for _, text := range []string{"", "fast", "0", "-1", "101%", "0%", "1x", "NaN", "Inf", "10kk", "%"} {
		if r, err := ParseRate(text); err == nil {
			t.Errorf("%q: %+v", text, r)
		}
	}
	r, _ := ParseRate("40%")
	if _, err := r.In(p, 0); err == nil || !strings.Contains(err.Error(), "--line-rate") {
		t.Errorf("a share of a line without speed: %v", err)
	}
	if b, err := ParseBits("2.5G"); err != nil || b != 2.5e9 {
		t.Error(b, err)
	}
	if _, err := ParseBits("10"); err == nil {
		t.Error("a line of 10 bits per second")
	}
}

func TestMeanSizeOfIMIX(t *testing.T) {
	spec, _ := ParseSpec([]string{"udp", "size", "imix"})
	p, err := Compile(spec, testLink)
	if want := (7*60 + 4*566 + 1514) / 12.0; err != nil || p.MeanSize() != want {
		t.Errorf("%v, want %v (%v)", p.MeanSize(), want, err)
	}
}
