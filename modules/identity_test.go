package modules

import (
	"encoding/binary"
	"math/rand/v2"
	"net/netip"
	"testing"
	"time"

	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"

	"mire/dpdk/burst"
	"mire/engine"
	"mire/engine/config"
	"mire/engine/enginetest"
	"mire/engine/enginetest/rig"
	"mire/engine/ha"
	"mire/engine/packet"
)

// The identity run: ten million frames of all kinds, valid and broken, through
// the whole chain on one worker, while roles, policies and buffers change.
// After each turn every frame must be in exactly one counter, and in the end
// every declared reason must have occurred: one that never does is dead.
const (
	identityFrames    = 10_000_000
	identityFramesFew = 1_000_000
)

// mixed makes frames. Its networks: 1 captures, 2 observes (port 1), 3 has no
// tarpit (port 2), 4 is tag 40 on port 0.
type mixed struct {
	*rand.Rand
	pool []enginetest.Frame
}

// syncPeer is the other node; nobody here speaks for it.
var syncPeer = at4(102)

func mixedSnapshot(edits ...func(*config.Snapshot)) *config.Snapshot {
	more := func(s *config.Snapshot) {
		first := s.Networks[0]
		for i, vlan := range []uint16{0, 0, 40} {
			n := first
			n.Number, n.Port, n.VLAN = i+2, []uint16{1, 2, 0}[i], vlan
			n.Tarpit = []config.TarpitMode{config.TarpitObserve, config.TarpitDisable, config.TarpitEnable}[i]
			s.Networks = append(s.Networks, n)
		}
		s.Networks[0].SyncPeer = syncPeer
		s.Networks[3].Policy = config.Policy{Kind: config.PolicyClamp, Window: 100}
		s.Networks[0].Exempt = []config.Range{{From: at4(200), To: at4(203)}}
		s.Ignore = []config.Ignore{{Prefix: netip.PrefixFrom(at4(30), 32)}}
		s.Settings.Bounds4.Probing = 4
		if err := s.Settings.Declare("set examplecount 46\nset examplerate 3\nset examplemark 8"); err != nil {
			panic(err)
		}
	}
	return enginetest.Snapshot(append([]func(*config.Snapshot){enginetest.WithTarpit(config.TarpitEnable), more}, edits...)...)
}

// at4 and at6 are address n of the networks.
func at4(n int) netip.Addr {
	a := enginetest.Prefix4.Addr().As4()
	a[3] = byte(n)
	return netip.AddrFrom4(a)
}

func at6(n int) netip.Addr {
	a := enginetest.Prefix6.Addr().As16()
	a[15] = byte(n)
	return netip.AddrFrom16(a)
}

// remote is a source: mostly some station of the segment, by its own MAC.
func (g *mixed) remote() (config.MAC, netip.Addr, netip.Addr) {
	n := 10 + g.IntN(24)
	mac := config.MAC{2, 0, 0, 0, 0, byte(n)}
	switch g.IntN(40) {
	case 0:
		mac = enginetest.PortMAC // the kernel of this host
	case 1:
		mac = enginetest.RealMAC // a loop
	case 2:
		return mac, netip.MustParseAddr("127.0.0.1"), netip.MustParseAddr("::1")
	case 3:
		return mac, netip.IPv4Unspecified(), netip.IPv6Unspecified()
	case 4:
		return mac, netip.MustParseAddr("203.0.113.9"), netip.MustParseAddr("2001:db8:ffff::9")
	}
	return mac, at4(n), at6(n)
}

// target is a destination: unused, living, ours, exempt or on no network.
func (g *mixed) target() (netip.Addr, netip.Addr) {
	switch g.IntN(16) {
	case 0:
		return enginetest.Real4, enginetest.Real6
	case 1:
		return enginetest.Virt4, enginetest.Virt6
	case 2:
		return at4(200 + g.IntN(4)), at6(0)
	case 3:
		return netip.MustParseAddr("192.0.2.1"), netip.MustParseAddr("2001:db8:dead::1")
	case 4:
		return at4(10 + g.IntN(24)), at6(10 + g.IntN(24))
	}
	return at4(110 + g.IntN(80)), at6(110 + g.IntN(80))
}

