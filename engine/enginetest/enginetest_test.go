package enginetest

import (
	"bytes"
	"testing"
	"time"

	"mire/dpdk/burst"

	"github.com/google/gopacket/layers"
)

func TestLaneReturnsWhatWasDecided(t *testing.T) {
	var l Lane
	b := new(burst.Burst)
	l.In = []Frame{{Port: 3, Data: []byte("first frame")}, {Port: 3, Data: []byte("second")}}
	if n := l.Exchange(b); n != 2 || b.In[1] != 3 || string(b.Frame(1)) != "second" {
		t.Fatalf("received %d: %q", n, b.Frame(1))
	}
	b.Begin()
	b.Reply(1)
	b.Drop(0, burst.Unclaimed)
	copy(b.Originate(5, 4), "mine")
	l.Exchange(b)
	if len(l.Out) != 2 || string(l.Out[0].Data) != "second" || l.Out[0].Port != 3 || string(l.Out[1].Data) != "mine" || l.Out[1].Port != 5 {
		t.Errorf("out %+v", l.Out)
	}
	if b.IO.Freed != 1 || b.IO.Transmitted != 2 || b.IO.Received != 2 {
		t.Errorf("%+v", b.IO)
	}
}

func TestLaneTakesABurstATime(t *testing.T) {
	var l Lane
	l.In = make([]Frame, burst.Size+1)
	b := new(burst.Burst)
	if n := l.Exchange(b); n != burst.Size {
		t.Errorf("first turn %d", n)
	}
	if n := l.Exchange(b); n != 1 {
		t.Errorf("second turn %d", n)
	}
	l.Starve = true
	l.Exchange(b)
	if b.Originate(0, 60) != nil {
		t.Error("a spare although starved")
	}
}

// What the builders promise about their frames, read back by a decoder.
func TestBuilders(t *testing.T) {
	p := Decode(Tag(42, Echo(PeerMAC, RealMAC, Peer4, Real4, 7, 9, []byte("abc"))))
	if q, ok := p.Layer(layers.LayerTypeDot1Q).(*layers.Dot1Q); !ok || q.VLANIdentifier != 42 {
		t.Error("no tag 42")
	}
	if e, ok := p.Layer(layers.LayerTypeICMPv4).(*layers.ICMPv4); !ok || e.Id != 7 || e.Seq != 9 || !bytes.HasPrefix(e.Payload, []byte("abc")) {
		t.Errorf("echo %+v", e)
	}
	dad := Decode(Solicit(PeerMAC, Peer6, Real6, PeerMAC))
	if eth := dad.LinkLayer().(*layers.Ethernet); eth.DstMAC.String() != "33:33:ff:00:01:01" {
		t.Errorf("solicited-node group at %v", eth.DstMAC)
	}
	if got := Hex("0a 0b // a comment\n\t0c0d\n"); !bytes.Equal(got, []byte{10, 11, 12, 13}) {
		t.Errorf("fixture %x", got)
	}
}

func TestPcapRoundTrip(t *testing.T) {
	in := []Captured{{0, WhoHas(PeerMAC, Peer4, Real4)}, {1500 * time.Microsecond, []byte{1, 2, 3}}}
	var file bytes.Buffer
	if err := WritePcap(&file, in); err != nil {
		t.Fatal(err)
	}
	whole := bytes.Clone(file.Bytes())
	out, err := ReadPcap(&file)
	if err != nil || len(out) != 2 || out[1].At != in[1].At || !bytes.Equal(out[0].Data, in[0].Data) {
		t.Errorf("%+v %v", out, err)
	}
	if _, err := ReadPcap(bytes.NewReader(whole[:len(whole)-1])); err == nil {
		t.Error("a file that is cut short reads without error")
	}
}
