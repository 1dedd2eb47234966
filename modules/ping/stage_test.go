package ping

import (
	"net/netip"
	"testing"

	"mire/dpdk/burst"
	"mire/engine"
	"mire/engine/config"
	"mire/engine/enginetest"
	"mire/engine/enginetest/rig"

	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"
)

func pattern(n int) []byte {
	p := make([]byte, n)
	for i := range p {
		p[i] = byte(i*7 + 1)
	}
	return p
}

func payloadLayer(p []byte) gopacket.SerializableLayer { return gopacket.Payload(p) }

// echoReply is the reply as gopacket writes it.
func echoReply(srcMAC, dstMAC config.MAC, src, dst netip.Addr, id, seq uint16, payload []byte) []byte {
	if src.Is4() {
		return enginetest.IPv4(srcMAC, dstMAC, src, dst, 64, layers.IPProtocolICMPv4,
			&layers.ICMPv4{Id: id, Seq: seq}, payloadLayer(payload))
	}
	return enginetest.IPv6(srcMAC, dstMAC, src, dst, 64, layers.IPProtocolICMPv6,
		&layers.ICMPv6{TypeCode: 129 << 8}, &layers.ICMPv6Echo{Identifier: id, SeqNumber: seq}, payloadLayer(payload))
}

// capture runs the stage and keeps a copy of the parsed burst as it came.
type capture struct {
	stage  engine.Stage
	parsed burst.Burst
}

func (c *capture) Name() string { return "capture" }
func (c *capture) Stage(w *engine.Worker) (engine.Stage, error) {
	var err error
	c.stage, err = New().Stage(w)
	return c, err
}
func (c *capture) Process(b *burst.Burst)   { c.parsed = *b }
func (c *capture) Tick(*burst.Burst)        {}
func (c *capture) Apply(s *config.Snapshot) { c.stage.Apply(s) }

func TestZeroAllocation(t *testing.T) {
	c := new(capture)
	frames := [][]byte{
		enginetest.Hex(request),
		enginetest.Echo(enginetest.PeerMAC, enginetest.RealMAC, enginetest.Peer6, enginetest.Real6, 1, 1, pattern(100)),
	}
	rig.New(t, enginetest.Snapshot(), c).Turn(frames...)
	b := new(burst.Burst)
	n := testing.AllocsPerRun(200, func() {
		*b = c.parsed
		for i, f := range frames {
			copy(b.Frame(i), f)
		}
		c.stage.Process(b)
		c.stage.Tick(b)
	})
	if b.Verdicts.Sent != 2 {
		t.Errorf("answered %d of 2 requests", b.Verdicts.Sent)
	}
	if n != 0 {
		t.Errorf("%v allocations", n)
	}
}

// Whatever arrives, each frame ends in one counter, a reply has the size of
// its request at most and comes from an address of ours.
func FuzzProcess(f *testing.F) {
	f.Add(enginetest.Hex(request), true)
	f.Add(enginetest.Echo(enginetest.PeerMAC, enginetest.Virt6MAC, enginetest.Peer6, enginetest.Virt6, 1, 1, pattern(9)), true)
	r := start(f)
	f.Fuzz(func(t *testing.T, frame []byte, master bool) {
		r.Role.Set(engine.Backup)
		if master {
			r.Role.Set(engine.Master)
		}
		frame = frame[:min(len(frame), enginetest.Room)]
		o := r.Turn(frame)
		dropped := uint64(0)
		for _, n := range o.Dropped {
			dropped += n
		}
		if o.Sent+o.Consumed+dropped != 1 {
			t.Fatalf("one frame in: %+v", o)
		}
		for _, out := range o.Out {
			if len(out.Data) > len(frame) {
				t.Errorf("a reply of %d bytes to a request of %d", len(out.Data), len(frame))
			}
			net := enginetest.Decode(out.Data).NetworkLayer()
			if net == nil {
				t.Fatalf("not an IP packet: %x", out.Data)
			}
			src, _ := netip.ParseAddr(net.NetworkFlow().Src().String())
			if src != enginetest.Real4 && src != enginetest.Real6 && !(master && (src == enginetest.Virt4 || src == enginetest.Virt6)) {
				t.Errorf("master %v: a reply from %v", master, src)
			}
		}
	})
}
