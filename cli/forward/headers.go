package forward

import (
	"encoding/binary"

	"mire/engine/packet"
)

// headers are where the headers of an IP packet lie in its frame. No checksum
// was looked at: these modes take what testpmd's take.
type headers struct {
	l3, l4, end int // bytes from the start of the frame; end is behind the IP packet
	v6          bool
	proto       uint8 // of the transport header
	first       bool  // not a fragment behind the first
}

// find reads the headers of a frame with at most two VLAN tags; ok is false
// when it is no IP packet that lies whole in the frame.
func find(f []byte) (h headers, ok bool) {
	at := 12
	for tags := 0; ; tags++ {
		if len(f) < at+2 {
			return h, false
		}
		t := binary.BigEndian.Uint16(f[at:])
		at += 2
		switch {
		case t == packet.EtherTypeIPv4:
			return find4(f, at)
		case t == packet.EtherTypeIPv6:
			return find6(f, at)
		case (t == packet.EtherTypeVLAN || t == packet.EtherTypeQinQ) && tags < 2:
			at += 2
		default:
			return h, false
		}
	}
}

func find4(f []byte, at int) (h headers, ok bool) {
	if len(f) < at+packet.IPv4Len {
		return h, false
	}
	ip := packet.IPv4(f[at:])
	n, total := ip.HeaderLen(), int(ip.TotalLen())
	if ip[0]>>4 != 4 || n < packet.IPv4Len || total < n || total > len(ip) {
		return h, false
	}
	return headers{l3: at, l4: at + n, end: at + total, proto: ip.Protocol(), first: ip.Fragment()&0x1fff == 0}, true
}

func find6(f []byte, at int) (h headers, ok bool) {
	if len(f) < at+packet.IPv6Len {
		return h, false
	}
	ip := packet.IPv6(f[at:])
	end := at + packet.IPv6Len + int(ip.PayloadLen())
	if ip[0]>>4 != 6 || end > len(f) {
		return h, false
	}
	return headers{l3: at, l4: at + packet.IPv6Len, end: end, v6: true, proto: ip.NextHeader(), first: true}, true
}

// ports tells whether TCP or UDP ports stand at l4.
func (h *headers) ports() bool {
	return h.first && (h.proto == packet.ProtoTCP || h.proto == packet.ProtoUDP) && h.l4+4 <= h.end
}