// valid is one well-formed frame.
func (g *mixed) valid() []byte {
	mac, s4, s6 := g.remote()
	d4, d6 := g.target()
	src, dst := s4, d4
	if g.IntN(3) == 0 {
		src, dst = s6, d6
	}
	to := enginetest.RealMAC
	payload := make([]byte, []int{0, 0, 1, 18, 900}[g.IntN(5)])
	sp, dp := uint16(1024+g.IntN(60000)), uint16(1+g.IntN(1000))
	switch g.IntN(14) {
	case 0, 1:
		return enginetest.WhoHas(mac, s4, d4)
	case 2:
		return enginetest.ARP(2, mac, s4, enginetest.RealMAC, enginetest.Real4)
	case 3:
		return enginetest.ARP(uint16(1+g.IntN(2)), mac, s4, enginetest.BroadcastMAC, s4) // an announcement
	case 4:
		return enginetest.Solicit(mac, s6, d6, mac)
	case 5:
		return enginetest.Advertise(mac, to, s6, enginetest.Real6, s6, []byte{0x20, 0x60, 0}[g.IntN(3)], mac)
	case 6:
		return enginetest.Echo(mac, to, src, dst, 1, 1, payload)
	case 7:
		if g.IntN(8) == 0 {
			return enginetest.Echo(mac, to, src, []netip.Addr{enginetest.Real4, enginetest.Real6}[map[bool]int{false: 0, true: 1}[src.Is6()]], 1, 1, make([]byte, 1700))
		}
		if g.IntN(8) == 0 {
			return g.advert(mac, s4)
		}
		if g.IntN(8) == 0 {
			peer := netip.AddrPortFrom([]netip.Addr{s4, syncPeer}[g.IntN(2)], ha.Port)
			return enginetest.UDP(mac, to, peer, netip.AddrPortFrom(enginetest.Real4, ha.Port), make([]byte, g.IntN(200)))
		}
		return g.dhcp(mac)
	case 8, 9:
		f := enginetest.UDP(mac, to, netip.AddrPortFrom(src, sp), netip.AddrPortFrom(dst, dp), payload)
		if dp%16 < 2 {
			f, _ = withDSCP(f, []string{"46", "8"}[dp%16])
		}
		return f
	case 10:
		return g.other(mac, src, dst)
	}
	flags := []byte{0x02, 0x02, 0x02, 0x12, 0x10, 0x18, 0x04, 0x11, 0x03, 0x00, 0x29}[g.IntN(11)]
	return enginetest.TCP(mac, to, netip.AddrPortFrom(src, sp), netip.AddrPortFrom(dst, dp), flags, g.Uint32(), g.Uint32(), payload)
}

// advert is a VRRP advertisement for our virtual router, of a lower priority
// (RFC 9568 section 5); some come with a TTL that says they were routed.
func (g *mixed) advert(mac config.MAC, from netip.Addr) []byte {
	m := []byte{0x31, 7, 1, 1, 0, 100, 0, 0, 172, 17, 2, 100}
	binary.BigEndian.PutUint16(m[6:], packet.Fold(packet.Sum(0, m)))
	f := enginetest.IPv4(mac, config.MAC{1, 0, 0x5e, 0, 0, 18}, from, netip.MustParseAddr("224.0.0.18"),
		[]byte{254, 255, 255}[g.IntN(3)], layers.IPProtocolVRRP, gopacket.Payload(m))
	return f
}

