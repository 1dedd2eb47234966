package neigh

import (
	"net/netip"
	"sync/atomic"
	"testing"

	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"

	"mire/dpdk/burst"
	"mire/engine/config"
	et "mire/engine/enginetest"
	"mire/engine/own"
	"mire/engine/packet"
	"mire/engine/segment"
	"mire/engine/session"
)

var (
	host4   = netip.MustParseAddr("172.17.2.50")
	host6   = netip.MustParseAddr("2001:db8:0:2::50")
	far4    = netip.MustParseAddr("198.51.100.5")
	hostMAC = config.MAC{2, 0, 0, 0, 0, 0x50}
	nextMAC = config.MAC{2, 0, 0, 0, 0, 0x51}
)

// earshot is one observer on heap memory.
type earshot struct {
	tb    testing.TB
	lane  et.Lane
	b     burst.Burst
	segs  *segment.Map
	table *session.Table
	*Observer
}

func listen(tb testing.TB, c session.Config, edits ...func(*config.Snapshot)) *earshot {
	tb.Helper()
	c.Name = "observe"
	if c.Capacity == 0 {
		c.Capacity = 1024
	}
	t, err := session.New(new(session.HeapArena), c)
	if err != nil {
		tb.Fatal(err)
	}
	s := et.Snapshot(append([]func(*config.Snapshot){et.WithTarpit(config.TarpitEnable)}, edits...)...).Seal()
	e := &earshot{tb: tb, segs: segment.New(s), table: t, Observer: NewObserver(t)}
	e.lane.Now = 1e9
	e.Apply(s)
	return e
}

// hear receives frames in one turn.
func (e *earshot) hear(frames ...[]byte) {
	var in []et.Frame
	for _, f := range frames {
		in = append(in, et.Frame{Data: f})
	}
	e.receive(in...)
}

func (e *earshot) receive(frames ...et.Frame) {
	e.lane.In, e.lane.Out = frames, nil
	e.lane.Exchange(&e.b)
	e.b.Begin()
	packet.Parse(&e.b, &packet.Options{})
	e.segs.Locate(&e.b)
	e.Observe(&e.b)
}

func keyOf(a netip.Addr) session.Key {
	hi, lo := own.Words(a)
	return session.Key{Hi: hi, Lo: lo, Net: 1, Kind: session.KindAddress}
}

func (e *earshot) get(a netip.Addr) session.Record {
	r, _ := e.table.Get(keyOf(a), e.lane.Now)
	return r
}

func (e *earshot) put(a netip.Addr, st session.State) {
	e.tb.Helper()
	r := session.Record{Key: keyOf(a), State: st, Expires: e.lane.Now + 1e12, Askers: [2][6]byte{nextMAC}}
	if o := e.table.Put(&r, anyState, e.lane.Now); o != session.Done {
		e.tb.Fatalf("put %v: outcome %d", a, o)
	}
}

func TestARPAndNDSendersBecomeReal(t *testing.T) {
	all := netip.MustParseAddr("ff02::1")
	for name, c := range map[string]struct {
		addr  netip.Addr
		frame []byte
		by    Evidence
	}{
		"request":             {host4, et.WhoHas(hostMAC, host4, et.Peer4), BySender},
		"reply to another":    {host4, et.ARP(2, hostMAC, host4, nextMAC, et.Peer4), BySender},
		"reply to us":         {host4, et.ARP(2, hostMAC, host4, et.RealMAC, et.Real4), ByAnswer},
		"announcement":        {host4, et.WhoHas(hostMAC, host4, host4), BySender},
		"ARP probe":           {host4, et.WhoHas(hostMAC, netip.IPv4Unspecified(), host4), ByDetection},
		"solicitation":        {host6, et.Solicit(hostMAC, host6, et.Peer6, hostMAC), BySender},
		"detection":           {host6, et.Solicit(hostMAC, netip.IPv6Unspecified(), host6, config.MAC{}), ByDetection},
		"advertisement":       {host6, et.Advertise(hostMAC, et.GroupMAC(all), host6, all, host6, 0x20, hostMAC), BySender},
		"advertisement to us": {host6, et.Advertise(hostMAC, et.RealMAC, host6, et.Real6, host6, 0x60, hostMAC), ByAnswer},
	} {
		t.Run(name, func(t *testing.T) {
			e := listen(t, session.Config{})
			e.hear(c.frame)
			owner := [6]byte(hostMAC)
			if c.by == ByDetection {
				owner = [6]byte{} // who probes names nobody
			}
			if r := e.get(c.addr); r.State != session.Real || r.MAC != owner || r.Expires != e.lane.Now+1800e9 {
				t.Fatalf("entry %+v", r)
			}
			if e.N != 1 || e.Claims[0].By != c.by || !e.Claims[0].Strong || e.Claims[0].MAC != hostMAC || e.Claims[0].Owner != owner ||
				e.Claims[0].Key != keyOf(c.addr) || e.Claims[0].Record.State != session.Unknown {
				t.Fatalf("claims %+v", e.Claims[:e.N])
			}
			if e.b.Undecided != 1 {
				t.Error("a frame that was heard is decided: others need it")
			}
			if e.hear(c.frame); e.N != 0 {
				t.Errorf("claimed again: %+v", e.Claims[:e.N])
			}
		})
	}
}

