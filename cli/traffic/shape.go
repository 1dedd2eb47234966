package traffic

import (
	"encoding/binary"
	"unsafe"

	"mire/engine/packet"
)

// body is what behind the link or IP header a shape is filled in for.
type body uint8

const (
	bodyFixed body = iota // nothing: sent as it is
	bodyTCP
	bodyUDP
	bodyEcho
	bodyARP
	bodyND
)

// shape is a template: a frame with zeros where addresses, ports, numbers and
// checksums go, and the sums of all the rest.
type shape struct {
	data   []byte // its capacity is a multiple of chunk
	n      uint16 // length of the frame; faults cut it short
	l3, l4 uintptr
	stamp  uintptr // where a stamp goes; 0: nowhere
	body   body
	v6     bool
	ip     uint64 // sum of the IPv4 header
	sum    uint64 // sum of pseudo header, transport header and payload
	dst4   bool   // the destination MAC is that of IPv4 targets: to be resolved
	dst6   bool
}

// pad gives data the capacity that copyChunks reads.
func (s *shape) pad() {
	p := make([]byte, (len(s.data)+chunk-1)/chunk*chunk)
	copy(p, s.data)
	s.data = p[:len(s.data)]
}

// sums computes what is constant of the checksums: size is the length of the
// transport part, proto its protocol.
func (s *shape) sums(proto uint8, size int) {
	switch s.body {
	case bodyFixed, bodyARP:
		return
	}
	pseudo := uint64(binary.LittleEndian.Uint16([]byte{0, proto})) + uint64(binary.LittleEndian.Uint16([]byte{byte(size >> 8), byte(size)}))
	if s.v6 {
		pseudo = packet.Add(pseudo, packet.Sum(0, s.data[s.l3+8:s.l3+40]))
	} else {
		head := int(s.data[s.l3]&15) * 4
		s.ip = halves(packet.Sum(0, s.data[s.l3:][:max(head, packet.IPv4Len)]))
	}
	if s.body == bodyEcho && !s.v6 {
		pseudo = 0 // ICMP has none (RFC 792)
	}
	s.sum = halves(packet.Add(pseudo, packet.Sum(0, s.data[s.l4:][:size])))
}

func (s *shape) setDestination(mac [6]byte) { copy(s.data, mac[:]) }

func (s *shape) at() unsafe.Pointer { return unsafe.Pointer(unsafe.SliceData(s.data)) }
