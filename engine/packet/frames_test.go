package packet

import (
	"encoding/hex"
	"strings"
	"testing"

	"mire/dpdk/burst"
)

// room is the size of the slot buffers in these tests.
const room = 2048

// lane is the memory of one burst on the heap.
type lane struct {
	burst.Burst
	bufs [burst.Size][]byte
}

// newLane makes a burst of the given frames, with guard bytes behind each.
func newLane(frames ...[]byte) *lane {
	l := &lane{}
	l.Room = room
	for i := range l.bufs {
		l.bufs[i] = make([]byte, room)
	}
	l.fill(frames...)
	return l
}

// fill puts frames into slots 0.. and begins a turn.
func (l *lane) fill(frames ...[]byte) {
	for i, f := range frames {
		for j := copy(l.bufs[i], f); j < room; j++ {
			l.bufs[i][j] = 0xa5
		}
		l.Map(i, l.bufs[i], len(f))
	}
	l.N = uint32(len(frames))
	l.Begin()
}

// raw is the bytes of a hex dump; everything but hex digits is layout.
func raw(t testing.TB, dump string) []byte {
	t.Helper()
	b, err := hex.DecodeString(strings.Join(strings.Fields(dump), ""))
	if err != nil {
		t.Fatalf("bad hex in a test frame: %v", err)
	}
	return b
}

// edit is a copy of frame f with the given bytes from offset at on.
func edit(f []byte, at int, b ...byte) []byte {
	f = append([]byte(nil), f...)
	copy(f[at:], b)
	return f
}

// tagged is frame f with an 802.1Q tag.
func tagged(f []byte, vid uint16) []byte {
	out := append([]byte(nil), f[:12]...)
	out = append(out, 0x81, 0, byte(vid>>8), byte(vid))
	return append(out, f[12:]...)
}

// resum is a copy of f, an untagged frame, with its IPv4 and transport
// checksums made right by slow byte-wise code that shares nothing with the
// package.
func resum(f []byte) []byte {
	f = append([]byte(nil), f...)
	var l4, end int
	var proto byte
	var addrs []byte
	switch int(f[12])<<8 | int(f[13]) {
	default:
		return f
	case EtherTypeIPv4:
		ip := f[14:]
		ip[10], ip[11] = 0, 0
		l4 = 14 + int(ip[0]&15)*4
		put(ip[10:], slowSum(ip[:l4-14]))
		proto, addrs = ip[9], ip[12:20]
		end = 14 + (int(ip[2])<<8 | int(ip[3]))
	case EtherTypeIPv6:
		ip := f[14:]
		proto, l4, addrs = ip[6], 54, ip[8:40]
		for proto == 0 || proto == 43 || proto == 60 {
			proto, l4 = f[l4], l4+8+8*int(f[l4+1])
		}
		end = 54 + (int(ip[4])<<8 | int(ip[5]))
	}
	end = min(end, len(f))
	at := map[byte]int{1: 2, 2: 2, 6: 16, 17: 6, 58: 2}[proto]
	if at == 0 || l4+at+2 > end {
		return f
	}
	seg := f[l4:end]
	seg[at], seg[at+1] = 0, 0
	var pseudo []byte
	if proto != 1 && proto != 2 {
		pseudo = append(append(pseudo, addrs...), 0, proto, byte(len(seg)>>8), byte(len(seg)))
	}
	put(seg[at:], slowSum(append(pseudo, seg...)))
	return f
}

func put(p []byte, v uint16) { p[0], p[1] = byte(v>>8), byte(v) }

// slowSum is RFC 1071 read aloud: 16-bit words, padded, carries added back.
func slowSum(p []byte) uint16 {
	var s uint32
	for i := 0; i < len(p); i += 2 {
		w := uint32(p[i]) << 8
		if i+1 < len(p) {
			w |= uint32(p[i+1])
		}
		if s += w; s > 0xffff {
			s -= 0xffff
		}
	}
	return ^uint16(s)
}

// slot is the state of slot i as a reader of a failing test wants to see it.
type slot struct {
	class burst.Class
	meta  burst.Meta
	v6    bool
	drop  burst.Reason // accepted when not dropped
}

// parseOne parses one frame and returns what became of it.
func parseOne(t testing.TB, f []byte, rx burst.RxFlags, opt Options) (*lane, slot) {
	t.Helper()
	l := newLane(f)
	l.Rx[0] = rx
	Parse(&l.Burst, &opt)
	s := slot{meta: l.Meta[0], v6: l.V6.Has(0), drop: accepted}
	for r, n := range l.Verdicts.Dropped {
		if n != 0 {
			s.drop = burst.Reason(r)
		}
	}
	for c := range l.Class {
		if l.Class[c].Has(0) {
			s.class = burst.Class(c)
		}
	}
	return l, s
}

