package traffic

import (
	"encoding/binary"

	"mire/engine/packet"
)

// Link is the Ethernet side of a Program.
type Link struct {
	// Src is the MAC that frames come from, the port's.
	Src [6]byte
	// Dst4 and Dst6 are where frames for IPv4 and IPv6 targets go: a host, or a
	// router. All zero: Generator.Resolve asks.
	Dst4, Dst6 [6]byte
}

// recipe is what a shape is made from.
type recipe struct {
	link      Link
	vlan      int
	v6        bool
	body      body
	transport []byte // with zeros where numbers go
	stampAt   int    // in transport; 0: nowhere
	size      int    // of the whole frame, 0: what is needed
}

// filler is payload: text, so that it is known again in a capture.
const filler = "mire traffic generator "

// payload is n bytes of filler.
func payload(n int) []byte {
	p := make([]byte, n)
	for i := range p {
		p[i] = filler[i%len(filler)]
	}
	return p
}

// shape builds the template and returns the length of its transport part.
func (r *recipe) shape() (shape, int) {
	s := shape{body: r.body, v6: r.v6}
	dst := r.link.Dst4
	if r.v6 {
		dst = r.link.Dst6
	}
	typ := uint16(packet.EtherTypeIPv4)
	switch {
	case r.body == bodyARP:
		dst, typ = packet.BroadcastMAC, packet.EtherTypeARP
	case r.body == bodyND:
		dst, typ = [6]byte{0x33, 0x33, 0xff}, packet.EtherTypeIPv6
	default:
		s.dst4, s.dst6 = !r.v6, r.v6
		if r.v6 {
			typ = packet.EtherTypeIPv6
		}
	}
	p := append(dst[:], r.link.Src[:]...)
	if r.vlan != 0 {
		p = binary.BigEndian.AppendUint16(p, packet.EtherTypeVLAN)
		p = binary.BigEndian.AppendUint16(p, uint16(r.vlan))
	}
	p = binary.BigEndian.AppendUint16(p, typ)
	s.l3 = uintptr(len(p))
	s.l4 = s.l3
	body := r.transport
	if r.body != bodyARP {
		s.l4 += uintptr(r.ipLen())
		if grow := r.size - int(s.l4) - len(body); grow > 0 && r.size > packet.MinFrame && r.body != bodyND {
			body = append(body[:len(body):len(body)], payload(grow)...)
		}
		p = r.appendIP(p, len(body))
	}
	p = append(p, body...)
	if r.body == bodyUDP {
		binary.BigEndian.PutUint16(p[s.l4+4:], uint16(len(body)))
	}
	if r.stampAt != 0 {
		s.stamp = s.l4 + uintptr(r.stampAt)
		clear(p[s.stamp : s.stamp+stampLen])
	}
	if pad := max(packet.MinFrame, r.size) - len(p); pad > 0 {
		p = append(p, make([]byte, pad)...)
	}
	s.data, s.n = p, uint16(len(p))
	s.pad()
	return s, len(body)
}

func (r *recipe) ipLen() int {
	if r.v6 {
		return packet.IPv6Len
	}
	return packet.IPv4Len
}

// proto is the IP protocol of the transport part.
func (r *recipe) proto() uint8 {
	switch {
	case r.body == bodyTCP:
		return packet.ProtoTCP
	case r.body == bodyUDP:
		return packet.ProtoUDP
	case r.v6:
		return packet.ProtoICMPv6
	}
	return packet.ProtoICMP
}

// appendIP appends the IP header for n bytes behind it.
func (r *recipe) appendIP(p []byte, n int) []byte {
	if !r.v6 {
		h := packet.IPv4(make([]byte, packet.IPv4Len))
		h.SetHeaderLen(packet.IPv4Len)
		h.SetTotalLen(uint16(packet.IPv4Len + n))
		h.SetFragment(packet.IPv4DontFragment)
		h.SetTTL(64)
		h.SetProtocol(r.proto())
		return append(p, h...)
	}
	h := packet.IPv6(make([]byte, packet.IPv6Len))
	h.SetVersion(0, 0)
	h.SetPayloadLen(uint16(n))
	h.SetNextHeader(r.proto())
	h.SetHopLimit(64)
	if r.body == bodyND {
		h.SetHopLimit(255)
		h.SetDst(packet.SolicitedNode([16]byte{}))
		clear(h[36:40]) // solicit writes them
	}
	return append(p, h...)
}

// tcpHeader is a TCP header with options, a multiple of 4 bytes, and payload.
func tcpHeader(flags uint8, options []byte, data int) []byte {
	h := packet.TCP(make([]byte, packet.TCPLen+len(options)))
	h.SetHeaderLen(len(h))
	h.SetFlags(flags)
	h.SetWindow(64240)
	copy(h[packet.TCPLen:], options)
	return append(h, payload(data)...)
}

// synOptions are the options of a SYN by the words of Stream.Options.
var synOptions = map[string][]byte{
	"none":  nil,
	"mss":   {2, 4, 0x05, 0xb4},
	"linux": {2, 4, 0x05, 0xb4, 4, 2, 8, 10, 0, 0, 0, 1, 0, 0, 0, 0, 1, 3, 3, 7},
}

// badOptions have the length of "mss" and more: a window scale of length 0,
// then an MSS that ends beyond the header.
var badOptions = []byte{3, 0, 7, 1, 2, 40, 5, 0xb4}

// udpHeader is a datagram with a stamp and two more bytes of payload: 60 bytes
// of frame over IPv4.
func udpHeader() []byte { return append(make([]byte, packet.UDPLen), payload(stampLen+2)...) }

// echoHeader is an echo request with as much.
func echoHeader(v6 bool) []byte {
	h := packet.ICMP(make([]byte, packet.ICMPLen))
	h.SetType(packet.ICMPEchoRequest)
	if v6 {
		h.SetType(packet.ICMPv6EchoRequest)
	}
	return append(h, payload(stampLen+2)...)
}

// arpRequest is an ARP request without addresses of sender and target.
func arpRequest(mac [6]byte) []byte {
	h := packet.ARP(make([]byte, packet.ARPLen))
	binary.BigEndian.PutUint64(h, 0x0001_0800_0604_0000|packet.ARPRequest)
	h.SetSenderMAC(mac)
	return h
}

// solicitation is a neighbour solicitation with its option.
func solicitation(mac [6]byte) []byte {
	h := packet.ND(make([]byte, packet.NeighborLen+8))
	h[0] = packet.ICMPv6NeighborSolicit
	h[24], h[25] = packet.NDOptionSourceLinkLayer, 1
	copy(h[26:], mac[:])
	return h
}
