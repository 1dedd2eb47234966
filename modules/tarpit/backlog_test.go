package tarpit

import (
	"bytes"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"

	"mire/engine/config"
	et "mire/engine/enginetest"
	"mire/engine/event"
	"mire/engine/session"
)

// sourceFor is the asker's address of the family of a.
func sourceFor(a netip.Addr) netip.Addr {
	if a.Is6() {
		return asker6
	}
	return asker4
}

// synTo is a SYN of the asker with what a Linux client permits.
func synTo(a netip.Addr, port uint16) []byte {
	t := &layers.TCP{SrcPort: layers.TCPPort(port), DstPort: 80, Seq: 0xfffffff0, SYN: true, Window: 64240, Options: optionLists[3]}
	if a.Is6() {
		return et.IPv6(askerMac, et.VirtMAC, asker6, a, 64, layers.IPProtocolTCP, t, gopacket.Payload(nil))
	}
	return et.IPv4(askerMac, et.VirtMAC, asker4, a, 64, layers.IPProtocolTCP, t, gopacket.Payload(nil))
}

func echoTo(a netip.Addr, id uint16, size int) []byte {
	return et.Echo(askerMac, et.VirtMAC, sourceFor(a), a, id, 1, bytes.Repeat([]byte{0xa5, 7}, 1+size/2)[:size])
}

// echoOf is the ICMP of an echo request.
func echoOf(a netip.Addr, id uint16, size int) []gopacket.SerializableLayer {
	if a.Is6() {
		return []gopacket.SerializableLayer{&layers.ICMPv6{TypeCode: layers.CreateICMPv6TypeCode(layers.ICMPv6TypeEchoRequest, 0)},
			&layers.ICMPv6Echo{Identifier: id}, gopacket.Payload(make([]byte, size))}
	}
	return []gopacket.SerializableLayer{&layers.ICMPv4{TypeCode: layers.CreateICMPv4TypeCode(layers.ICMPv4TypeEchoRequest, 0), Id: id},
		gopacket.Payload(make([]byte, size))}
}

// behindOptions is a packet of the asker behind n bytes of IPv4 options or of
// an IPv6 extension header: a multiple of 4, at most 40, or of 8.
func behindOptions(a netip.Addr, n int, ls ...gopacket.SerializableLayer) []byte {
	proto := layers.IPProtocolTCP
	if _, tcp := ls[0].(*layers.TCP); !tcp {
		if proto = layers.IPProtocolICMPv4; a.Is6() {
			proto = layers.IPProtocolICMPv6
		}
	}
	if a.Is4() {
		f := et.IPv4(askerMac, et.VirtMAC, asker4, a, 64, proto, ls...)
		ip := f[14:34]
		ip[0] += byte(n / 4)
		total := int(ip[2])<<8 | int(ip[3])
		ip[2], ip[3], ip[10], ip[11] = byte((total+n)>>8), byte(total+n), 0, 0
		f = slices.Concat(f[:34], bytes.Repeat([]byte{1}, n), f[34:14+total])
		sum := ^onesSum(f[14 : 34+n])
		f[24], f[25] = byte(sum>>8), byte(sum)
		return f
	}
	f := et.IPv6(askerMac, et.VirtMAC, asker6, a, 64, proto, ls...)
	header := make([]byte, n)
	header[0], header[1], header[2], header[3] = f[20], byte(n/8-1), 1, byte(n-4) // one PadN
	f[20] = 0
	size := int(f[18])<<8 | int(f[19]) + n
	f[18], f[19] = byte(size>>8), byte(size)
	return slices.Concat(f[:54], header, f[54:])
}

func udpTo(a netip.Addr, port uint16) []byte {
	return et.UDP(askerMac, et.VirtMAC, netip.AddrPortFrom(sourceFor(a), port), netip.AddrPortFrom(a, 161), []byte("public"))
}

// segmentTo is a later segment of the connection that synTo(a, 999) opened.
func segmentTo(a netip.Addr, flags uint8, at int, theirs uint32, payload string) []byte {
	return et.TCP(askerMac, et.VirtMAC, netip.AddrPortFrom(sourceFor(a), 999), netip.AddrPortFrom(a, 80),
		flags, 0xfffffff1+uint32(at), theirs+1, []byte(payload))
}

// sequenceOf is the sequence number of a SYN-ACK.
func sequenceOf(t *testing.T, f et.Frame) uint32 {
	t.Helper()
	tcp, ok := et.Decode(f.Data).Layer(layers.LayerTypeTCP).(*layers.TCP)
	if !ok || !tcp.SYN || !tcp.ACK {
		t.Fatalf("%s is no SYN-ACK", said(f))
	}
	return tcp.Seq
}

