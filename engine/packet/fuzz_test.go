package packet

import (
	"bytes"
	"testing"

	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"

	"mire/dpdk/burst"
)

// FuzzParse feeds one frame with any driver flags to Parse and checks what
// must hold for every frame. The first byte holds the flags; bit 7 is
// Options.PartialDrop.
func FuzzParse(f *testing.F) {
	for _, d := range allDumps {
		f.Add(byte(0), good(f, d))
		f.Add(byte(burst.KernelBacked), raw(f, d))
		f.Add(byte(burst.L4ChecksumGood), tagged(raw(f, d), 7))
	}
	f.Fuzz(func(t *testing.T, flags byte, frame []byte) {
		if len(frame) > room {
			frame = frame[:room]
		}
		checkFrame(t, flags, frame)
	})
}

// allDumps are the valid frames of the tables.
var allDumps = []string{
	hexSynNmap, hexSynLinux, hexSynBare, hexSyn6, hexAckData, hexUDP, hexUDP6, hexEcho, hexEcho6,
	hexARP, hexNS, hexDAD, hexNA, hexRA, hexRS, hexRedirect, hexMLDQuery, hexMLDReport, hexIGMP,
	hexUnreachable, hexVRRP, hexOSPF, hexSyn6Dest, hexSynOptions,
}

// checkFrame parses one frame and asserts the invariants of Parse.
func checkFrame(t *testing.T, flags byte, frame []byte) {
	l := newLane(frame)
	l.Rx[0] = burst.RxFlags(flags & 0x0f)
	opt := Options{PartialDrop: flags&0x80 != 0}
	before := bytes.Clone(l.bufs[0])
	Parse(&l.Burst, &opt)
	if !bytes.Equal(before, l.bufs[0]) {
		t.Fatalf("Parse wrote into the frame or behind it")
	}
	classes, dropped := 0, uint64(0)
	for _, m := range l.Class {
		classes += m.Count()
	}
	for _, n := range l.Verdicts.Dropped {
		dropped += n
	}
	m := l.Meta[0]
	if l.Undecided == 0 {
		if dropped != 1 || classes != 0 || l.V6 != 0 {
			t.Fatalf("dropped %d times, in %d classes", dropped, classes)
		}
	} else {
		if dropped != 0 || classes != 1 || !l.Class[m.Class].Has(0) {
			t.Fatalf("dropped %d times, in %d classes, meta %v", dropped, classes, m.Class)
		}
		checkMeta(t, l, frame)
		readAll(&l.Burst, 0)
		checkGopacket(t, m, frame)
	}
	checkSlowPath(t, flags, frame, l)
}

// checkMeta asserts that every offset lies inside the frame.
func checkMeta(t *testing.T, l *lane, frame []byte) {
	m, n := l.Meta[0], uint16(len(frame))
	if m.L3 != 14 && m.L3 != 18 || m.Net != burst.NoNet || m.VLAN > 4094 {
		t.Fatalf("meta %+v", m)
	}
	if m.Class == burst.ClassARP {
		if m.L4 != 0 || m.L3+ARPLen > n {
			t.Fatalf("ARP outside its frame of %d: %+v", n, m)
		}
		return
	}
	if m.L4 < m.L3+20 || m.Payload < m.L4 || m.Payload > n {
		t.Fatalf("offsets outside a frame of %d: %+v", n, m)
	}
	if m.Flags&burst.Truncated == 0 && int(m.Payload)+int(m.PayloadLen) > int(n) {
		t.Fatalf("payload beyond a frame of %d that is not truncated: %+v", n, m)
	}
	if l.V6.Has(0) != (frame[m.L3]>>4 == 6) {
		t.Fatalf("family mask says IPv6 = %v", l.V6.Has(0))
	}
	unproven := burst.Partial | burst.Truncated
	if m.Flags&unproven != 0 && l.Rx[0]&burst.KernelBacked == 0 {
		t.Fatalf("flags %v on a port that no kernel feeds", m.Flags)
	}
}

