package stateless

import (
	"net/netip"
	"sync/atomic"
	"testing"

	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"

	"mire/dpdk/burst"
	"mire/engine"
	"mire/engine/config"
	"mire/engine/enginetest"
	"mire/engine/event"
	"mire/engine/secret"
)

// A scanner outside asks captured addresses of network 1.
var (
	scanner4 = netip.MustParseAddrPort("198.51.100.7:40000")
	trapped4 = netip.MustParseAddrPort("172.17.2.33:80")
	scanner6 = netip.MustParseAddrPort("[2001:db8:ffff::7]:40000")
	trapped6 = netip.MustParseAddrPort("[2001:db8:0:2::33]:80")
)

// noon is a Unix time far from a change of keys, in nanoseconds.
const noon = 1_700_000_000/86400*86400*int64(1e9) + 12*3600*int64(1e9)

// rig is the rules of one worker with a heap burst. It stands in for Parse: it
// finds offsets with gopacket.
type rig struct {
	t      testing.TB
	rules  *Rules
	snap   *config.Snapshot
	worker *engine.Worker
	b      burst.Burst
	bufs   [burst.Size][enginetest.Room]byte
	// flags are added to the metadata of the frames to come.
	flags burst.MetaFlags
	// room is the room of a slot.
	room uint32
}

// newRig makes rules for network 1 with a policy.
func newRig(t testing.TB, p config.Policy, edits ...func(*config.Snapshot)) *rig {
	var root [secret.Size]byte
	copy(root[:], "a secret of thirty-two bytes ...")
	wall := &atomic.Int64{}
	wall.Store(noon)
	w := &engine.Worker{Count: 1, Events: event.NewRing(1024), Secret: secret.New(root), Wall: wall}
	r, err := New(w, drops)
	if err != nil {
		t.Fatal(err)
	}
	edits = append([]func(*config.Snapshot){func(s *config.Snapshot) { s.Networks[0].Policy = p }}, edits...)
	return &rig{t: t, rules: r, snap: enginetest.Snapshot(edits...), worker: w, room: enginetest.Room}
}

// load puts frames into a new burst, received on port 3.
func (g *rig) load(frames ...[]byte) burst.Mask {
	b := &g.b
	b.N, b.Send, b.Room = uint32(len(frames)), 0, g.room
	b.Begin()
	for i, f := range frames {
		n := copy(g.bufs[i][:], f)
		for j := range g.bufs[i][n:] {
			g.bufs[i][n+j] = 0xee // what a reply must not let out
		}
		b.Map(i, g.bufs[i][:], len(f))
		b.In[i] = 3
		g.describe(i, f)
	}
	return burst.Lowest(len(frames))
}

// describe fills the metadata of slot i.
func (g *rig) describe(i int, frame []byte) {
	b := &g.b
	m := burst.Meta{L3: 14, Proto: 6, Flags: g.flags, Class: burst.ClassTCP}
	if frame[12] == 0x81 {
		m.L3 = 18
		m.VLAN = uint16(frame[14]&0xf)<<8 | uint16(frame[15])
	}
	p := enginetest.Decode(frame)
	ipLen := 0
	if v4, ok := p.Layer(layers.LayerTypeIPv4).(*layers.IPv4); ok {
		m.L4, ipLen = m.L3+uint16(v4.IHL)*4, int(v4.Length)
	} else {
		v6 := p.Layer(layers.LayerTypeIPv6).(*layers.IPv6)
		m.L4, ipLen = m.L3+40, int(v6.Length)+40
		for next := v6.NextHeader; next != layers.IPProtocolTCP; {
			at := frame[m.L4:]
			next = layers.IPProtocol(at[0])
			m.L4 += uint16(at[1]+1) * 8
		}
		b.V6 |= burst.Bit(i)
	}
	h := frame[m.L4:]
	m.Payload = m.L4 + uint16(h[12]>>4)*4
	m.PayloadLen = uint16(ipLen) - (m.Payload - m.L3)
	if h[13]&(SYN|ACK|RST|FIN) == SYN {
		m.Class = burst.ClassTCPSyn
	}
	b.Meta[i] = m
	b.Class[m.Class] |= burst.Bit(i)
}

// run processes frames and checks that each got exactly one verdict.
func (g *rig) run(frames ...[]byte) {
	g.t.Helper()
	m := g.load(frames...)
	g.b.Verdicts = burst.Verdicts{}
	g.rules.Process(&g.b, m, g.snap)
	v := &g.b.Verdicts
	n := v.Sent + v.Consumed
	for _, d := range v.Dropped {
		n += d
	}
	if g.b.Undecided != 0 || n != uint64(len(frames)) || v.Sent != uint64(g.b.Send.Count()) {
		g.t.Fatalf("%d frames: undecided %b, verdicts %+v", len(frames), g.b.Undecided, *v)
	}
}

