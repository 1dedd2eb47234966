package packet

import "mire/dpdk/burst"

// icmp checks an ICMP message over IPv4 (RFC 792).
func (j *job) icmp() burst.Reason {
	if len(j.bytes) < ICMPLen {
		return burst.ICMPMalformed
	}
	if !valid(Sum(0, j.bytes)) {
		return burst.ICMPChecksum
	}
	if ICMP(j.bytes).Type() == ICMPEchoRequest {
		return j.accept(burst.ClassEcho, ICMPLen)
	}
	return j.accept(burst.ClassICMP, ICMPLen)
}

// igmp checks an IGMP message, which has the header of ICMP (RFC 9776).
func (j *job) igmp() burst.Reason {
	if len(j.bytes) < ICMPLen {
		return burst.ICMPMalformed
	}
	if !valid(Sum(0, j.bytes)) {
		return burst.ICMPChecksum
	}
	return j.accept(burst.ClassMLD, ICMPLen)
}

// icmpv6 checks an ICMPv6 message (RFC 4443 section 2.3). Messages of RFC 4286
// are only 4 bytes long, all others have 8.
func (j *job) icmpv6() burst.Reason {
	h := ICMP(j.bytes)
	if len(h) < 4 {
		return burst.ICMPMalformed
	}
	if !valid(Sum(Add(j.sum, wire16(ProtoICMPv6+uint64(j.size))), h)) {
		return burst.ICMPChecksum
	}
	least, c := 4, burst.ClassICMP
	switch h.Type() {
	case ICMPv6EchoRequest:
		least, c = ICMPLen, burst.ClassEcho
	case ICMPv6MLDQuery, ICMPv6MLDv1Report, ICMPv6MLDv1Done:
		least, c = MLDv1Len, burst.ClassMLD
	case ICMPv6MLDv2Report:
		least, c = MLDv2ReportLen, burst.ClassMLD
	case ICMPv6RouterSolicit, ICMPv6RouterAdvert, ICMPv6NeighborSolicit,
		ICMPv6NeighborAdvert, ICMPv6Redirect:
		if !validND(IPv6(j.f[j.m.L3:]), ND(h)) {
			return burst.NDMalformed
		}
		c = burst.ClassND
	}
	if len(h) < least {
		return burst.ICMPMalformed
	}
	return j.accept(c, min(ICMPLen, len(h)))
}

// validND tells whether message m in packet ip passes the checks of RFC 4861
// that need no memory of earlier packets: sections 7.1.1 (solicitation), 7.1.2
// (advertisement), 6.1.1, 6.1.2 (router messages) and 8.1 (redirect).
func validND(ip IPv6, m ND) bool {
	if ip.HopLimit() != 255 || m[1] != 0 || len(m) < ndFixedLen(m.Type()) {
		return false
	}
	if !HasValidNDOptions(m.Options()) {
		return false
	}
	dst, src := ip.Dst(), ip.Src()
	switch m.Type() {
	case ICMPv6NeighborSolicit:
		if IsMulticast6(m.Target()) {
			return false
		}
		if src == ([16]byte{}) {
			return IsSolicitedNode(dst) && !m.hasOption(NDOptionSourceLinkLayer)
		}
	case ICMPv6NeighborAdvert:
		if IsMulticast6(m.Target()) {
			return false
		}
		return !IsMulticast6(dst) || m.Flags()&NAFlagSolicited == 0
	case ICMPv6RouterSolicit:
		return src != ([16]byte{}) || !m.hasOption(NDOptionSourceLinkLayer)
	case ICMPv6RouterAdvert:
		return IsLinkLocal6(src)
	case ICMPv6Redirect:
		return IsLinkLocal6(src) && !IsMulticast6([16]byte(m[24:40])) &&
			(IsLinkLocal6(m.Target()) || m.Target() == [16]byte(m[24:40]))
	}
	return true
}
