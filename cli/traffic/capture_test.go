package traffic

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"
	"github.com/google/gopacket/pcapgo"

	"mire/dpdk/burst"
	"mire/engine/enginetest"
)

// captureFile writes three frames, 0, 10 and 30 ms into a capture.
func captureFile(t *testing.T, ng bool) (path string, frames [][]byte) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "three.pcap")
	var out bytes.Buffer
	var write func(gopacket.CaptureInfo, []byte) error
	if ng {
		w, err := pcapgo.NewNgWriter(&out, layers.LinkTypeEthernet)
		if err != nil {
			t.Fatal(err)
		}
		defer w.Flush()
		write = func(i gopacket.CaptureInfo, p []byte) error {
			if err := w.WritePacket(i, p); err != nil {
				return err
			}
			return w.Flush()
		}
	} else {
		w := pcapgo.NewWriterNanos(&out)
		if err := w.WriteFileHeader(65535, layers.LinkTypeEthernet); err != nil {
			t.Fatal(err)
		}
		write = w.WritePacket
	}
	start := time.Unix(1_700_000_000, 0)
	for i, ms := range []int{0, 10, 30} {
		f := enginetest.WhoHas(enginetest.PeerMAC, enginetest.Peer4, enginetest.Real4)
		f = append(f, byte(i))
		frames = append(frames, f)
		info := gopacket.CaptureInfo{Timestamp: start.Add(time.Duration(ms) * time.Millisecond), CaptureLength: len(f), Length: len(f)}
		if err := write(info, f); err != nil {
			t.Fatal(err)
		}
	}
	// One that was cut, and one that no buffer holds: left out.
	for _, n := range []int{100, 3000} {
		info := gopacket.CaptureInfo{Timestamp: start, CaptureLength: n, Length: n + 1 - n/3000}
		if err := write(info, make([]byte, n)); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(path, out.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	return path, frames
}

func TestReplay(t *testing.T) {
	for _, ng := range []bool{false, true} {
		path, want := captureFile(t, ng)
		tb := newBench(t, "pcap "+path, nil)
		for i, f := range tb.frames(t, 7) {
			if !bytes.Equal(f, want[i%3]) {
				t.Fatalf("frame %d: %x, want %x", i, f, want[i%3])
			}
		}
		if n := tb.prog.Notes(); len(n) != 1 || !strings.Contains(n[0], "2 frames left out: 1 cut") {
			t.Errorf("notes %q", n)
		}
	}
}

// At its own times: as far apart as captured, round after round.
func TestReplayKeepsTimes(t *testing.T) {
	path, _ := captureFile(t, false)
	tb := newBench(t, "pcap "+path, func(_ *Spec, c *Config) { c.Rate = Original })
	start := tb.lane.Now
	for range 120 {
		tb.Turn()
		tb.lane.Now += 1_000_000
	}
	var at []int64
	for _, f := range tb.lane.Out {
		at = append(at, (f.At-start)/1_000_000)
	}
	// Each leaves with the exchange behind the turn that made it; a round takes 30 ms and the mean gap.
	if got, want := fmt.Sprint(at[:6]), "[1 11 31 46 56 76]"; got != want {
		t.Errorf("left at %s ms, want %s", got, want)
	}
}

func TestReplayOnceEnds(t *testing.T) {
	path, _ := captureFile(t, false)
	for _, rate := range []float64{Original, Unlimited, 1000} {
		tb := newBench(t, "pcap "+path+" once", func(_ *Spec, c *Config) { c.Rate = rate })
		tb.Generator.lane = ticking{tb}
		tb.Run() // returns by itself
		if len(tb.lane.Out) != 3 || tb.Counters().Sent != 3 {
			t.Errorf("rate %v: %d frames, %+v", rate, len(tb.lane.Out), tb.Counters())
		}
	}
}

// ticking lets a millisecond pass with each exchange.
type ticking struct{ *testBench }

func TestOnlyCapturesHaveTimes(t *testing.T) {
	spec, _ := ParseSpec([]string{"syn"})
	p, err := Compile(spec, testLink)
	if err != nil {
		t.Fatal(err)
	}
	tb := new(testBench)
	for _, rate := range []float64{Original, -2} {
		if _, err := New(Config{Program: p, Burst: &tb.burst, Lane: &tb.lane, Rate: rate}); err == nil {
			t.Errorf("rate %v is accepted", rate)
		}
	}
	if _, err := New(Config{}); err == nil {
		t.Error("a generator of nothing is accepted")
	}
}

func TestCapturesThatCannotBeReplayed(t *testing.T) {
	dir := t.TempDir()
	var wifi bytes.Buffer
	pcapgo.NewWriter(&wifi).WriteFileHeader(65535, layers.LinkTypeIEEE802_11)
	var none bytes.Buffer
	pcapgo.NewWriter(&none).WriteFileHeader(65535, layers.LinkTypeEthernet)
	for name, c := range map[string]struct{ text, want string }{
		"empty": {"", "empty"}, "text": {"no capture at all", ""}, "wifi": {wifi.String(), "only Ethernet"}, "none": {none.String(), "no frame"},
		"cut": {none.String() + "abc", "frame 1"},
	} {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(c.text), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := Compile(Spec{Streams: []Stream{{Kind: Pcap, File: path}}}, testLink); err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), path) {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
}

func (k ticking) Exchange(b *burst.Burst) int {
	k.testBench.lane.Now += 1_000_000
	return k.testBench.lane.Exchange(b)
}