// drops is where the reasons of this package begin here, of is one of them.
const drops = burst.Block(burst.NumReasons)

func of(own burst.Own) burst.Reason { return drops.Of(own) }

// dropped is how many segments were dropped for a reason of this package.
func (g *rig) dropped(why burst.Own) uint64 { return g.b.Verdicts.Dropped[g.rules.drops.Of(why)] }

// one processes a frame and returns the reply, nil when there is none, and the
// reason for that.
func (g *rig) one(frame []byte) (*answer, burst.Reason) {
	g.t.Helper()
	g.run(frame)
	if g.b.Send == 0 {
		for r, n := range g.b.Verdicts.Dropped {
			if n != 0 {
				return nil, burst.Reason(r)
			}
		}
	}
	return g.answer(0), 0
}

// answer is a reply as independent code reads it.
type answer struct {
	*layers.TCP
	ip4   *layers.IPv4
	ip6   *layers.IPv6
	eth   *layers.Ethernet
	frame []byte
}

// answer decodes the reply in slot i and checks what every reply must have:
// lengths, checksums, at most 60 bytes of header, no payload, clean padding.
func (g *rig) answer(i int) *answer {
	g.t.Helper()
	frame := append([]byte{}, g.b.Frame(i)...)
	p := enginetest.Decode(frame)
	a := &answer{frame: frame}
	a.eth = p.Layer(layers.LayerTypeEthernet).(*layers.Ethernet)
	tcp, ok := p.Layer(layers.LayerTypeTCP).(*layers.TCP)
	if !ok || p.ErrorLayer() != nil {
		g.t.Fatalf("reply is no TCP: % x: %v", frame, p.ErrorLayer())
	}
	a.TCP = tcp
	a.ip4, _ = p.Layer(layers.LayerTypeIPv4).(*layers.IPv4)
	a.ip6, _ = p.Layer(layers.LayerTypeIPv6).(*layers.IPv6)
	if len(tcp.Payload) != 0 || len(frame) < 60 || g.b.Out[i] != g.b.In[i] {
		g.t.Fatalf("payload %x, frame of %d bytes, port %d", tcp.Payload, len(frame), g.b.Out[i])
	}
	if len(tcp.Contents) > 60 {
		g.t.Fatalf("TCP header of %d bytes", len(tcp.Contents))
	}
	g.rebuild(a)
	return a
}

// rebuild serialises the reply again with computed lengths and checksums: the
// bytes must be the same, and what is behind them zero.
func (g *rig) rebuild(a *answer) {
	g.t.Helper()
	buf := gopacket.NewSerializeBuffer()
	opt := gopacket.SerializeOptions{FixLengths: true, ComputeChecksums: true}
	tcp := *a.TCP
	head := a.eth.Contents
	if a.eth.EthernetType == layers.EthernetTypeDot1Q {
		head = a.frame[:18]
	}
	var err error
	if a.ip4 != nil {
		err = tcp.SetNetworkLayerForChecksum(a.ip4)
		err = first(err, gopacket.SerializeLayers(buf, opt, a.ip4, &tcp))
	} else {
		err = tcp.SetNetworkLayerForChecksum(a.ip6)
		err = first(err, gopacket.SerializeLayers(buf, opt, a.ip6, &tcp))
	}
	if err != nil {
		g.t.Fatal(err)
	}
	want := append(append([]byte{}, head...), buf.Bytes()...)
	for len(want) < 60 {
		want = append(want, 0)
	}
	if string(want) != string(a.frame) {
		g.t.Fatalf("reply differs from what gopacket makes of it\n got % x\nwant % x", a.frame, want)
	}
}

func first(a, b error) error {
	if a != nil {
		return a
	}
	return b
}

// segment is a frame from the scanner, IPv4 or IPv6.
func segment(v6 bool, flags uint8, seq, ack uint32, payload string) []byte {
	from, to := scanner4, trapped4
	if v6 {
		from, to = scanner6, trapped6
	}
	return enginetest.TCP(enginetest.PeerMAC, enginetest.VirtMAC, from, to, flags, seq, ack, []byte(payload))
}

// events takes the events since the last call.
func (g *rig) events() []event.Event {
	out := make([]event.Event, g.worker.Events.Cap())
	return out[:g.worker.Events.Pop(out)]
}

// kinds is the kinds of the events since the last call.
func (g *rig) kinds() (k []event.Kind) {
	for _, e := range g.events() {
		k = append(k, e.Kind)
	}
	return k
}

// open sends a SYN with sequence number seq and returns the cookie.
func (g *rig) open(v6 bool, seq uint32) uint32 {
	g.t.Helper()
	a, why := g.one(segment(v6, SYN, seq, 0, ""))
	if a == nil {
		g.t.Fatalf("SYN not answered: %v", why)
	}
	return a.Seq - seq
}
