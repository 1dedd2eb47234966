package ping

import (
	"bytes"
	"net/netip"
	"testing"

	"mire/dpdk/burst"
	"mire/engine"
	"mire/engine/config"
	"mire/engine/enginetest"
	"mire/engine/enginetest/rig"

	"github.com/google/gopacket/layers"
)

func start(tb testing.TB, edits ...func(*config.Snapshot)) *rig.Rig {
	return rig.New(tb, enginetest.Snapshot(edits...), New())
}

// 172.17.2.10 pings 172.17.2.101: id 0x1234, seq 1, four bytes of data.
const request = `
	0600ac110265 020000000010 0800                  // to our MAC, from the peer, IPv4
	45 00 0020 0000 4000 3d 01 e14b ac11020a ac110265 // 32 bytes, DF, TTL 61, ICMP
	08 00 482d 1234 0001 deadbeef                    // echo request
	0000000000000000000000000000                     // padding to 60`

const reply = `
	020000000010 0600ac110265 0800
	45 00 0020 0000 4000 40 01 de4b ac110265 ac11020a // TTL 64, addresses swapped
	00 00 502d 1234 0001 deadbeef                    // echo reply
	0000000000000000000000000000`

func TestRequestBecomesReplyInPlace(t *testing.T) {
	got := start(t).Turn(enginetest.Hex(request)).WantReply(t)
	if want := enginetest.Hex(reply); !bytes.Equal(got, want) {
		t.Errorf("\n got %x\nwant %x", got, want)
	}
}

func TestTagIsKept(t *testing.T) {
	got := start(t, enginetest.WithVLAN(42)).Turn(enginetest.Tag(42, enginetest.Hex(request))).WantReply(t)
	// Padding goes down to a minimal frame of 60 bytes, tag included.
	if want := enginetest.Tag(42, enginetest.Hex(reply))[:60]; !bytes.Equal(got, want) {
		t.Errorf("\n got %x\nwant %x", got, want)
	}
}

// Sizes from nothing to the MTU come back whole, of either family and address,
// with checksums that gopacket computes too.
func TestEverySizeThatFits(t *testing.T) {
	for _, c := range []struct {
		src, dst netip.Addr
		mac      config.MAC
		header   int
	}{
		{enginetest.Peer4, enginetest.Real4, enginetest.RealMAC, 28},
		{enginetest.Peer4, enginetest.Virt4, enginetest.VirtMAC, 28},
		{enginetest.Peer6, enginetest.Real6, enginetest.RealMAC, 48},
		{enginetest.Peer6, enginetest.Virt6, enginetest.Virt6MAC, 48},
	} {
		r := start(t)
		for _, n := range []int{0, 1, 2, 3, 17, 56, 57, 1000, 1499 - c.header, 1500 - c.header} {
			payload := pattern(n)
			got := r.Turn(enginetest.Echo(enginetest.PeerMAC, c.mac, c.src, c.dst, 0xbeef, uint16(n), payload)).WantReply(t)
			if want := echoReply(c.mac, enginetest.PeerMAC, c.dst, c.src, 0xbeef, uint16(n), payload); !bytes.Equal(got, want) {
				t.Errorf("%v, %d bytes:\n got %x\nwant %x", c.dst, n, got, want)
			}
		}
		for _, n := range []int{1501 - c.header, 1900 - c.header} {
			r.Turn(enginetest.Echo(enginetest.PeerMAC, c.mac, c.src, c.dst, 1, 1, pattern(n))).WantDropped(t, "echo_too_long", 1)
		}
	}
}

func TestVirtBelongsToTheMaster(t *testing.T) {
	r := start(t)
	r.Role.Set(engine.Backup)
	for _, c := range []struct {
		src, dst netip.Addr
		mac      config.MAC
	}{{enginetest.Peer4, enginetest.Virt4, enginetest.VirtMAC}, {enginetest.Peer6, enginetest.Virt6, enginetest.Virt6MAC}} {
		r.Turn(enginetest.Echo(enginetest.PeerMAC, c.mac, c.src, c.dst, 1, 1, nil)).WantDropped(t, burst.Unclaimed.String(), 1)
	}
	r.Turn(enginetest.Hex(request)).WantReply(t)
}

