package traffic

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"

	"mire/dpdk/burst"
	"mire/engine/enginetest"
	"mire/engine/packet"
)

var testLink = Link{Src: [6]byte{2, 0, 0, 0, 0, 0x99}, Dst4: [6]byte{2, 0, 0, 0, 0, 4}, Dst6: [6]byte{2, 0, 0, 0, 0, 6}}

// bench is a generator on a lane without a wire.
type testBench struct {
	*Generator
	lane  enginetest.Lane
	burst burst.Burst
}

// newBench makes one for a mix in words; edit may change the Spec and Config.
func newBench(t testing.TB, words string, edit func(*Spec, *Config)) *testBench {
	t.Helper()
	tb := new(testBench)
	tb.lane.Now = 1_000_000_000
	spec, err := ParseSpec(strings.Fields(words))
	if err != nil {
		t.Fatal(err)
	}
	spec.Seed = 1
	c := Config{Burst: &tb.burst, Lane: &tb.lane, Out: 3}
	if edit != nil {
		edit(&spec, &c)
	}
	if c.Program, err = Compile(spec, testLink); err != nil {
		t.Fatal(err)
	}
	if tb.Generator, err = New(c); err != nil {
		t.Fatal(err)
	}
	return tb
}

// frames turns until n frames have left and returns the first n.
func (tb *testBench) frames(t testing.TB, n int) [][]byte {
	t.Helper()
	for turns := 0; len(tb.lane.Out) < n; turns++ {
		if turns > n+1000 {
			t.Fatalf("%d frames after %d turns, want %d", len(tb.lane.Out), turns, n)
		}
		tb.lane.Now += 1_000_000
		tb.Turn()
	}
	all := make([][]byte, n)
	for i := range all {
		if p := tb.lane.Out[i].Port; p != 3 {
			t.Fatalf("frame %d left by port %d", i, p)
		}
		all[i] = tb.lane.Out[i].Data
	}
	return all
}

// wantIdentity checks the two identities of Counters and that of the burst.
func (tb *testBench) wantIdentity(t testing.TB) {
	t.Helper()
	c := tb.Counters()
	if c.Made+c.Answers != c.Sent+c.Missed+c.Pending {
		t.Errorf("made %d + answers %d != sent %d + missed %d + pending %d", c.Made, c.Answers, c.Sent, c.Missed, c.Pending)
	}
	if c.Offered < c.Late+c.Made {
		t.Errorf("offered %d < late %d + made %d", c.Offered, c.Late, c.Made)
	}
	kinds := c.SYNACK + c.Repeated + c.Ack + c.RST + c.EchoReply + c.ARPReply + c.Advert + c.UDP + c.Returned + c.ICMPError +
		c.Asked + c.Unexpected + c.Other + c.Invalid + c.ProbeACKs
	if c.Received != kinds {
		t.Errorf("received %d, by kind %d: %+v", c.Received, kinds, c)
	}
	v := &tb.burst.Verdicts
	sum := v.Sent + v.Consumed
	for _, d := range v.Dropped {
		sum += d
	}
	if v.Received != sum {
		t.Errorf("burst: received %d, decided %d", v.Received, sum)
	}
}

// verify decodes a frame with gopacket and computes its checksums anew; it
// returns what is wrong, "" when nothing is.
func verify(frame []byte) string {
	p := enginetest.Decode(frame)
	if e := p.ErrorLayer(); e != nil {
		return e.Error().Error()
	}
	var ls []gopacket.SerializableLayer
	var net gopacket.NetworkLayer
	length := 0
	for _, l := range p.Layers() {
		switch l := l.(type) {
		case *layers.IPv4:
			net, length = l, int(l.Length)
		case *layers.IPv6:
			net, length = l, int(l.Length)+packet.IPv6Len
		case *layers.TCP:
			l.SetNetworkLayerForChecksum(net)
		case *layers.UDP:
			l.SetNetworkLayerForChecksum(net)
		case *layers.ICMPv6:
			l.SetNetworkLayerForChecksum(net)
		}
		s, ok := l.(gopacket.SerializableLayer)
		if !ok {
			return "cannot serialise " + l.LayerType().String()
		}
		ls = append(ls, s)
		if _, ok := l.(*layers.ICMPv6Echo); ok { // which keeps no payload
			ls = append(ls, gopacket.Payload(p.Layer(layers.LayerTypeICMPv6).LayerPayload()[4:]))
		}
	}
	buf := gopacket.NewSerializeBuffer()
	if err := gopacket.SerializeLayers(buf, gopacket.SerializeOptions{FixLengths: true, ComputeChecksums: true}, ls...); err != nil {
		return err.Error()
	}
	again := buf.Bytes()
	if net != nil && len(again) < length {
		return "shorter than its IP length"
	}
	n := min(len(again), len(frame))
	if !bytes.Equal(again[:n], frame[:n]) {
		return "differs from gopacket's"
	}
	return ""
}

// wantFiles checks that each file of a directory holds a text.
func wantFiles(t testing.TB, dir string, want map[string]string) {
	t.Helper()
	for name, text := range want {
		if b, err := os.ReadFile(filepath.Join(dir, name)); err != nil || !strings.Contains(string(b), text) {
			t.Errorf("%s: %v, %.200q", name, err, b)
		}
	}
}
