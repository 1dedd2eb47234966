package stateless

import (
	"bytes"
	"encoding/binary"
	"testing"

	"github.com/google/gopacket/layers"

	"mire/dpdk/burst"
	"mire/engine/config"
	"mire/engine/enginetest"
)

// TestSYNACK4Bytes pins every byte of the default SYN-ACK but the cookie.
func TestSYNACK4Bytes(t *testing.T) {
	g := newRig(t, config.Policy{})
	a, _ := g.one(segment(false, SYN, 0x01020304, 0, ""))
	got := bytes.Clone(a.frame)
	clear(got[38:42]) // our sequence number, tested with the cookies
	clear(got[50:52]) // its checksum, tested against gopacket
	want := enginetest.Hex(`
		02 00 00 00 00 10  00 00 5e 00 01 07  08 00  // to the scanner, from the virtual MAC
		45 00 00 2c  00 00 40 00  40 06 62 5f        // 44 bytes, identification 0, DF, TTL 64
		ac 11 02 21  c6 33 64 07                     // 172.17.2.33 to 198.51.100.7
		00 50 9c 40  00 00 00 00  01 02 03 05        // 80 to 40000, acknowledges the SYN
		60 12 fa f0  00 00 00 00                     // 24 bytes, SYN ACK, window 64240
		02 04 05 b4                                  // MSS 1460
		00 00                                        // padding
	`)
	if !bytes.Equal(got, want) {
		t.Errorf("\n got % x\nwant % x", got, want)
	}
}

// TestSYNACK6Bytes is the same over IPv6.
func TestSYNACK6Bytes(t *testing.T) {
	g := newRig(t, config.Policy{})
	a, _ := g.one(segment(true, SYN, 0x01020304, 0, ""))
	got := bytes.Clone(a.frame)
	clear(got[58:62])
	clear(got[70:72])
	want := enginetest.Hex(`
		02 00 00 00 00 10  00 00 5e 00 02 07  86 dd          // from the virtual MAC of IPv6
		60 00 00 00  00 18 06 40                             // 24 bytes of TCP, hop limit 64
		20 01 0d b8 00 00 00 02 00 00 00 00 00 00 00 33      // 2001:db8:0:2::33
		20 01 0d b8 ff ff 00 00 00 00 00 00 00 00 00 07      // to 2001:db8:ffff::7
		00 50 9c 40  00 00 00 00  01 02 03 05
		60 12 fa f0  00 00 00 00
		02 04 05 a0                                          // MSS 1440
	`)
	if !bytes.Equal(got, want) {
		t.Errorf("\n got % x\nwant % x", got, want)
	}
}

// option is a TCP option of the given kind and data.
func option(kind layers.TCPOptionKind, data ...byte) layers.TCPOption {
	return layers.TCPOption{OptionType: kind, OptionLength: uint8(2 + len(data)), OptionData: data}
}

// offer is a SYN with options.
func offer(v6 bool, opts ...layers.TCPOption) []byte {
	t := &layers.TCP{SrcPort: 40000, DstPort: 80, Seq: 5, SYN: true, ECE: true, CWR: true, Window: 100, Options: opts}
	if v6 {
		return enginetest.IPv6(enginetest.PeerMAC, enginetest.Virt6MAC, scanner6.Addr(), trapped6.Addr(), 61, 6, t)
	}
	return enginetest.IPv4(enginetest.PeerMAC, enginetest.VirtMAC, scanner4.Addr(), trapped4.Addr(), 61, 6, t)
}

// permitted tells whether SACK-permitted is among the options of a reply, and
// fails on any option that a default SYN-ACK must not have.
func permitted(t *testing.T, a *answer, mss uint16) (sack bool) {
	t.Helper()
	seen := 0
	for _, o := range a.Options {
		switch o.OptionType {
		case layers.TCPOptionKindMSS:
			seen++
			if got := binary.BigEndian.Uint16(o.OptionData); got != mss {
				t.Errorf("MSS %d, want %d", got, mss)
			}
		case layers.TCPOptionKindSACKPermitted:
			sack = true
		case layers.TCPOptionKindNop:
		default:
			t.Errorf("option %v in a SYN-ACK", o)
		}
	}
	if seen != 1 {
		t.Errorf("%d MSS options", seen)
	}
	return sack
}