// dhcp is a message of a client or of a server on the segment.
func (g *mixed) dhcp(mac config.MAC) []byte {
	types := []layers.DHCPMsgType{layers.DHCPMsgTypeDiscover, layers.DHCPMsgTypeRequest, layers.DHCPMsgTypeDecline, layers.DHCPMsgTypeOffer, layers.DHCPMsgTypeAck}
	kind := types[g.IntN(len(types))]
	server := at4(33)
	d := &layers.DHCPv4{Operation: layers.DHCPOpRequest, HardwareType: layers.LinkTypeEthernet, HardwareLen: 6, Xid: g.Uint32(),
		ClientIP: netip.IPv4Unspecified().AsSlice(), YourClientIP: at4(110 + g.IntN(80)).AsSlice(), NextServerIP: server.AsSlice(), RelayAgentIP: netip.IPv4Unspecified().AsSlice(),
		ClientHWAddr: mac[:], Options: layers.DHCPOptions{
			layers.NewDHCPOption(layers.DHCPOptMessageType, []byte{byte(kind)}),
			layers.NewDHCPOption(layers.DHCPOptServerID, server.AsSlice()),
			layers.NewDHCPOption(layers.DHCPOptRequestIP, at4(110+g.IntN(80)).AsSlice()),
		}}
	from, to, src := uint16(68), uint16(67), netip.IPv4Unspecified()
	if kind == layers.DHCPMsgTypeOffer || kind == layers.DHCPMsgTypeAck {
		d.Operation, from, to, src = layers.DHCPOpReply, 67, 68, server
	}
	udp := &layers.UDP{SrcPort: layers.UDPPort(from), DstPort: layers.UDPPort(to)}
	ip := &layers.IPv4{Version: 4, TTL: 64, Protocol: layers.IPProtocolUDP, SrcIP: src.AsSlice(), DstIP: netip.MustParseAddr("255.255.255.255").AsSlice()}
	udp.SetNetworkLayerForChecksum(ip)
	return enginetest.Ethernet(mac, enginetest.BroadcastMAC, ip, udp, d)
}

// other is a protocol that nobody here serves, and frames of shapes that are
// refused for what they are.
func (g *mixed) other(mac config.MAC, src, dst netip.Addr) []byte {
	f := enginetest.UDP(mac, enginetest.RealMAC, netip.AddrPortFrom(at4(12), 9), netip.AddrPortFrom(at4(120), 9), make([]byte, 24))
	v6 := enginetest.UDP(mac, enginetest.RealMAC, netip.AddrPortFrom(at6(12), 9), netip.AddrPortFrom(at6(120), 9), make([]byte, 24))
	switch g.IntN(9) {
	case 0:
		f[12], f[13] = 0x88, 0xcc // LLDP
	case 1:
		return enginetest.Tag(40, enginetest.Tag(41, f))
	case 2:
		return enginetest.Tag(41, f)
	case 3:
		return v4proto(f, 47) // GRE
	case 4:
		f[20] |= 0x20 // more fragments
		return v4sum(f)
	case 5:
		v6[20] = 44 // fragment header
		return v6
	case 6:
		v6[20] = 253
		return v6
	case 7:
		return enginetest.Ethernet(mac, enginetest.RealMAC, &layers.IPv6{Version: 6, HopLimit: 64, NextHeader: layers.IPProtocolICMPv6, SrcIP: at6(12).AsSlice(), DstIP: at6(120).AsSlice()})
	case 8:
		return v4proto(f, 112)
	}
	return f
}

func v4proto(f []byte, proto byte) []byte {
	f[23] = proto
	return v4sum(f)
}

// v4sum computes the header checksum of an untagged IPv4 frame again.
func v4sum(f []byte) []byte {
	f[24], f[25] = 0, 0
	var s uint32
	for i := 14; i < 34; i += 2 {
		s += uint32(binary.BigEndian.Uint16(f[i:]))
	}
	for s>>16 != 0 {
		s = s&0xffff + s>>16
	}
	binary.BigEndian.PutUint16(f[24:], ^uint16(s))
	return f
}