// checkSlowPath asserts that the fast path and the full parser agree.
func checkSlowPath(t *testing.T, flags byte, frame []byte, fast *lane) {
	l := newLane(frame)
	l.Rx[0] = burst.RxFlags(flags & 0x0f)
	parseSlot(&l.Burst, 0, &Options{PartialDrop: flags&0x80 != 0})
	if l.Class != fast.Class || l.V6 != fast.V6 || l.Verdicts != fast.Verdicts || l.Undecided != fast.Undecided {
		t.Fatalf("full parser: %v %v, Parse: %v %v", l.Class, l.Verdicts, fast.Class, fast.Verdicts)
	}
	if l.Undecided != 0 && l.Meta[0] != fast.Meta[0] {
		t.Fatalf("full parser: %+v, Parse: %+v", l.Meta[0], fast.Meta[0])
	}
}

// readAll reads every header the way a module would.
func readAll(b *burst.Burst, i int) {
	e := EthernetAt(b, i)
	_, _, _ = e.Dst(), e.Src(), e.IsMulticast()
	switch b.Meta[i].Class {
	case burst.ClassARP:
		h := ARPAt(b, i)
		_, _, _ = h.IsProbe(), h.IsGratuitous(), h.TargetMAC()
		return
	case burst.ClassND:
		h := NDAt(b, i)
		_, _ = h.LinkLayer(NDOptionSourceLinkLayer)
		if h.Type() == ICMPv6NeighborSolicit {
			_ = h.Target()
		}
	case burst.ClassMLD:
		if b.V6.Has(i) {
			h := MLDAt(b, i)
			rest, ok := []byte(h[8:]), h.Type() == ICMPv6MLDv2Report
			for ok {
				_, _, rest, ok = NextMLDRecord(rest)
			}
			if h.Type() != ICMPv6MLDv2Report {
				_ = h.Group()
			}
		}
	case burst.ClassEcho, burst.ClassICMP:
		_ = ICMPAt(b, i).Type()
	case burst.ClassTCP, burst.ClassTCPSyn:
		_ = ReadOffer(TCPAt(b, i).Options())
	case burst.ClassDHCP:
		if h, ok := DHCPAt(b, i); ok {
			_ = h.MessageType()
			_, _ = h.ServerID()
		}
	case burst.ClassUDP:
		_ = UDPAt(b, i).Length()
	case burst.ClassVRRP:
		h := VRRPAt(b, i)
		_, _ = h.Address4(int(h.Count()) - 1)
		_, _ = h.Address6(int(h.Count()) - 1)
	}
	_ = PayloadAt(b, i)
	if b.V6.Has(i) {
		_ = IPv6At(b, i).Dst()
		return
	}
	rest, ok := IPv4At(b, i).Options(), true
	for ok {
		_, _, rest, ok = NextIPv4Option(rest)
	}
}

// checkGopacket compares with gopacket where that understands the frame too.
func checkGopacket(t *testing.T, m burst.Meta, frame []byte) {
	p := gopacket.NewPacket(frame, layers.LayerTypeEthernet, gopacket.NoCopy)
	if p.ErrorLayer() != nil || m.Flags&burst.Truncated != 0 {
		return
	}
	if tag, ok := p.Layer(layers.LayerTypeDot1Q).(*layers.Dot1Q); ok && tag.VLANIdentifier != m.VLAN {
		t.Fatalf("VLAN %d, gopacket %d", m.VLAN, tag.VLANIdentifier)
	}
	if tcp, ok := p.Layer(layers.LayerTypeTCP).(*layers.TCP); ok && m.Proto == ProtoTCP {
		syn := tcp.SYN && !tcp.ACK && !tcp.RST && !tcp.FIN
		if syn != (m.Class == burst.ClassTCPSyn) || int(m.PayloadLen) != len(tcp.Payload) ||
			int(m.Payload-m.L4) != len(tcp.Contents) {
			t.Fatalf("meta %+v, gopacket SYN %v header %d payload %d", m, syn, len(tcp.Contents), len(tcp.Payload))
		}
	}
	if udp, ok := p.Layer(layers.LayerTypeUDP).(*layers.UDP); ok && m.Proto == ProtoUDP {
		if int(m.PayloadLen) != len(udp.Payload) {
			t.Fatalf("meta %+v, gopacket payload %d", m, len(udp.Payload))
		}
	}
	if arp, ok := p.Layer(layers.LayerTypeARP).(*layers.ARP); ok != (m.Class == burst.ClassARP) {
		t.Fatalf("class %v, gopacket ARP %v", m.Class, arp)
	}
}
