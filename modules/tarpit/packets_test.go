package tarpit

import (
	"bytes"
	"net/netip"
	"testing"
	"time"

	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"

	"mire/engine/config"
	et "mire/engine/enginetest"
)

func TestEchoToCapturedIsAnsweredAtEverySize(t *testing.T) {
	bothFamilies(t, func(t *testing.T, cold netip.Addr) {
		l := newLab(t)
		l.trap(cold)
		src, from := asker4, et.VirtMAC
		if cold.Is6() {
			src, from = asker6, et.Virt6MAC
		}
		for _, n := range []int{0, 1, 56, 999, 1400, 1900} {
			payload := make([]byte, n)
			for i := range payload {
				payload[i] = byte(i)
			}
			l.Drain()
			o := l.Turn(et.Echo(askerMac, from, src, cold, 77, 5, payload))
			if len(o.Out) != 1 {
				t.Fatalf("%d bytes: %d frames, dropped %v", n, len(o.Out), o.Dropped)
			}
			if want := echoReply(from, cold, src, payload); !bytes.Equal(o.Out[0].Data, want) {
				t.Errorf("%d bytes: reply\n%x, want\n%x", n, o.Out[0].Data, want)
			}
			ev := l.Drain()
			if len(ev) != 1 || ev[0].Kind != kindEchoReply || ev[0].MAC != askerMac || ev[0].Ours != cold.As16() || ev[0].Remote != src.As16() {
				t.Errorf("%d bytes: events %+v", n, ev)
			}
		}
	})
}

// echoReply is the reply as an independent implementation writes it.
func echoReply(from config.MAC, src, dst netip.Addr, payload []byte) []byte {
	if src.Is4() {
		return et.IPv4(from, askerMac, src, dst, 64, layers.IPProtocolICMPv4,
			&layers.ICMPv4{TypeCode: layers.CreateICMPv4TypeCode(layers.ICMPv4TypeEchoReply, 0), Id: 77, Seq: 5},
			gopacket.Payload(payload))
	}
	return et.IPv6(from, askerMac, src, dst, 64, layers.IPProtocolICMPv6,
		&layers.ICMPv6{TypeCode: layers.CreateICMPv6TypeCode(layers.ICMPv6TypeEchoReply, 0)},
		&layers.ICMPv6Echo{Identifier: 77, SeqNumber: 5}, gopacket.Payload(payload))
}

func TestUDPToCapturedIsReportedAndNeverAnswered(t *testing.T) {
	bothFamilies(t, func(t *testing.T, cold netip.Addr) {
		l := newLab(t)
		l.trap(cold)
		src := asker4
		if cold.Is6() {
			src = asker6
		}
		l.wantDrop(l.Turn(et.UDP(askerMac, et.VirtMAC, netip.AddrPortFrom(src, 4001), netip.AddrPortFrom(cold, 53), []byte("x"))), "tarpit_udp")
		ev := l.Drain()
		if len(ev) != 1 || ev[0].Kind != kindUDPPacket || ev[0].OurPort != 53 || ev[0].RemotePort != 4001 ||
			ev[0].Ours != cold.As16() || ev[0].Remote != src.As16() || ev[0].MAC != askerMac || ev[0].Net != 1 {
			t.Fatalf("events %+v", ev)
		}
	})
}

func TestDHCPToACapturedAddressIsUDP(t *testing.T) {
	l := newLab(t)
	l.trap(cold4)
	l.wantDrop(l.Turn(et.UDP(askerMac, et.VirtMAC, netip.AddrPortFrom(asker4, 4001), netip.AddrPortFrom(cold4, 67), []byte("x"))), "tarpit_udp")
}

func TestOtherProtocolsToCapturedAreDropped(t *testing.T) {
	l := newLab(t)
	l.trap(cold4)
	for _, proto := range []layers.IPProtocol{layers.IPProtocolGRE, layers.IPProtocolSCTP, layers.IPProtocolVRRP} {
		f := et.IPv4(askerMac, et.VirtMAC, asker4, cold4, 64, proto, gopacket.Payload(make([]byte, 40)))
		l.wantDrop(l.Turn(f), "tarpit_protocol")
	}
	unreachable := et.IPv4(askerMac, et.VirtMAC, asker4, cold4, 64, layers.IPProtocolICMPv4,
		&layers.ICMPv4{TypeCode: layers.CreateICMPv4TypeCode(3, 1)}, gopacket.Payload(make([]byte, 28)))
	l.wantDrop(l.Turn(unreachable), "tarpit_protocol")
}

func TestSYNToCapturedIsAnsweredBySYNACK(t *testing.T) {
	bothFamilies(t, func(t *testing.T, cold netip.Addr) {
		l := newLab(t)
		l.trap(cold)
		src := asker4
		if cold.Is6() {
			src = asker6
		}
		o := l.Turn(et.TCP(askerMac, et.VirtMAC, netip.AddrPortFrom(src, 999), netip.AddrPortFrom(cold, 4242), 2, 100, 0, nil))
		if len(o.Out) != 1 {
			t.Fatalf("%d frames, dropped %v", len(o.Out), o.Dropped)
		}
		tcp := et.Decode(o.Out[0].Data).Layer(layers.LayerTypeTCP).(*layers.TCP)
		if !tcp.SYN || !tcp.ACK || tcp.Ack != 101 || tcp.SrcPort != 4242 {
			t.Fatalf("answered %+v", tcp)
		}
	})
}

func TestProbingDestinationIsDropped(t *testing.T) {
	l := newLab(t)
	l.Turn(ask(cold4))
	l.wantDrop(l.Turn(et.Echo(askerMac, et.VirtMAC, asker4, cold4, 1, 1, nil)), "tarpit_probing")
}

func TestRepliesAndOwnFramesKeepTheTag(t *testing.T) {
	l := newLab(t, et.WithVLAN(42))
	out := l.Turn(et.Tag(42, ask(cold4)), et.Tag(42, ask(cold6))).Out
	out = append(out, l.Pass(1200*time.Millisecond)...)
	out = append(out, l.Turn(et.Tag(42, ask(cold4)), et.Tag(42, ask(cold6)), et.Tag(42, et.Echo(askerMac, et.VirtMAC, asker4, cold4, 1, 1, nil))).Out...)
	if len(out) != 6+2+3+2 {
		t.Fatalf("said %q, want 6 probes, 2 unasked answers, 3 replies and a probe behind two of them", sayings(out))
	}
	for _, f := range out {
		if q, ok := et.Decode(f.Data).Layer(layers.LayerTypeDot1Q).(*layers.Dot1Q); !ok || q.VLANIdentifier != 42 {
			t.Errorf("untagged: %q", said(f))
		}
	}
}

func TestNetworkWithoutVRRPAnswersWithTheRealMAC(t *testing.T) {
	l := newLab(t, func(s *config.Snapshot) {
		s.VRRP = nil
		s.Networks[0].VirtMAC, s.Networks[0].Virt6MAC = et.RealMAC, et.RealMAC
	})
	l.trap(cold4)
	o := l.Turn(ask(cold4))
	if got := sayings(o.Out); len(got) != 2 || got[1] != probe4(cold4) || got[0][:17] != mac(et.RealMAC) {
		t.Fatalf("said %q", got)
	}
}