// frame is a valid frame, or one that something happened to.
func (g *mixed) frame() enginetest.Frame {
	f := enginetest.Frame{Data: g.valid(), Port: uint16([]int{0, 0, 0, 0, 1, 2}[g.IntN(6)])}
	if g.IntN(8) == 0 {
		f.Data = enginetest.Tag(40, f.Data)
		f.Port = 0
	}
	if g.IntN(4) == 0 {
		f.Rx = burst.KernelBacked
		if g.IntN(2) == 0 {
			f.Rx |= burst.L4ChecksumPartial
		}
	}
	switch g.IntN(12) {
	case 0:
		f.Data[g.IntN(len(f.Data))] ^= byte(1 << g.IntN(8))
	case 1:
		f.Data = f.Data[:g.IntN(len(f.Data))]
		if len(f.Data)%2 == 0 {
			f.Rx |= burst.Cut
		}
	case 2:
		for range 4 {
			f.Data[12+g.IntN(len(f.Data)-12)] = byte(g.Uint32())
		}
	case 3:
		f.Rx |= burst.MultiSegment
	}
	return f
}

func TestEveryFrameOfTenMillionIsAccountedForAndEveryReasonOccurs(t *testing.T) {
	frames := identityFrames
	if raceEnabled || testing.Short() {
		frames = identityFramesFew
		t.Logf("%d frames instead of %d: under the race detector or -short", frames, identityFrames)
	}
	g := &mixed{Rand: rand.New(rand.NewPCG(7, 11))}
	for range 30_000 {
		g.pool = append(g.pool, g.frame())
	}
	chain, err := Chain(Order())
	if err != nil {
		t.Fatal(err)
	}
	normal, strict := mixedSnapshot(), mixedSnapshot(func(s *config.Snapshot) { s.Settings.PartialDrop = true })
	synack := mixedSnapshot(func(s *config.Snapshot) { s.Networks[0].Policy.Kind = config.PolicySynack })
	r := rig.New(t, normal, append([]engine.Module{ha.New()}, chain...)...)
	r.Lane.Discard = true
	in := make([]enginetest.Frame, burst.Size)
	for turn := 0; turn*burst.Size < frames; turn++ {
		for i := range in {
			in[i] = g.pool[g.IntN(len(g.pool))]
			in[i].Data = in[i].Data[:len(in[i].Data):len(in[i].Data)]
		}
		switch turn % 5000 {
		case 1000:
			r.Role.Set(engine.Backup)
		case 1200:
			r.Role.Set(engine.Master)
		case 2000:
			r.Apply(strict)
		case 2500:
			r.Apply(synack)
		case 3000:
			r.Apply(normal)
		case 4000:
			r.Lane.Starve = true
		case 4100:
			r.Lane.Starve = false
		case 4500:
			r.Lane.Full = true
		case 4510:
			r.Lane.Full = false
		case 4600:
			r.Lane.Longest = 60
		case 4610:
			r.Lane.Longest = 0
		}
		r.Lane.In = in
		// Mostly 100 us a turn; now and then the segment is quiet for seconds.
		r.Lane.Now += int64(100 * time.Microsecond)
		if turn%1400 == 0 {
			r.Lane.In = nil
			for range 3000 {
				r.Lane.Now += int64(time.Millisecond)
				r.Worker.Turn()
			}
			r.Lane.In = in
		}
		r.Worker.Turn()
		if turn%2500 == 400 {
			converse(r)
			deafen(r)
		}
		v := &r.Burst.Verdicts
		if drops := sum(v.Dropped[:]) - v.Dropped[burst.TxFull] - v.Dropped[burst.TxRefused]; v.Received != v.Sent+v.Consumed+v.Punted+drops {
			t.Fatalf("turn %d: received %d, sent %d, consumed %d, dropped %d", turn, v.Received, v.Sent, v.Consumed, drops)
		}
		r.Drain()
	}
	r.Lane.In = in[:1]
	r.Worker.Stop()
	r.Worker.Run()
	r.Lane.Exchange(&r.Burst)

	c := r.Worker.Counters()
	if !c.Balanced() {
		t.Errorf("the identity does not hold: %+v", c)
	}
	v := &r.Burst.Verdicts
	io := &r.Burst.IO
	if io.Received+v.Originated != io.Transmitted+io.TxFull+io.Refused+io.Freed ||
		io.Freed != sum(v.Dropped[:])-v.Dropped[burst.TxFull]-v.Dropped[burst.TxRefused]+v.Consumed+v.Punted {
		t.Errorf("at rest: %+v, verdicts %+v", io, v)
	}
	for reason, info := range c.Reasons {
		if c.Verdicts.Dropped[reason] == 0 {
			t.Errorf("reason %s never occurred", info.Name)
		}
	}
	if v.Sent == 0 || v.Consumed == 0 || v.Originated == 0 || v.Starved == 0 {
		t.Errorf("a verdict never occurred: sent %d, consumed %d, originated %d, starved %d", v.Sent, v.Consumed, v.Originated, v.Starved)
	}
	t.Logf("%d frames: sent %d, consumed %d, dropped %d, own %d", io.Received, v.Sent, v.Consumed, c.Drops(), v.Originated)
	for reason, info := range c.Reasons {
		t.Logf("  %-20s %d", info.Name, c.Verdicts.Dropped[reason])
	}
}