// becomes is what becomes of a packet to an address: frames and events about it.
type becomes struct {
	out    [][]byte
	events []event.Kind
}

func (r becomes) String() string { return fmt.Sprintf("%x, events %v", r.out, r.events) }

// collect leaves out the questions, and what the proof itself says.
func collect(fs []et.Frame, es []event.Event) (r becomes) {
	for _, f := range fs {
		if s := said(f); !strings.Contains(s, " arp 1 ") && !strings.Contains(s, " ns ") {
			r.out = append(r.out, f.Data)
		}
	}
	for _, e := range es {
		if e.Kind != kindTrapped {
			e.Time = 0
			r.events = append(r.events, e.Kind)
		}
	}
	return r
}

// hot is what becomes of a packet to a captured address.
func hot(t *testing.T, a netip.Addr, f []byte, edits ...func(*config.Snapshot)) becomes {
	t.Helper()
	l := newLab(t, edits...)
	l.trapQuietly(a)
	return collect(l.Turn(f).Out, l.Drain())
}

// trapQuietly has an address proven absent by a packet that nothing answers.
func (l *lab) trapQuietly(a netip.Addr) {
	l.tb.Helper()
	f := et.TCP(otherMAC, et.VirtMAC, netip.AddrPortFrom(sourceFor(a).Next().Next(), 9), netip.AddrPortFrom(a, 80), 16, 1, 1, nil)
	if v := l.Snapshots.Load().Networks[0].VLAN; v != 0 {
		f = et.Tag(v, f)
	}
	l.Turn(f)
	if l.count(Kept) != 0 {
		l.tb.Fatal("an ACK of no connection of ours was kept")
	}
	l.Pass(1200 * time.Millisecond)
	l.wantState(a, session.Trapped)
	l.Drain()
}

// cold is what becomes of a packet that starts the proof, all in all.
func cold(t *testing.T, a netip.Addr, f []byte, edits ...func(*config.Snapshot)) becomes {
	t.Helper()
	l := newLab(t, edits...)
	o := l.Turn(f)
	l.wantDrop(o, "tarpit_unknown")
	before := l.Burst.Verdicts
	out := slices.Concat(o.Out, l.Pass(1200*time.Millisecond))
	l.wantState(a, session.Trapped)
	v := &l.Burst.Verdicts
	if v.Sent != before.Sent || v.Dropped != before.Dropped || v.Consumed != before.Consumed {
		t.Error("the packet was decided once more when the proof ended")
	}
	return collect(out, l.Drain())
}

// What starts a proof gets at its end what it would have got from a captured
// address, bit by bit.
func TestPacketThatStartsAProofIsTreatedAtItsEnd(t *testing.T) {
	bothFamilies(t, func(t *testing.T, a netip.Addr) {
		long := make([]byte, 300)
		for name, f := range map[string][]byte{
			"SYN":                synTo(a, 999),
			"SYN alone":          et.TCP(askerMac, et.VirtMAC, netip.AddrPortFrom(sourceFor(a), 9), netip.AddrPortFrom(a, 22), 2, 77, 0, nil),
			"SYN with data":      et.TCP(askerMac, et.VirtMAC, netip.AddrPortFrom(sourceFor(a), 9), netip.AddrPortFrom(a, 22), 2, 77, 0, long),
			"echo":               echoTo(a, 7, 56),
			"echo without data":  echoTo(a, 7, 0),
			"echo of 1 byte":     echoTo(a, 7, 1),
			"echo of 64 bytes":   echoTo(a, 7, keptPayload),
			"echo, long headers": behindOptions(a, 40, echoOf(a, 7, keptPayload)...),
			"SYN, long headers":  behindOptions(a, 40, &layers.TCP{SrcPort: 9, DstPort: 80, Seq: 1, SYN: true, Options: optionLists[3]}),
			"UDP":                udpTo(a, 9),
			"UDP, long":          et.UDP(askerMac, et.VirtMAC, netip.AddrPortFrom(sourceFor(a), 9), netip.AddrPortFrom(a, 161), long),
			"a client's DHCP":    et.UDP(askerMac, et.VirtMAC, netip.AddrPortFrom(sourceFor(a), 68), netip.AddrPortFrom(a, 67), long),
			"SYN from elsewhere": et.TCP(thirdMAC, et.RealMAC, netip.MustParseAddrPort(map[bool]string{false: "198.51.100.7:9", true: "[2001:db8:ff::7]:9"}[a.Is6()]), netip.AddrPortFrom(a, 22), 2, 77, 0, nil),
		} {
			t.Run(name, func(t *testing.T) {
				want, got := hot(t, a, f), cold(t, a, f)
				if len(want.out)+len(want.events) == 0 {
					t.Fatal("a captured address does nothing with it: the test proves nothing")
				}
				if !slices.EqualFunc(got.out, want.out, bytes.Equal) || !slices.Equal(got.events, want.events) {
					t.Errorf("got  %v\nwant %v", got, want)
				}
			})
		}
		t.Run("SYN behind a tag", func(t *testing.T) {
			tagged := et.WithVLAN(7)
			f := et.Tag(7, synTo(a, 999))
			want, got := hot(t, a, f, tagged), cold(t, a, f, tagged)
			if len(want.out) != 1 || !slices.EqualFunc(got.out, want.out, bytes.Equal) || !slices.Equal(got.events, want.events) {
				t.Errorf("got  %v\nwant %v", got, want)
			}
		})
	})
}

