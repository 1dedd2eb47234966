package tarpit

import (
	"net/netip"
	"testing"
	"time"

	"github.com/google/gopacket/layers"

	"mire/engine/config"
	et "mire/engine/enginetest"
	"mire/engine/session"
)

// unasked is an answer of the asker to something that addr never sent.
func unasked(kind string, addr netip.Addr) []byte {
	src := asker4
	if addr.Is6() {
		src = asker6
	}
	if kind == "syn-ack" {
		return et.TCP(askerMac, et.VirtMAC, netip.AddrPortFrom(src, 80), netip.AddrPortFrom(addr, 4001), 0x12, 1, 1, nil)
	}
	if addr.Is6() {
		return et.IPv6(askerMac, et.VirtMAC, src, addr, 64, layers.IPProtocolICMPv6,
			&layers.ICMPv6{TypeCode: layers.CreateICMPv6TypeCode(layers.ICMPv6TypeEchoReply, 0)},
			&layers.ICMPv6Echo{Identifier: 1, SeqNumber: 1})
	}
	return et.IPv4(askerMac, et.VirtMAC, src, addr, 64, layers.IPProtocolICMPv4,
		&layers.ICMPv4{TypeCode: layers.CreateICMPv4TypeCode(layers.ICMPv4TypeEchoReply, 0), Id: 1, Seq: 1})
}

// A newcomer that knows its peer's MAC announces nothing: only the peer's
// answers, which come to us, betray it.
func TestAnswerToACapturedAddressHasItProvenAgain(t *testing.T) {
	bothFamilies(t, func(t *testing.T, cold netip.Addr) {
		for _, kind := range []string{"syn-ack", "echo reply"} {
			l := newLab(t)
			l.trap(cold)
			l.Pass(2 * time.Second)
			probes := l.count(Probes)
			o := l.Turn(unasked(kind, cold))
			if o.Sent != 0 {
				t.Fatalf("%s: answered: %+v", kind, o)
			}
			if got := l.count(Probes) - probes; got != 1 {
				t.Fatalf("%s: %d probes", kind, got)
			}
			// One that comes while the question is out asks nothing more.
			l.Turn(unasked(kind, cold))
			l.Pass(100 * time.Millisecond)
			if got := l.count(Probes) - probes; got != 1 {
				t.Fatalf("%s: %d probes after a second answer", kind, got)
			}
			// The newcomer answers the question.
			mac := config.MAC{2, 0, 0, 0, 9, 9}
			if cold.Is6() {
				l.Turn(et.Advertise(mac, et.RealMAC, cold, et.Real6, cold, 0x60, mac))
			} else {
				l.Turn(et.ARP(2, mac, cold, et.RealMAC, et.Real4))
			}
			l.wantState(cold, session.Real)
		}
	})
}

func TestAnswerToAFreshCaptureAsksNothing(t *testing.T) {
	l := newLab(t)
	l.trap(cold4)
	probes := l.count(Probes)
	l.wantDrop(l.Turn(unasked("syn-ack", cold4)), "tarpit_backscatter")
	if got := l.count(Probes) - probes; got != 0 {
		t.Fatalf("%d probes although the proof is fresh", got)
	}
}
