package packet

import (
	"encoding/binary"

	"mire/dpdk/burst"
)

// job is one frame on its way through the full parser. Its methods fill m and
// return accepted or the reason to drop.
type job struct {
	f       []byte // the frame
	m       *burst.Meta
	rx      burst.RxFlags
	drop    bool // refuse unfinished checksums
	v6      bool
	partial bool // an unfinished checksum was accepted

	// The transport part, from ipv4 or ipv6 on.
	l4    int          // offset in the frame
	bytes []byte       // what of it the frame holds
	size  int          // what the IP lengths say it is; more than len(bytes) when truncated
	sum   uint64       // of the pseudo header's addresses
	bad   burst.Reason // when it is too short and has no reason of its own
}

// frame reads the Ethernet header and at most one 802.1Q tag. The tag stays in
// the frame, so that a reply made in place carries it back.
func (j *job) frame() burst.Reason {
	if len(j.f) < EthernetLen {
		return burst.FrameShort
	}
	l3 := EthernetLen
	typ := Ethernet(j.f).Type()
	if typ == EtherTypeVLAN {
		if len(j.f) < EthernetLen+VLANLen {
			return burst.FrameShort
		}
		tag := VLAN(j.f[EthernetLen:])
		l3, typ = EthernetLen+VLANLen, tag.Type()
		// 4095 must not be on the wire (IEEE 802.1Q-2022 table 9-2) and no
		// network can have it, so it is an unknown VLAN and not a nested one.
		if tag.ID() == 0x0fff {
			return burst.VLANUnknown
		}
		j.m.VLAN = tag.ID()
		if typ == EtherTypeVLAN {
			return burst.VLANNested
		}
	}
	j.m.L3 = uint16(l3)
	switch typ {
	case EtherTypeIPv4:
		return j.ipv4(l3)
	case EtherTypeIPv6:
		return j.ipv6(l3)
	case EtherTypeARP:
		return j.arp(l3)
	case EtherTypeQinQ:
		return burst.VLANNested
	}
	return burst.EtherTypeUnknown
}

// arp accepts requests and replies for IPv4 over Ethernet (RFC 826).
func (j *job) arp(l3 int) burst.Reason {
	if len(j.f) < l3+ARPLen {
		return burst.ARPMalformed
	}
	// Hardware type 1, protocol 0x0800, address lengths 6 and 4.
	head := binary.BigEndian.Uint64(j.f[l3 : l3+8])
	if head>>16 != 0x0001_0800_0604 {
		return burst.ARPMalformed
	}
	if op := head & 0xffff; op != ARPRequest && op != ARPReply {
		return burst.ARPMalformed
	}
	j.m.Class = burst.ClassARP
	j.m.Payload = uint16(l3 + ARPLen)
	return accepted
}
