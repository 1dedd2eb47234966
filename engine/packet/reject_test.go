package packet

import (
	"testing"

	"mire/dpdk/burst"
)

// ext6 is an IPv6 packet: extension headers, then a 20-byte TCP header whose
// checksum is right.
func ext6(t *testing.T, first byte, ext []byte) []byte {
	f := raw(t, hexSyn6)[:74] // without the MSS
	f[20], f[66] = first, 0x50
	n := 20 + len(ext)
	f[18], f[19] = byte(n>>8), byte(n)
	out := append(append([]byte(nil), f[:54]...), ext...)
	out = append(out, f[54:]...)
	// The checksum covers addresses, protocol, length, segment: as without ext.
	f[18], f[19], f[20] = 0, 20, ProtoTCP
	copy(out[54+len(ext):], resum(f)[54:])
	return out
}

// destination is n destination options headers of the given size, TCP last.
func destination(n, size int) []byte {
	var out []byte
	for i := range n {
		h := make([]byte, size)
		h[0], h[1] = ProtoDestination, byte(size/8-1)
		if i == n-1 {
			h[0] = ProtoTCP
		}
		out = append(out, h...)
	}
	return out
}

// rejects is one frame or more for every reason of the group "Parse".
func rejects(t *testing.T) []rejectCase {
	syn, syn6 := good(t, hexSynNmap), good(t, hexSyn6)
	ns, udp, udp6 := raw(t, hexNS), raw(t, hexUDP), raw(t, hexUDP6)
	arp, echo, echo6 := good(t, hexARP), good(t, hexEcho), good(t, hexEcho6)
	bare := bareSum(t, hexSynLinux)
	return []rejectCase{
		{"nothing", nil, 0, Options{}, burst.FrameShort},
		{"half an Ethernet header", syn[:13], 0, Options{}, burst.FrameShort},
		{"half a tag", tagged(syn, 7)[:17], 0, Options{}, burst.FrameShort},
		{"half an IPv4 header", syn[:33], 0, Options{}, burst.FrameShort},
		{"half an IPv6 header", syn6[:53], 0, Options{}, burst.FrameShort},
		{"several mbufs", syn, burst.MultiSegment, Options{}, burst.FrameMultiSegment},
		{"LLDP", edit(syn, 12, 0x88, 0xcc), 0, Options{}, burst.EtherTypeUnknown},
		{"802.3 length", edit(syn, 12, 0, 46), 0, Options{}, burst.EtherTypeUnknown},
		{"two customer tags", tagged(tagged(syn, 7), 8), 0, Options{}, burst.VLANNested},
		{"service tag", edit(tagged(syn, 7), 12, 0x88, 0xa8), 0, Options{}, burst.VLANNested},
		{"service tag behind a tag", edit(tagged(tagged(syn, 7), 8), 16, 0x88, 0xa8), 0, Options{}, burst.VLANNested},
		{"reserved VLAN 4095", tagged(syn, 4095), 0, Options{}, burst.VLANUnknown},

		{"ARP cut", arp[:41], 0, Options{}, burst.ARPMalformed},
		{"ARP of another hardware", edit(arp, 14, 0, 6), 0, Options{}, burst.ARPMalformed},
		{"ARP of another protocol", edit(arp, 16, 0x86, 0xdd), 0, Options{}, burst.ARPMalformed},
		{"ARP with other lengths", edit(arp, 18, 6, 16), 0, Options{}, burst.ARPMalformed},
		{"RARP", edit(arp, 20, 0, 3), 0, Options{}, burst.ARPMalformed},

		{"IPv4 version 5", edit(syn, 14, 0x55), 0, Options{}, burst.IPv4Malformed},
		{"IPv4 header of 16 bytes", edit(syn, 14, 0x44), 0, Options{}, burst.IPv4Malformed},
		{"IPv4 header longer than the frame", edit(syn, 14, 0x4f), 0, Options{}, burst.IPv4Malformed},
		{"IPv4 length below its header", resum(edit(syn, 16, 0, 19)), 0, Options{}, burst.IPv4Malformed},
		{"IPv4 longer than the frame", resum(edit(syn, 16, 0, 47)), 0, Options{}, burst.IPv4Malformed},
		{"IPv4 ICMP cut, from a kernel", resum(edit(echo, 16, 1, 0)), burst.KernelBacked, Options{}, burst.IPv4Malformed},
		{"IPv4 ICMP cut to the buffer", resum(edit(echo, 16, 1, 0)), burst.KernelBacked | burst.Cut, Options{}, burst.TooLong},
		{"VRRP cut over IPv4", resum(edit(raw(t, hexVRRP), 17, 27)), 0, Options{}, burst.IPv4Malformed},
		{"IPv4 checksum", edit(syn, 22, 1), 0, Options{}, burst.IPv4Checksum},
		{"IPv4 checksum, from a kernel", edit(syn, 22, 1), burst.KernelBacked, Options{}, burst.IPv4Checksum},
		{"first fragment", resum(edit(syn, 20, 0x20)), 0, Options{}, burst.IPv4Fragment},
		{"last fragment", resum(edit(syn, 21, 1)), 0, Options{}, burst.IPv4Fragment},
		{"middle fragment far off", resum(edit(syn, 20, 0x1f, 0xff)), 0, Options{}, burst.IPv4Fragment},

		{"IPv6 version 5", edit(syn6, 14, 0x50), 0, Options{}, burst.IPv6Malformed},
		{"IPv6 longer than the frame", edit(syn6, 19, 25), 0, Options{}, burst.IPv6Malformed},
		{"IPv6 extension cut", ext6(t, ProtoDestination, destination(1, 8))[:60], 0, Options{}, burst.IPv6Malformed},
		{"IPv6 extension longer than the packet", ext6(t, ProtoDestination, []byte{6, 9, 1, 4, 0, 0, 0, 0}), 0, Options{}, burst.IPv6Malformed},
		{"IPv6 ICMP cut to the buffer", edit(echo6, 18, 1, 0), burst.KernelBacked | burst.Cut, Options{}, burst.TooLong},
		{"TCP cut to the buffer, refused", resum(edit(syn, 16, 0x20, 0)), burst.KernelBacked | burst.Cut, Options{PartialDrop: true}, burst.TCPPartial},
		{"IPv6 ICMP cut, from a kernel", edit(echo6, 18, 1, 0), burst.KernelBacked, Options{}, burst.IPv6Malformed},
		{"five extension headers", ext6(t, ProtoDestination, destination(5, 8)), 0, Options{}, burst.IPv6Extension},
		{"264 bytes of extension", ext6(t, ProtoDestination, destination(1, 264)), 0, Options{}, burst.IPv6Extension},
		{"hop-by-hop second", ext6(t, ProtoDestination, []byte{0, 0, 1, 4, 0, 0, 0, 0, 6, 0, 1, 4, 0, 0, 0, 0}), 0, Options{}, burst.IPv6Extension},
		{"routing with a segment left", ext6(t, ProtoRouting, []byte{6, 0, 4, 1, 0, 0, 0, 0}), 0, Options{}, burst.IPv6Extension},
		{"mobility", ext6(t, ProtoMobility, make([]byte, 8)), 0, Options{}, burst.IPv6Extension},
		{"experiment 254", ext6(t, ProtoTest2, make([]byte, 8)), 0, Options{}, burst.IPv6Extension},
		{"IPv6 fragment", ext6(t, ProtoFragment, []byte{6, 0, 0, 1, 0, 0, 0, 1}), 0, Options{}, burst.IPv6Fragment},
		{"IPv6 atomic fragment", ext6(t, ProtoFragment, []byte{6, 0, 0, 0, 0, 0, 0, 1}), 0, Options{}, burst.IPv6Fragment},

		{"ICMP of 7 bytes", resum(edit(echo, 17, 27)), 0, Options{}, burst.ICMPMalformed},
		{"IGMP of 4 bytes", resum(edit(raw(t, hexIGMP), 17, 28)), 0, Options{}, burst.ICMPMalformed},
		{"ICMPv6 of 3 bytes", edit(echo6, 19, 3), 0, Options{}, burst.ICMPMalformed},
		{"ICMPv6 echo of 4 bytes", resum(edit(echo6, 19, 4)), 0, Options{}, burst.ICMPMalformed},
		{"MLDv1 of 20 bytes", resum(edit(raw(t, hexMLDQuery), 19, 28)), 0, Options{}, burst.ICMPMalformed},
		{"ICMP checksum", edit(echo, 40, 9), 0, Options{}, burst.ICMPChecksum},
		{"ICMP checksum, from a kernel", edit(echo, 40, 9), burst.KernelBacked, Options{}, burst.ICMPChecksum},
		{"ICMPv6 checksum", edit(echo6, 60, 9), 0, Options{}, burst.ICMPChecksum},
		{"IGMP checksum", edit(good(t, hexIGMP), 42, 1), 0, Options{}, burst.ICMPChecksum},

		{"NS from beyond a router", resum(edit(ns, 21, 254)), 0, Options{}, burst.NDMalformed},
		{"NS with a code", resum(edit(ns, 55, 1)), 0, Options{}, burst.NDMalformed},
		{"NS of 16 bytes", resum(edit(ns, 19, 16)), 0, Options{}, burst.NDMalformed},
		{"NS for a group", resum(edit(ns, 62, 0xff)), 0, Options{}, burst.NDMalformed},
		{"NS with an option of length 0", resum(edit(ns, 79, 0)), 0, Options{}, burst.NDMalformed},
		{"NS with an option beyond the end", resum(edit(ns, 79, 2)), 0, Options{}, burst.NDMalformed},
		{"NS with a tail of 4 bytes", resum(edit(ns, 19, 28)), 0, Options{}, burst.NDMalformed},
		{"DAD with a source link-layer option", resum(edit(ns, 22, make([]byte, 16)...)), 0, Options{}, burst.NDMalformed},
		{"DAD to unicast", resum(edit(raw(t, hexDAD), 38, 0x20, 1)), 0, Options{}, burst.NDMalformed},
		{"DAD to all nodes", resum(edit(raw(t, hexDAD), 49, 0, 0, 0, 0, 1)), 0, Options{}, burst.NDMalformed},
		{"solicited NA to a group", resum(edit(raw(t, hexNA), 58, 0x60)), 0, Options{}, burst.NDMalformed},
		{"NA of a group", resum(edit(raw(t, hexNA), 62, 0xff)), 0, Options{}, burst.NDMalformed},
		{"RA from a global address", resum(edit(raw(t, hexRA), 22, 0x20)), 0, Options{}, burst.NDMalformed},
		{"RA of 8 bytes", resum(edit(raw(t, hexRA), 19, 8)), 0, Options{}, burst.NDMalformed},
		{"RS from :: with a link-layer option", resum(append(edit(raw(t, hexRS), 19, 16), 1, 1, 2, 0x42, 10, 0, 0, 2)), 0, Options{}, burst.NDMalformed},
		{"redirect from a global address", resum(edit(raw(t, hexRedirect), 22, 0x20)), 0, Options{}, burst.NDMalformed},
		{"redirect for a group", resum(edit(raw(t, hexRedirect), 78, 0xff)), 0, Options{}, burst.NDMalformed},

		{"TCP of 19 bytes", resum(edit(syn, 17, 39)), 0, Options{}, burst.TCPMalformed},
		{"TCP header of 16 bytes", resum(edit(syn, 46, 0x40)), 0, Options{}, burst.TCPMalformed},
		{"TCP header beyond the segment", resum(edit(syn, 46, 0x70)), 0, Options{}, burst.TCPMalformed},
		{"TCP header beyond the segment, IPv6", resum(edit(syn6, 66, 0x70)), 0, Options{}, burst.TCPMalformed},
		{"TCP cut inside its header, from a kernel", resum(edit(syn, 17, 200))[:52], burst.KernelBacked, Options{}, burst.TCPMalformed},
		{"TCP checksum", edit(syn, 40, 1), 0, Options{}, burst.TCPChecksum},
		{"TCP checksum over IPv6", edit(syn6, 60, 1), 0, Options{}, burst.TCPChecksum},
		{"TCP checksum wrong, from a kernel", edit(syn, 40, 1), burst.KernelBacked, Options{}, burst.TCPChecksum},
		{"unfinished TCP checksum from a wire", bare, 0, Options{}, burst.TCPChecksum},
		{"unfinished TCP checksum flagged on a wire", bare, burst.L4ChecksumPartial, Options{}, burst.TCPChecksum},
		{"unfinished TCP checksum refused", bare, burst.KernelBacked, Options{PartialDrop: true}, burst.TCPPartial},
		{"cut TCP refused", resum(edit(syn, 16, 0x20, 0)), burst.KernelBacked, Options{PartialDrop: true}, burst.TCPPartial},

		{"UDP of 7 bytes", resum(edit(udp, 17, 27)), 0, Options{}, burst.UDPMalformed},
		{"UDP length 7", resum(edit(udp, 39, 7)), 0, Options{}, burst.UDPMalformed},
		{"UDP length beyond the packet", resum(edit(udp, 39, 13)), 0, Options{}, burst.UDPMalformed},
		{"UDP checksum", edit(good(t, hexUDP), 44, 1), 0, Options{}, burst.UDPChecksum},
		{"UDP checksum missing over IPv6", udp6, 0, Options{}, burst.UDPChecksum},
		{"UDP checksum missing over IPv6, NIC content", udp6, burst.L4ChecksumGood, Options{}, burst.UDPChecksum},
		{"unfinished UDP checksum refused", bareSum(t, hexUDP), burst.KernelBacked, Options{PartialDrop: true}, burst.UDPPartial},
		{"unfinished UDP checksum from a wire", bareSum(t, hexUDP), 0, Options{}, burst.UDPChecksum},
	}
}