// Frames as captured, named by what they are; the tables of the tests are made
// of them. 192.0.2.0/24 and 2001:db8::/32 are documentation addresses.
const (
	// nmap -sS: 24 bytes of TCP header, MSS 1460; padded to 60.
	hexSynNmap = `06000a000001 02420a000002 0800
		4500002c 1a2b0000 3a06 0000 c0000207 c0000263
		d3210050 7c1f0001 00000000 6002 0400 0000 0000 020405b4 0000`
	// Linux connect(): 40 bytes of TCP header; 74 bytes.
	hexSynLinux = `06000a000001 02420a000002 0800
		4500003c 8c1e4000 4006 0000 c0000207 c0000263
		b2c80016 19f4a37d 00000000 a002 faf0 0000 0000
		020405b4 0402080a 5d1f3b7a 00000000 01030307`
	// masscan: a bare 20-byte header, padded to 60.
	hexSynBare = `06000a000001 02420a000002 0800
		45000028 d4310000 ff06 0000 c0000207 c0000263
		ef1b0017 5a5a5a5a 00000000 5002 0400 0000 0000 000000000000`
	// IPv6 SYN with MSS 1440; 78 bytes.
	hexSyn6 = `06000a000001 02420a000002 86dd
		600b4f2c 0018 06 40
		20010db8000000000000000000000007 20010db8000000000000000000000099
		b2c80050 2468ace0 00000000 6002 fd20 0000 0000 020405a0`
	// ACK with 5 bytes of payload.
	hexAckData = `06000a000001 02420a000002 0800
		4500002d 8c1f4000 4006 0000 c0000207 c0000263
		b2c80016 19f4a37e 00112233 5018 01f6 0000 0000 68656c6c6f 00`
	hexUDP = `06000a000001 02420a000002 0800
		45000020 00014000 4011 0000 c0000207 c0000263
		cafe0035 000c0000 6d697265 0000000000000000 000000000000`
	hexUDP6 = `06000a000001 02420a000002 86dd
		60000000 000c 11 40
		20010db8000000000000000000000007 20010db8000000000000000000000099
		cafe0035 000c0000 6d697265`
	hexEcho = `06000a000001 02420a000002 0800
		45000024 12344000 4001 0000 c0000207 c0000263
		08000000 00070001 6162636465666768 00000000000000000000`
	hexEcho6 = `06000a000001 02420a000002 86dd
		60000000 0010 3a 40
		20010db8000000000000000000000007 20010db8000000000000000000000099
		80000000 00070001 6162636465666768`
	hexARP = `ffffffffffff 02420a000002 0806
		0001 0800 06 04 0001 02420a000002 c0000207 000000000000 c0000263
		000000000000000000000000000000000000`
	// Neighbour solicitation for 2001:db8::99 from 2001:db8::7.
	hexNS = `3333ff000099 02420a000002 86dd
		60000000 0020 3a ff
		20010db8000000000000000000000007 ff0200000000000000000001ff000099
		87000000 00000000 20010db8000000000000000000000099 0101 02420a000002`
	// Duplicate address detection for 2001:db8::99.
	hexDAD = `3333ff000099 02420a000002 86dd
		60000000 0018 3a ff
		00000000000000000000000000000000 ff0200000000000000000001ff000099
		87000000 00000000 20010db8000000000000000000000099`
	// Unsolicited advertisement to all nodes, override.
	hexNA = `333300000001 02420a000002 86dd
		60000000 0020 3a ff
		20010db8000000000000000000000007 ff020000000000000000000000000001
		88000000 20000000 20010db8000000000000000000000007 0201 02420a000002`
	hexRA = `333300000001 02420a0000fe 86dd
		60000000 0018 3a ff
		fe8000000000000000420afffe0000fe ff020000000000000000000000000001
		86000000 40000708 00000000 00000000 0101 02420a0000fe`
	hexRS = `333300000002 02420a000002 86dd
		60000000 0008 3a ff
		00000000000000000000000000000000 ff020000000000000000000000000002
		85000000 00000000`
	hexRedirect = `02420a000002 02420a0000fe 86dd
		60000000 0028 3a ff
		fe8000000000000000420afffe0000fe 20010db8000000000000000000000007
		89000000 00000000 fe800000000000000000000000000042 20010db8000100000000000000000001`
	// MLDv1 general query with router alert.
	hexMLDQuery = `333300000001 02420a0000fe 86dd
		60000000 0020 00 01
		fe8000000000000000420afffe0000fe ff020000000000000000000000000001
		3a00 0502 0000 0100
		82000000 03e80000 00000000000000000000000000000000`
	// MLDv2 report: change to exclude ff02::1:ff00:99.
	hexMLDReport = `333300000016 02420a000002 86dd
		60000000 0024 00 01
		fe8000000000000000420afffe000002 ff020000000000000000000000000016
		3a00 0502 0000 0100
		8f000000 00000001 04000000 ff0200000000000000000001ff000099`
	// IGMPv2 report with router alert option.
	hexIGMP = `01005e000001 02420a000002 0800
		46000020 00000000 0102 0000 c0000207 e0000001 94040000
		16000000 ef010203 0000000000000000000000000000`
	hexUnreachable = `06000a000001 02420a000002 0800
		45000038 00000000 4001 0000 c0000207 c0000263
		0301 0000 00000000 4500002800000000400600 00c0000263c0000207 0050d321 00000000 00`
	// VRRPv3 over IPv4: VRID 7, priority 100, 192.0.2.1.
	hexVRRP = `01005e000012 00005e000107 0800
		45000020 00000000 ff70 0000 c0000207 e0000012
		31076401 00640000 c0000201 0000000000000000000000000000`
	hexOSPF = `01005e000005 02420a000002 0800
		4500001c 00000000 0159 0000 c0000207 e0000005
		0201000000000000 000000000000000000000000000000000000`
	// IPv6, destination options, then TCP.
	hexSyn6Dest = `06000a000001 02420a000002 86dd
		60000000 001c 3c 40
		20010db8000000000000000000000007 20010db8000000000000000000000099
		0600 0104 00000000
		b2c80050 2468ace0 00000000 5002 fd20 0000 0000`
	// IPv4 with a record route option, then TCP.
	hexSynOptions = `06000a000001 02420a000002 0800
		47000030 1a2b0000 3a06 0000 c0000207 c0000263 07070400 00000000
		d3210050 7c1f0001 00000000 5002 0400 0000 0000`
)

// good is the frames of a dump with its checksums filled in.
func good(t testing.TB, dump string) []byte { return resum(raw(t, dump)) }
