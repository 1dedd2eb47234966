package tarpit

import (
	"net/netip"
	"testing"

	"github.com/google/gopacket/layers"

	"mire/dpdk/burst"
	"mire/engine/config"
	et "mire/engine/enginetest"
	"mire/engine/packet"
	"mire/engine/segment"
)

// everyKind is frames of all classes, to captured, real and unknown addresses.
func everyKind() [][]byte {
	far := netip.MustParseAddr("198.51.100.7")
	return [][]byte{
		ask(cold4), ask(cold6), ask(host4(130)), ask(netip.MustParseAddr("2001:db8:0:2::99")),
		et.WhoHas(hostMAC, host4(131), host4(131)), et.WhoHas(hostMAC, zero4, host4(132)),
		et.Solicit(hostMAC, zero6, netip.MustParseAddr("2001:db8:0:2::98"), config.MAC{}),
		et.Advertise(hostMAC, et.RealMAC, et.Peer6, et.Real6, et.Peer6, 0x60, hostMAC),
		et.Echo(askerMac, et.VirtMAC, asker4, cold4, 1, 1, nil), et.Echo(askerMac, et.VirtMAC, asker6, cold6, 1, 1, nil),
		et.TCP(askerMac, et.VirtMAC, netip.AddrPortFrom(asker4, 9), netip.AddrPortFrom(cold4, 80), 2, 1, 0, nil),
		et.TCP(askerMac, et.VirtMAC, netip.AddrPortFrom(far, 9), netip.AddrPortFrom(cold4, 80), 16, 1, 5, nil),
		et.UDP(askerMac, et.VirtMAC, netip.AddrPortFrom(asker4, 9), netip.AddrPortFrom(cold4, 80), nil),
		et.UDP(askerMac, et.VirtMAC, netip.AddrPortFrom(asker4, 9), netip.AddrPortFrom(host4(133), 80), nil),
		dhcp(dhcpFrame{typ: layers.DHCPMsgTypeDiscover, client: hostMAC}),
		dhcp(dhcpFrame{reply: true, typ: layers.DHCPMsgTypeAck, server: et.Peer4, client: hostMAC, your: host4(134)}),
		choose(thirdMAC, et.Peer4), choose(hostMAC, netip.MustParseAddr("198.51.100.53")),
		et.WhoHas(otherMAC, other4, host4(135)), offer(otherMAC, other4), offer(hostMAC, host4(136)),
		et.Echo(otherMAC, et.VirtMAC, other4, cold4, 1, 1, nil),
		et.TCP(otherMAC, et.VirtMAC, netip.AddrPortFrom(other4, 9), netip.AddrPortFrom(cold4, 80), 2, 1, 0, nil),
		mldQuery(),
	}
}

func TestProcessTickAndObserveDoNotAllocate(t *testing.T) {
	l := newLab(t)
	l.trap(cold4, cold6)
	st, o := l.stage(), l.Worker.Observer
	frames := everyKind()
	segs := segment.New(l.Snapshots.Load())
	var options packet.Options
	var b burst.Burst
	buf := make([][et.Room]byte, burst.Slots)
	now := l.Lane.Now
	turn := func() {
		now += 3_000_000
		b.N, b.Spares, b.Originated, b.Room, b.Send, b.Now = uint32(len(frames)), burst.SpareSize, 0, et.Room, 0, now
		for i := range buf {
			n := 0
			if i < len(frames) {
				n = copy(buf[i][:], frames[i])
			}
			b.Map(i, buf[i][:], n)
		}
		b.Begin()
		packet.Parse(&b, &options)
		segs.Locate(&b)
		o.Observe(&b)
		st.Process(&b)
		st.Tick(&b)
	}
	if n := testing.AllocsPerRun(4000, turn); n != 0 {
		t.Fatalf("%v allocations a turn", n)
	}
	if b.Verdicts.Sent == 0 || b.Verdicts.Originated == 0 || b.Verdicts.Dropped[st.reasons.Of(dropUDP)] == 0 {
		t.Fatalf("verdicts %+v: the turns did nothing", b.Verdicts)
	}
}