func TestSYNACKPermitsSACKOnlyWhenOffered(t *testing.T) {
	mss, sack, nop := option(2, 5, 0xb4), option(4), layers.TCPOption{OptionType: 1}
	scale, stamps := option(3, 7), option(8, 1, 2, 3, 4, 0, 0, 0, 0)
	for _, tc := range []struct {
		name string
		opts []layers.TCPOption
		want bool
	}{
		{"no options", nil, false},
		{"MSS", []layers.TCPOption{mss}, false},
		{"Linux", []layers.TCPOption{mss, sack, stamps, nop, scale}, true},
		{"Linux without SACK", []layers.TCPOption{mss, nop, nop, stamps, nop, scale}, false},
		{"Windows", []layers.TCPOption{mss, nop, scale, nop, nop, sack}, true},
		{"SACK first", []layers.TCPOption{sack, mss}, true},
		{"SACK alone", []layers.TCPOption{nop, nop, sack}, true},
	} {
		for _, v6 := range []bool{false, true} {
			g := newRig(t, config.Policy{})
			a, why := g.one(offer(v6, tc.opts...))
			if a == nil {
				t.Fatalf("%s: %v", tc.name, why)
			}
			if got := permitted(t, a, map[bool]uint16{false: 1460, true: 1440}[v6]); got != tc.want {
				t.Errorf("%s, IPv6 %v: SACK %v, want %v", tc.name, v6, got, tc.want)
			}
			if a.ECE || a.CWR || a.NS {
				t.Errorf("%s: ECN in the reply", tc.name)
			}
		}
	}
}

func TestMSSFollowsTheMTU(t *testing.T) {
	for _, tc := range []struct {
		mtu        int
		mss4, mss6 uint16
	}{{0, 1460, 1440}, {1500, 1460, 1440}, {9000, 1460, 1440}, {1499, 1459, 1439}, {1280, 1240, 1220}, {576, 536, 516}, {40, 28, 8}} {
		g := newRig(t, config.Policy{}, func(s *config.Snapshot) { s.Networks[0].MTU = tc.mtu })
		a4, _ := g.one(offer(false, option(4)))
		permitted(t, a4, tc.mss4)
		a6, _ := g.one(offer(true, option(4)))
		permitted(t, a6, tc.mss6)
	}
}

func TestTagIsKept(t *testing.T) {
	g := newRig(t, config.Policy{}, enginetest.WithVLAN(77))
	for _, v6 := range []bool{false, true} {
		m := g.open(v6, 9)
		for _, f := range [][]byte{segment(v6, SYN, 9, 0, ""), segment(v6, ACK, 10, 10+m, "data")} {
			a, why := g.one(enginetest.Tag(77, f))
			if a == nil {
				t.Fatal(why)
			}
			if got := binary.BigEndian.Uint32(a.frame[12:]); got != 0x8100004d {
				t.Errorf("tag %08x", got)
			}
		}
	}
}

// TestHeadersAreRebuilt: IPv4 options, IPv6 extensions, payload and padding of
// the request are gone in the reply.
func TestHeadersAreRebuilt(t *testing.T) {
	g := newRig(t, config.Policy{})
	tcp := &layers.TCP{SrcPort: 40000, DstPort: 80, Seq: 5, SYN: true}
	ip := &layers.IPv4{Version: 4, TTL: 3, TOS: 0xff, Id: 777, Protocol: 6, SrcIP: scanner4.Addr().AsSlice(), DstIP: trapped4.Addr().AsSlice(),
		Options: []layers.IPv4Option{{OptionType: 148, OptionLength: 4, OptionData: []byte{0, 0}}, {OptionType: 1}, {OptionType: 1}, {OptionType: 1}, {OptionType: 0}}}
	if err := tcp.SetNetworkLayerForChecksum(ip); err != nil {
		t.Fatal(err)
	}
	payload := bytes.Repeat([]byte{0xaa}, 300)
	plain, _ := g.one(segment(false, SYN, 5, 0, ""))
	for _, f := range [][]byte{
		enginetest.Ethernet(enginetest.PeerMAC, enginetest.VirtMAC, ip, tcp),
		segment(false, SYN, 5, 0, string(payload)),
		append(segment(false, SYN, 5, 0, ""), payload...),
	} {
		a, why := g.one(f)
		if a == nil {
			t.Fatal(why)
		}
		if !bytes.Equal(a.frame, plain.frame) {
			t.Errorf("reply to % x\n got % x\nwant % x", f, a.frame, plain.frame)
		}
	}
}

func TestIPv6ExtensionsAreStripped(t *testing.T) {
	g := newRig(t, config.Policy{})
	plain := segment(true, SYN, 5, 0, "")
	want, _ := g.one(plain)
	// Destination options, 8 bytes: next header TCP, PadN.
	ext := append(bytes.Clone(plain[:54]), 6, 0, 1, 4, 0, 0, 0, 0)
	ext = append(ext, plain[54:]...)
	ext[14+6] = 60
	binary.BigEndian.PutUint16(ext[14+4:], binary.BigEndian.Uint16(ext[14+4:])+8)
	a, why := g.one(ext)
	if a == nil {
		t.Fatal(why)
	}
	if !bytes.Equal(a.frame, want.frame) {
		t.Errorf("got % x\nwant % x", a.frame, want.frame)
	}
}

// TestPartialChecksumIsNotCopied: a reply to an unfinished checksum is whole.
func TestPartialChecksumIsNotCopied(t *testing.T) {
	g := newRig(t, config.Policy{})
	g.flags = burst.Partial
	f := segment(false, SYN, 5, 0, "")
	f[50], f[51] = 0x12, 0x34
	if a, why := g.one(f); a == nil {
		t.Fatal(why)
	}
}