func TestAdvertisementSpeaksForTargetAndSource(t *testing.T) {
	e := listen(t, session.Config{})
	src := netip.MustParseAddr("2001:db8:0:2::51")
	e.hear(et.Advertise(hostMAC, et.RealMAC, src, et.Real6, host6, 0x60, nextMAC))
	if r := e.get(host6); r.State != session.Real || r.MAC != nextMAC {
		t.Errorf("target %+v", r)
	}
	if r := e.get(src); r.State != session.Real || r.MAC != hostMAC {
		t.Errorf("source %+v", r)
	}
}

func TestPacketsChangeEntriesAndMakeNone(t *testing.T) {
	e := listen(t, session.Config{})
	echo := et.Echo(hostMAC, nextMAC, host4, far4, 1, 1, nil)
	e.hear(echo)
	if r := e.get(host4); r.State != session.Unknown || e.N != 0 {
		t.Fatalf("entry %+v, %d claims", r, e.N)
	}
	for _, st := range []session.State{session.Trapped, session.Probing} {
		e.put(host4, st)
		e.hear(echo)
		r := e.get(host4)
		if r.State != session.Real || r.MAC != [6]byte{} {
			t.Errorf("from %d: entry %+v, want real with the owner unknown", st, r)
		}
		if e.N != 1 || e.Claims[0].Strong || e.Claims[0].By != ByPacket || e.Claims[0].Record.State != st {
			t.Errorf("from %d: claims %+v", st, e.Claims[:e.N])
		}
		if kept := r.Askers[0] == nextMAC; kept != (st == session.Trapped) {
			t.Errorf("from %d: askers %v", st, r.Askers)
		}
	}
	// A strong sign then names the owner, and that is news again.
	if e.hear(et.WhoHas(hostMAC, host4, et.Peer4)); e.N != 1 || e.get(host4).MAC != hostMAC {
		t.Errorf("claims %+v, entry %+v", e.Claims[:e.N], e.get(host4))
	}
}

func TestPacketsKeepRealAlive(t *testing.T) {
	e := listen(t, session.Config{})
	e.hear(et.WhoHas(hostMAC, host4, et.Peer4))
	proven := e.get(host4).Proven
	for range 100 {
		e.lane.Now += 100e9
		e.hear(et.Echo(nextMAC, hostMAC, host4, far4, 1, 1, nil))
		if r := e.get(host4); r.State != session.Real || r.MAC != hostMAC || r.Proven != proven {
			t.Fatalf("at %d s: %+v", e.lane.Now/1e9, r)
		}
	}
	e.lane.Now += 1801e9
	if r := e.get(host4); r.State != session.Unknown {
		t.Fatalf("silent for longer than its life: %+v", r)
	}
}