type rejectCase struct {
	name  string
	frame []byte
	rx    burst.RxFlags
	opt   Options
	want  burst.Reason
}

// Every broken frame has its own reason, and every reason has a frame.
func TestParseRejects(t *testing.T) {
	var seen [burst.NumReasons]bool
	for _, c := range rejects(t) {
		t.Run(c.name, func(t *testing.T) {
			l, s := parseOne(t, c.frame, c.rx, c.opt)
			if s.drop != c.want {
				t.Fatalf("dropped as %v (class %v), want %v", s.drop, s.class, c.want)
			}
			if l.Undecided != 0 || l.V6 != 0 || l.Class != [burst.NumClasses]burst.Mask{} || l.Verdicts.Partial != 0 {
				t.Errorf("a dropped frame left marks: %+v", l.Class)
			}
		})
		seen[c.want] = true
	}
	for r := burst.FrameShort; r <= burst.UDPPartial; r++ {
		if !seen[r] {
			t.Errorf("no frame is dropped as %v", r)
		}
	}
}

// A frame that does not fit its slot must not be read, whatever the driver said.
func TestParseLongerThanRoom(t *testing.T) {
	l := newLane(good(t, hexSynNmap))
	l.Room = 50
	Parse(&l.Burst, &Options{})
	if l.Verdicts.Dropped[burst.FrameMultiSegment] != 1 {
		t.Errorf("dropped %v, want frame_multi_segment", l.Verdicts.Dropped)
	}
}