// A segment that carries a cookie of ours gets its row's reply, whichever row
// that is, from an address that nobody had asked for since the restart.
func TestSegmentOfAnOldConnectionIsTreatedWhenTheProofEnds(t *testing.T) {
	bothFamilies(t, func(t *testing.T, a netip.Addr) {
		l := newLab(t)
		l.trapQuietly(a)
		theirs := sequenceOf(t, l.Turn(synTo(a, 999)).Out[0])
		for name, f := range map[string][]byte{
			"handshake":    segmentTo(a, 0x10, 0, theirs, ""),
			"one byte":     segmentTo(a, 0x18, 0, theirs, "G"),
			"payload":      segmentTo(a, 0x18, 0, theirs, "GET / HTTP/1.0\r\n\r\n"),
			"much payload": segmentTo(a, 0x18, 0, theirs, string(bytes.Repeat([]byte("x"), 1400))),
			"more payload": segmentTo(a, 0x18, 64240, theirs, "more"),
			"window probe": segmentTo(a, 0x10, 64239, theirs, ""),
			"keepalive":    segmentTo(a, 0x10, -1, theirs, ""),
			"FIN":          segmentTo(a, 0x11, 18, theirs, ""),
			"reset":        segmentTo(a, 0x14, 18, theirs, ""),
		} {
			t.Run(name, func(t *testing.T) {
				want, got := hot(t, a, f), cold(t, a, f)
				if len(want.out)+len(want.events) == 0 {
					t.Fatal("a captured address does nothing with it: the test proves nothing")
				}
				if !slices.EqualFunc(got.out, want.out, bytes.Equal) || !slices.Equal(got.events, want.events) {
					t.Errorf("got  %v\nwant %v", got, want)
				}
			})
		}
		for name, f := range map[string][]byte{
			"ACK of nobody":   segmentTo(a, 0x10, 0, theirs+0x10000000, ""),
			"backscatter":     segmentTo(a, 0x12, 0, theirs, ""),
			"stealth":         segmentTo(a, 0x01, 0, theirs, ""),
			"reset of nobody": segmentTo(a, 0x04, 0, theirs+0x10000000, ""),
		} {
			t.Run(name+" waits for nothing", func(t *testing.T) {
				if got := cold(t, a, f); len(got.out)+len(got.events) != 0 {
					t.Errorf("got %v", got)
				}
			})
		}
	})
}

// A client whose first byte is not taken repeats it every 120 s at last. The
// first repetition after a restart starts the proof, and its answer must come
// from that proof: the next one comes when the kernel has given up.
func TestByteRepeatedEvery120sIsAnsweredAfterARestart(t *testing.T) {
	bothFamilies(t, func(t *testing.T, a netip.Addr) {
		l := newLab(t)
		l.trapQuietly(a)
		theirs := sequenceOf(t, l.Turn(synTo(a, 999)).Out[0])
		l.Turn(segmentTo(a, 0x10, 0, theirs, ""))
		repetition := segmentTo(a, 0x18, 0, theirs, "G")
		if o := l.Turn(repetition); o.Sent != 1 {
			t.Fatalf("dropped %v", o.Dropped)
		}
		for restart := range 3 {
			l = newLab(t) // knows the secret, and nothing else
			l.Pass(118 * time.Second)
			l.wantDrop(l.Turn(repetition), "tarpit_unknown")
			acks := 0
			for _, f := range l.Pass(1200 * time.Millisecond) {
				if tcp, ok := et.Decode(f.Data).Layer(layers.LayerTypeTCP).(*layers.TCP); ok {
					if tcp.Ack != 0xfffffff1 || tcp.Window != 0 || !tcp.ACK || tcp.RST {
						t.Errorf("restart %d: ack %d, window %d", restart, tcp.Ack, tcp.Window)
					}
					acks++
				}
			}
			if acks != 1 {
				t.Fatalf("restart %d: %d answers to the repetition, want one", restart, acks)
			}
		}
	})
}