func TestNoSignsOfLife(t *testing.T) {
	peer := netip.MustParseAddr("172.17.2.102")
	distrusted := config.MAC{2, 9, 9, 9, 9, 9}
	edit := func(s *config.Snapshot) {
		s.Networks[0].SyncPeer = peer
		s.Distrust = []config.MAC{distrusted}
	}
	// What the peer says it speaks from counts on the network it says.
	said := new(atomic.Pointer[own.Peer])
	said.Store(&own.Peer{MACs: []own.PeerMAC{{Number: 1, MAC: et.PortMAC}}})
	inside := func(outer, inner config.MAC) []byte { // Ethernet source and ARP sender differ
		f := et.WhoHas(inner, host4, et.Peer4)
		copy(f[6:], outer[:])
		return f
	}
	for name, f := range map[string][]byte{
		"our own MAC inside":     inside(hostMAC, et.RealMAC),
		"the virtual MAC inside": inside(hostMAC, et.VirtMAC),
		"the peer's MAC":         et.WhoHas(config.PeerMAC(peer), host4, et.Peer4),
		"the MAC the peer said":  et.WhoHas(et.PortMAC, host4, host4),
		"a distrusted MAC":       et.WhoHas(distrusted, host4, et.Peer4),
		"behind a distrusted":    inside(distrusted, hostMAC),
		"packet of a distrusted": et.Echo(distrusted, nextMAC, host4, far4, 1, 1, nil),
		"packet of the peer":     et.Echo(config.PeerMAC(peer), nextMAC, host4, far4, 1, 1, nil),
	} {
		t.Run(name, func(t *testing.T) {
			e := listen(t, session.Config{}, edit)
			e.Peer = said
			e.put(host4, session.Trapped)
			e.hear(f)
			if e.get(host4).State != session.Trapped || e.N != 0 {
				t.Fatalf("entry %+v, %d claims", e.get(host4), e.N)
			}
			if e.Captured != 1 {
				t.Errorf("captured sources %b, want the slot", e.Captured)
			}
		})
	}
	for name, f := range map[string][]byte{
		"off the segment":        et.WhoHas(hostMAC, far4, et.Peer4),
		"loopback":               et.WhoHas(hostMAC, netip.MustParseAddr("127.0.0.1"), et.Peer4),
		"multicast":              et.WhoHas(hostMAC, netip.MustParseAddr("224.0.0.1"), et.Peer4),
		"an address of our own":  et.WhoHas(hostMAC, et.Virt4, et.Peer4),
		"an address of our own6": et.Solicit(hostMAC, et.Real6, et.Peer6, hostMAC),
	} {
		t.Run(name, func(t *testing.T) {
			e := listen(t, session.Config{}, edit)
			e.hear(f)
			if n := e.table.Stats().Entries; n != [session.NumStates]int64{} || e.N != 0 {
				t.Fatalf("entries %v, %d claims", n, e.N)
			}
		})
	}
}

func TestNetworkWithoutTarpitIsNotLearnt(t *testing.T) {
	e := listen(t, session.Config{}, et.WithTarpit(config.TarpitDisable))
	e.hear(et.WhoHas(hostMAC, host4, et.Peer4))
	if e.get(host4).State != session.Unknown || e.N != 0 {
		t.Fatalf("entry %+v", e.get(host4))
	}
}

func TestOwnFramesAreDropped(t *testing.T) {
	echo := func(src config.MAC) []byte { return et.Echo(src, nextMAC, host4, far4, 1, 1, nil) }
	advert := et.IPv4(et.VirtMAC, config.MAC{1, 0, 0x5e, 0, 0, 18}, et.Peer4, netip.MustParseAddr("224.0.0.18"), 255,
		layers.IPProtocolVRRP, gopacket.Payload{0x31, 7, 100, 0, 0, 100, 0, 0})
	for name, c := range map[string]struct {
		frame []byte
		rx    burst.RxFlags
		want  burst.Reason // NumReasons: goes on
	}{
		"the kernel's on its port":        {echo(et.PortMAC), burst.KernelBacked, burst.HostTx},
		"that MAC on a port without one":  {echo(et.PortMAC), 0, burst.NumReasons},
		"real":                            {echo(et.RealMAC), 0, burst.OwnFrame},
		"virtual":                         {echo(et.VirtMAC), 0, burst.OwnFrame},
		"virtual, IPv6":                   {echo(et.Virt6MAC), 0, burst.OwnFrame},
		"advertisement of the other node": {advert, 0, burst.NumReasons},
		"a host":                          {echo(hostMAC), burst.KernelBacked, burst.NumReasons},
	} {
		t.Run(name, func(t *testing.T) {
			e := listen(t, session.Config{})
			e.receive(et.Frame{Data: c.frame, Rx: c.rx})
			if went := e.b.Undecided == 1; went != (c.want == burst.NumReasons) {
				t.Fatalf("undecided %b, dropped %v", e.b.Undecided, e.b.Verdicts.Dropped)
			}
			if c.want != burst.NumReasons && e.b.Verdicts.Dropped[c.want] != 1 {
				t.Fatalf("dropped %v, want %v", e.b.Verdicts.Dropped, c.want)
			}
		})
	}
}