func TestNeverAnswered(t *testing.T) {
	r := start(t)
	ip := netip.MustParseAddr
	for name, frame := range map[string][]byte{
		"directed broadcast": enginetest.Echo(enginetest.PeerMAC, enginetest.BroadcastMAC, enginetest.Peer4, ip("172.17.2.255"), 1, 1, nil),
		"unicast in a broadcast frame": enginetest.Echo(enginetest.PeerMAC, enginetest.BroadcastMAC, enginetest.Peer4,
			enginetest.Real4, 1, 1, nil),
		"flooded to another's MAC": enginetest.Echo(enginetest.PeerMAC, config.MAC{2, 0, 0, 0, 0, 0x77}, enginetest.Peer4, enginetest.Real4, 1, 1, nil),
		"from a broadcast MAC":     enginetest.Echo(enginetest.BroadcastMAC, enginetest.RealMAC, enginetest.Peer4, enginetest.Real4, 1, 1, nil),
		"from a group MAC":         enginetest.Echo(config.MAC{0x33, 0x33, 0, 0, 0, 1}, enginetest.RealMAC, enginetest.Peer6, enginetest.Real6, 1, 1, nil),
		"not our address":          enginetest.Echo(enginetest.PeerMAC, enginetest.RealMAC, enginetest.Peer4, ip("172.17.2.77"), 1, 1, nil),
		"from zero":                enginetest.Echo(enginetest.PeerMAC, enginetest.RealMAC, ip("0.0.0.0"), enginetest.Real4, 1, 1, nil),
		"from loopback":            enginetest.Echo(enginetest.PeerMAC, enginetest.RealMAC, ip("127.0.0.1"), enginetest.Real4, 1, 1, nil),
		"from a group":             enginetest.Echo(enginetest.PeerMAC, enginetest.RealMAC, ip("224.0.0.1"), enginetest.Real4, 1, 1, nil),
		"from the broadcast":       enginetest.Echo(enginetest.PeerMAC, enginetest.RealMAC, ip("255.255.255.255"), enginetest.Real4, 1, 1, nil),
		"from our broadcast":       enginetest.Echo(enginetest.PeerMAC, enginetest.RealMAC, ip("172.17.2.255"), enginetest.Real4, 1, 1, nil),
		"from ourselves":           enginetest.Echo(enginetest.PeerMAC, enginetest.RealMAC, enginetest.Virt4, enginetest.Real4, 1, 1, nil),
		"from ::":                  enginetest.Echo(enginetest.PeerMAC, enginetest.RealMAC, ip("::"), enginetest.Real6, 1, 1, nil),
		"from ::1":                 enginetest.Echo(enginetest.PeerMAC, enginetest.RealMAC, ip("::1"), enginetest.Real6, 1, 1, nil),
		"from an IPv6 group":       enginetest.Echo(enginetest.PeerMAC, enginetest.RealMAC, ip("ff02::1"), enginetest.Real6, 1, 1, nil),
	} {
		t.Run(name, func(t *testing.T) { r.Turn(frame).WantDropped(t, burst.Unclaimed.String(), 1) })
	}
	group := ip("ff02::1")
	r.Turn(enginetest.Echo(enginetest.PeerMAC, enginetest.GroupMAC(group), enginetest.Peer6, group, 1, 1, nil)).WantDropped(t, burst.NoNetwork.String(), 1)
}

// The reply carries none of the options of the request, and all of its data.
func TestOptionsAreLeftOut(t *testing.T) {
	payload := pattern(33)
	ip := &layers.IPv4{
		Version: 4, TTL: 9, Protocol: layers.IPProtocolICMPv4, Flags: layers.IPv4DontFragment,
		SrcIP: enginetest.Peer4.AsSlice(), DstIP: enginetest.Real4.AsSlice(),
		Options: []layers.IPv4Option{{OptionType: 7, OptionLength: 39, OptionData: append([]byte{4}, make([]byte, 36)...)}},
	}
	frame := enginetest.Ethernet(enginetest.PeerMAC, enginetest.RealMAC, ip,
		&layers.ICMPv4{TypeCode: 8 << 8, Id: 7, Seq: 9}, payloadLayer(payload))
	got := start(t).Turn(frame).WantReply(t)
	if want := echoReply(enginetest.RealMAC, enginetest.PeerMAC, enginetest.Real4, enginetest.Peer4, 7, 9, payload); !bytes.Equal(got, want) {
		t.Errorf("\n got %x\nwant %x", got, want)
	}
}

func TestExtensionHeadersAreLeftOut(t *testing.T) {
	payload := pattern(33)
	plain := enginetest.Echo(enginetest.PeerMAC, enginetest.RealMAC, enginetest.Peer6, enginetest.Real6, 7, 9, payload)
	// Hop-by-hop and destination options, PadN only, in front of the message.
	ext := enginetest.Hex("3c 00 0104 00000000  3a 01 010c 000000000000000000000000")
	frame := bytes.Join([][]byte{plain[:54], ext, plain[54:]}, nil)
	frame[14+6] = 0
	frame[14+5] += byte(len(ext))
	got := start(t).Turn(frame).WantReply(t)
	if want := echoReply(enginetest.RealMAC, enginetest.PeerMAC, enginetest.Real6, enginetest.Peer6, 7, 9, payload); !bytes.Equal(got, want) {
		t.Errorf("\n got %x\nwant %x", got, want)
	}
}
