package traffic

import (
	"encoding/binary"
	"slices"

	"mire/engine/packet"
)

// broken is the template of a frame with a fault; ok is false when the fault
// does not exist for this recipe. All but the fault itself is right: checksums
// too, where they can be.
func (r *recipe) broken(f Fault) (s shape, ok bool) {
	if f == BadOptions {
		if r.body != bodyTCP || r.transport[13] != packet.TCPSyn {
			return s, false
		}
		c := *r
		c.transport = tcpHeader(packet.TCPSyn, badOptions, 0)
		r = &c
	}
	s, size := r.shape()
	m := mutation{recipe: r, s: &s, size: size}
	if !m.apply(f) || len(s.data) > MaxSize+2*packet.VLANLen {
		return s, false
	}
	s.pad()
	s.sums(r.proto(), m.size)
	switch f { // one is wrong whatever is added to it
	case IPChecksum:
		s.ip += 0x100
	case L4Checksum:
		s.sum += 0x100
	}
	return s, true
}

// mutation is a template while a fault is put into it.
type mutation struct {
	*recipe
	s    *shape
	size int // of the transport part
}

func (m *mutation) apply(f Fault) bool {
	s, ip := m.s, m.s.data[m.s.l3:]
	v4 := m.body != bodyARP && !m.v6
	switch f {
	case IPChecksum:
		return v4
	case L4Checksum:
		return m.body != bodyARP
	case Truncated:
		s.n = uint16(s.l4 + 6)
		return true
	case Runt:
		s.n = uint16(s.l3 + 8)
		return m.body != bodyARP
	case TotalLength:
		return m.setLength(len(s.data) + 100)
	case ShortLength:
		return m.setLength(3)
	case HeaderLength:
		ip[0] = 0x44
		return v4
	case Version:
		ip[0] |= 0xf0
		return m.body != bodyARP
	case L4Length:
		switch m.body {
		case bodyTCP:
			s.data[s.l4+12] = 4 << 4
		case bodyUDP:
			binary.BigEndian.PutUint16(s.data[s.l4+4:], packet.UDPLen-1)
		default:
			return false
		}
		return true
	case BadOptions:
		return true
	case Fragment:
		if m.v6 {
			return m.extend(packet.ProtoFragment, 1)
		}
		binary.BigEndian.PutUint16(ip[6:], packet.IPv4MoreFragments)
		return v4
	case Extensions:
		return m.v6 && m.extend(packet.ProtoDestination, 5)
	case EtherType:
		binary.BigEndian.PutUint16(s.data[s.l3-2:], 0x88b5) // IEEE 802 local experimental
		return true
	case DoubleTag:
		return m.tag()
	case ARPHeader:
		ip[5] = 5
		return m.body == bodyARP
	case ARPOperation:
		ip[7] = 0
		return m.body == bodyARP
	case NDHopLimit:
		ip[7] = 64
		return m.body == bodyND
	case NDOption:
		if m.body == bodyND {
			s.data[s.l4+25] = 0
		}
		return m.body == bodyND
	}
	return false
}

// setLength makes the IP length one of n bytes behind the header.
func (m *mutation) setLength(n int) bool {
	if m.body == bodyARP {
		return false
	}
	ip := m.s.data[m.s.l3:]
	if m.v6 {
		binary.BigEndian.PutUint16(ip[4:], uint16(n))
	} else {
		binary.BigEndian.PutUint16(ip[2:], uint16(packet.IPv4Len+n))
	}
	return true
}

// extend puts n headers of 8 bytes between the IPv6 header and what follows it.
func (m *mutation) extend(kind uint8, n int) bool {
	s := m.s
	ip := s.data[s.l3:]
	next := ip[6]
	ip[6] = kind
	binary.BigEndian.PutUint16(ip[4:], binary.BigEndian.Uint16(ip[4:])+uint16(8*n))
	var ext []byte
	for i := range n {
		h := [8]byte{kind, 0, 1, 4} // PadN of 4 bytes
		if kind == packet.ProtoFragment {
			h = [8]byte{0, 0, 0, 1, 0, 0, 0, 7} // offset 0, more, identification 7
		}
		if i == n-1 {
			h[0] = next
		}
		ext = append(ext, h[:]...)
	}
	return m.insert(int(s.l4), ext)
}

// tag puts so many tags in front that there are two.
func (m *mutation) tag() bool {
	tags := []byte{0x81, 0, 0, 1}
	if m.vlan == 0 {
		tags = append(tags, tags...)
	}
	m.s.l3 += uintptr(len(tags))
	return m.insert(12, tags)
}

func (m *mutation) insert(at int, p []byte) bool {
	s := m.s
	s.data = slices.Insert(slices.Clone(s.data), at, p...)
	s.n += uint16(len(p))
	s.l4 += uintptr(len(p))
	if s.stamp != 0 {
		s.stamp += uintptr(len(p))
	}
	return true
}