func TestQuotaOfRealNeverKeepsACapture(t *testing.T) {
	c := session.Config{Capacity: 1024}
	c.Quota[session.Real] = 1
	e := listen(t, c)
	e.hear(et.WhoHas(hostMAC, netip.MustParseAddr("172.17.2.51"), et.Peer4)) // takes the only place
	for _, st := range []session.State{session.Trapped, session.Probing} {
		e.put(host4, st)
		e.hear(et.WhoHas(hostMAC, host4, et.Peer4))
		if r := e.get(host4); r.State != session.Unknown {
			t.Errorf("from %d: %+v, want unknown", st, r)
		}
		if e.N != 1 || e.Claims[0].Record.State != st {
			t.Errorf("from %d: claims %+v", st, e.Claims[:e.N])
		}
	}
}

func TestLeaseIsASignOfLife(t *testing.T) {
	e := listen(t, session.Config{})
	e.hear(lease(et.BroadcastMAC))
	if r := e.get(host4); r.State != session.Real || r.MAC != hostMAC || e.N != 1 || e.Claims[0].By != ByLease {
		t.Fatalf("entry %+v, claims %+v", r, e.Claims[:e.N])
	}
}

// A datagram to a MAC of ours was sent to a captured address, by anybody.
func TestLeaseSentToUsIsNoSignOfLife(t *testing.T) {
	for _, to := range []config.MAC{et.RealMAC, et.VirtMAC} {
		e := listen(t, session.Config{})
		e.hear(lease(to))
		if r := e.get(host4); r.State != session.Unknown || e.N != 0 {
			t.Fatalf("to %v: entry %+v, claims %+v", to, r, e.Claims[:e.N])
		}
	}
}

// lease is a DHCP acknowledgement of host4 to hostMAC.
func lease(to config.MAC) []byte { return acknowledge(to, hostMAC) }

// leaseFor is one of host4 to another client.
func leaseFor(client config.MAC) []byte { return acknowledge(et.BroadcastMAC, client) }

func acknowledge(to, client config.MAC) []byte {
	ack := make([]byte, 240, 256)
	ack[0], ack[1], ack[2] = 2, 1, 6
	copy(ack[16:], host4.AsSlice())
	copy(ack[28:], client[:])
	copy(ack[236:], []byte{0x63, 0x82, 0x53, 0x63})
	ack = append(ack, 53, 1, 5, 255)
	return et.UDP(nextMAC, to, netip.AddrPortFrom(et.Peer4, 67), netip.MustParseAddrPort("255.255.255.255:68"), ack)
}

func TestLateClaimIsWrittenLater(t *testing.T) {
	e := listen(t, session.Config{})
	e.put(host4, session.Trapped)
	e.late[0] = Claim{Key: keyOf(host4), MAC: hostMAC, Strong: true, By: BySender}
	e.nLate = 1
	e.Late(e.lane.Now)
	if e.get(host4).State != session.Real || e.N != 1 || e.Claims[0].Record.State != session.Trapped || e.nLate != 0 {
		t.Fatalf("entry %+v, claims %+v, %d late", e.get(host4), e.Claims[:e.N], e.nLate)
	}
}

func TestObserveDoesNotAllocate(t *testing.T) {
	e := listen(t, session.Config{})
	all := netip.MustParseAddr("ff02::1")
	frames := [][]byte{
		et.WhoHas(hostMAC, host4, et.Peer4), et.WhoHas(hostMAC, netip.IPv4Unspecified(), host4),
		et.Solicit(hostMAC, host6, et.Peer6, hostMAC), et.Advertise(hostMAC, et.GroupMAC(all), host6, all, host6, 0x20, nextMAC),
		et.Echo(hostMAC, nextMAC, host4, far4, 1, 1, nil), et.Echo(hostMAC, nextMAC, host6, et.Peer6, 1, 1, nil),
		et.Echo(et.RealMAC, nextMAC, host4, far4, 1, 1, nil),
	}
	bufs := make([][et.Room]byte, len(frames))
	for i, f := range frames {
		copy(bufs[i][:], f)
	}
	claims := 0
	if n := testing.AllocsPerRun(200, func() {
		e.b.Now += 200e6
		e.b.N, e.b.Room = uint32(len(frames)), et.Room
		for i, f := range frames {
			e.b.Map(i, bufs[i][:], len(f))
		}
		e.b.Begin()
		packet.Parse(&e.b, &packet.Options{})
		e.segs.Locate(&e.b)
		e.Observe(&e.b)
		claims += e.N
	}); n != 0 {
		t.Fatalf("%v allocations a turn", n)
	}
	if claims == 0 || e.b.Verdicts.Dropped[burst.OwnFrame] == 0 {
		t.Fatal("the turns did nothing")
	}
}
