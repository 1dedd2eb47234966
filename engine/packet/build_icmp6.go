package packet

import "encoding/binary"

// NeighborSize is the length in bytes of the frames of PutNS and PutNA: a
// neighbour message with one link-layer option.
func (l Link) NeighborSize() int { return l.Size() + IPv6Len + NeighborLen + 8 }

// PutNS writes a neighbour solicitation for target with the source link-layer
// option mac (RFC 4861 section 4.3). dst is SolicitedNode(target) to resolve,
// or target itself to check whether a known neighbour still answers; l.Dst
// must go with it (GroupMAC of a group). src must not be ::.
func PutNS(p []byte, l Link, src, dst, target [16]byte, mac [6]byte) int {
	return putNeighbor(p, l, src, dst, target, ICMPv6NeighborSolicit, 0, NDOptionSourceLinkLayer, mac)
}

// PutNA writes a neighbour advertisement of target with the target link-layer
// option mac (RFC 4861 section 4.4). flags are the NAFlag bits; NAFlagSolicited
// must be off when dst is a group.
func PutNA(p []byte, l Link, src, dst, target [16]byte, flags uint8, mac [6]byte) int {
	return putNeighbor(p, l, src, dst, target, ICMPv6NeighborAdvert, flags, NDOptionTargetLinkLayer, mac)
}

func putNeighbor(p []byte, l Link, src, dst, target [16]byte, typ, flags, option uint8, mac [6]byte) int {
	n := l.put(p, EtherTypeIPv6)
	end := n + IPv6Len + NeighborLen + 8
	putIPv6(p[n:end], src, dst, ProtoICMPv6, 255)
	h := ND(p[n+IPv6Len : end])
	h[0], h[1] = typ, 0
	h.SetFlags(flags)
	h.SetTarget(target)
	h[24], h[25] = option, 1
	copy(h[26:32], mac[:])
	finishICMPv6(h, src, dst)
	return end
}

// alertLen is the length of a hop-by-hop header with a router alert.
const alertLen = 8

// MulticastAdvertSize is the length in bytes of the frame of PutMulticastAdvert.
func (l Link) MulticastAdvertSize() int { return l.Size() + IPv6Len + alertLen + 8 }

// PutMulticastAdvert writes a Multicast Router Advertisement (RFC 4286 section
// 3) to all snoopers: hop limit 1, router alert. interval is the advertisement
// interval in seconds (4..180), query the MLD query interval in seconds, and
// robustness the MLD robustness variable; both are 0 from who runs no MLD
// querier. src is link-local. l.Dst is not read.
func PutMulticastAdvert(p []byte, l Link, src [16]byte, interval uint8, query, robustness uint16) int {
	l.Dst = GroupMAC(AllSnoopers)
	end := l.MulticastAdvertSize()
	h := putAlerted(p[:end], l, src, AllSnoopers)
	h[0], h[1] = ICMPv6MulticastAdvert, interval
	binary.BigEndian.PutUint16(h[4:6], query)
	binary.BigEndian.PutUint16(h[6:8], robustness)
	finishICMPv6(h, src, AllSnoopers)
	return end
}

// MulticastTerminationSize is the length in bytes of the frame of
// PutMulticastTermination.
func (l Link) MulticastTerminationSize() int { return l.Size() + IPv6Len + alertLen + 4 }

// PutMulticastTermination writes a Multicast Router Termination (RFC 4286
// section 5) to all snoopers. src is link-local. l.Dst is not read.
func PutMulticastTermination(p []byte, l Link, src [16]byte) int {
	l.Dst = GroupMAC(AllSnoopers)
	end := l.MulticastTerminationSize()
	h := putAlerted(p[:end], l, src, AllSnoopers)
	h[0], h[1] = ICMPv6MulticastTermination, 0
	finishICMPv6(h, src, AllSnoopers)
	return end
}

// MLDReportSize is the length in bytes of the frame of PutMLDReport for n
// groups.
func (l Link) MLDReportSize(n int) int {
	return l.Size() + IPv6Len + alertLen + MLDv2ReportLen + n*mldRecordLen
}

// PutMLDReport writes an MLDv2 report (RFC 3810 section 5.2) that has one
// record of the given type for each group, without sources: MLDChangeToExclude
// joins, MLDModeIsExclude confirms, MLDChangeToInclude leaves. src is
// link-local, or :: while there is none. l.Dst is not read.
func PutMLDReport(p []byte, l Link, src [16]byte, kind uint8, groups [][16]byte) int {
	l.Dst = GroupMAC(AllMLDv2Routers)
	end := l.MLDReportSize(len(groups))
	h := putAlerted(p[:end], l, src, AllMLDv2Routers)
	binary.BigEndian.PutUint64(h[0:8], ICMPv6MLDv2Report<<56|uint64(len(groups)))
	for i := range groups {
		r := h[MLDv2ReportLen+i*mldRecordLen:][:mldRecordLen]
		binary.BigEndian.PutUint32(r, uint32(kind)<<24)
		copy(r[4:], groups[i][:])
	}
	finishICMPv6(h, src, AllMLDv2Routers)
	return end
}

// putAlerted writes all of p but its ICMPv6 message, which it returns: link,
// IPv6 with hop limit 1, hop-by-hop header with a router alert for MLD (RFC
// 2711 section 2.1, value 0).
func putAlerted(p []byte, l Link, src, dst [16]byte) []byte {
	n := l.put(p, EtherTypeIPv6)
	putIPv6(p[n:], src, dst, ProtoHopByHop, 1)
	n += IPv6Len
	// Next header, length 0 = 8 bytes, router alert (5) of 2 bytes, PadN of 0.
	copy(p[n:n+alertLen], []byte{ProtoICMPv6, 0, 5, 2, 0, 0, 1, 0})
	return p[n+alertLen:]
}

// putIPv6 writes the fixed header of packet p, which ends where its payload does.
func putIPv6(p []byte, src, dst [16]byte, next, hopLimit uint8) {
	h := IPv6(p)
	h.SetVersion(0, 0)
	h.SetPayloadLen(uint16(len(p) - IPv6Len))
	h.SetNextHeader(next)
	h.SetHopLimit(hopLimit)
	h.SetSrc(src)
	h.SetDst(dst)
}

// finishICMPv6 writes the checksum of message m (RFC 4443 section 2.3).
func finishICMPv6(m []byte, src, dst [16]byte) {
	h := ICMP(m)
	h.SetChecksum(0)
	h.SetChecksum(Fold(Sum(Pseudo6(src, dst, ProtoICMPv6, uint32(len(m))), m)))
}