// deafen has nobody answer the questions by which a node learns that it hears,
// while the client of converse asks for what is captured.
func deafen(r *rig.Rig) {
	before := r.Snapshots.Load()
	r.Apply(mixedSnapshot(enginetest.WithHearing(config.HearingProven)))
	for range 10 {
		r.Lane.In = []enginetest.Frame{{Data: enginetest.WhoHas(config.MAC{2, 0, 0, 0, 1, 1}, at4(41), at4(195))}}
		for range 1000 {
			r.Lane.Now += int64(time.Millisecond)
			r.Worker.Turn()
			r.Lane.In = nil
		}
	}
	r.Apply(before)
}

// converse is a client of its own that opens a connection to a captured
// address, writes two segments in one burst, and probes the closed window until it has
// spent its replies. What the address says decides what it sends: the cookie.
func converse(r *rig.Rig) {
	const probes = 60
	r.Lane.In = nil
	mac := config.MAC{2, 0, 0, 0, 1, 1}
	client, server := netip.AddrPortFrom(at4(41), 4000), netip.AddrPortFrom(at4(195), 80)
	frame := func(flags byte, seq, ack uint32, payload []byte) enginetest.Frame {
		return enginetest.Frame{Data: enginetest.TCP(mac, enginetest.RealMAC, client, server, flags, seq, ack, payload)}
	}
	send := func(flags byte, seq, ack uint32, payload []byte) {
		r.Lane.Now += int64(time.Millisecond)
		r.Lane.In = []enginetest.Frame{frame(flags, seq, ack, payload)}
		r.Worker.Turn()
	}
	// It waits until the DISCOVERs of the mix hold nothing back any more, asks
	// who has the address, and waits for the proof.
	for range 5000 {
		r.Lane.Now += int64(time.Millisecond)
		r.Worker.Turn()
	}
	r.Lane.In = []enginetest.Frame{{Data: enginetest.WhoHas(mac, client.Addr(), server.Addr())}}
	for range 2000 {
		r.Lane.Now += int64(time.Millisecond)
		r.Worker.Turn()
	}
	r.Lane.Discard, r.Lane.Out = false, nil
	send(0x02, 1000, 0, nil)
	r.Lane.In = nil
	r.Worker.Turn()
	var isn uint32
	for _, f := range r.Lane.Out {
		if p := enginetest.Decode(f.Data); p.Layer(layers.LayerTypeTCP) != nil {
			if tcp := p.Layer(layers.LayerTypeTCP).(*layers.TCP); tcp.SYN && tcp.ACK && tcp.Ack == 1001 {
				isn = tcp.Seq
			}
		}
	}
	r.Lane.Discard, r.Lane.Out = true, nil
	send(0x10, 1001, isn+1, nil)
	r.Lane.In = []enginetest.Frame{frame(0x10, 1001, isn+1, make([]byte, 50)), frame(0x18, 1051, isn+1, make([]byte, 50))}
	r.Worker.Turn()
	for range probes {
		send(0x10, 1100, isn+1, nil)
	}
}

func sum(n []uint64) (s uint64) {
	for _, v := range n {
		s += v
	}
	return s
}
