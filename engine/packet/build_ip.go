package packet

import "encoding/binary"

// IPv4Size is the length in bytes of the frame that PutIPv4 begins, for a
// payload of n bytes, padding included.
func (l Link) IPv4Size(n int) int { return max(l.Size()+IPv4Len+n, MinFrame) }

// PutIPv4 writes everything of a frame but its n bytes of payload, which it
// returns: link, IPv4 header without options (DF, identification 0), padding.
func PutIPv4(p []byte, l Link, src, dst [4]byte, proto, ttl uint8, n int) []byte {
	at := l.put(p, EtherTypeIPv4)
	h := IPv4(p[at : at+IPv4Len])
	clear(h)
	h.SetHeaderLen(IPv4Len)
	h.SetTotalLen(uint16(IPv4Len + n))
	h.SetFragment(IPv4DontFragment)
	h.SetTTL(ttl)
	h.SetProtocol(proto)
	h.SetSrc(src)
	h.SetDst(dst)
	h.UpdateChecksum()
	at += IPv4Len
	if end := l.IPv4Size(n); at+n < end {
		clear(p[at+n : end])
	}
	return p[at : at+n]
}

// IPv6Size is the length in bytes of the frame that PutIPv6 begins, for a
// payload of n bytes, padding included.
func (l Link) IPv6Size(n int) int { return max(l.Size()+IPv6Len+n, MinFrame) }

// PutIPv6 is PutIPv4 over IPv6, without extension headers.
func PutIPv6(p []byte, l Link, src, dst [16]byte, next, hopLimit uint8, n int) []byte {
	at := l.put(p, EtherTypeIPv6)
	putIPv6(p[at:at+IPv6Len+n], src, dst, next, hopLimit)
	at += IPv6Len
	if end := l.IPv6Size(n); at+n < end {
		clear(p[at+n : end])
	}
	return p[at : at+n]
}

// GroupMAC4 is the MAC address of an IPv4 multicast group (RFC 1112 section 6.4).
func GroupMAC4(g [4]byte) [6]byte { return [6]byte{0x01, 0x00, 0x5e, g[1] & 0x7f, g[2], g[3]} }

// IGMPReportSize is the length in bytes of the frame of PutIGMPReport for n groups.
func (l Link) IGMPReportSize(n int) int {
	return max(l.Size()+IPv4Len+routerAlertLen+igmpReportLen+n*igmpRecordLen, MinFrame)
}

const (
	routerAlertLen = 4
	igmpReportLen  = 8
	igmpRecordLen  = 8 // without sources and auxiliary data
	igmpV3Report   = 0x22
)

// allIGMPv3Routers is where IGMPv3 reports go.
var allIGMPv3Routers = [4]byte{224, 0, 0, 22}

// PutIGMPReport writes an IGMPv3 report (RFC 3376 section 4.2) that has one
// record of the given type for each group, without sources; the types are those
// of MLD. TTL 1, router alert (RFC 2113). l.Dst is not read.
func PutIGMPReport(p []byte, l Link, src [4]byte, kind uint8, groups [][4]byte) int {
	l.Dst = GroupMAC4(allIGMPv3Routers)
	end := l.IGMPReportSize(len(groups))
	at := l.put(p, EtherTypeIPv4)
	clear(p[at:end])
	size := igmpReportLen + len(groups)*igmpRecordLen
	h := IPv4(p[at : at+IPv4Len+routerAlertLen])
	h.SetHeaderLen(len(h))
	h.SetTotalLen(uint16(len(h) + size))
	h.SetFragment(IPv4DontFragment)
	h.SetTTL(1)
	h.SetProtocol(ProtoIGMP)
	h.SetTOS(0xc0)
	h.SetSrc(src)
	h.SetDst(allIGMPv3Routers)
	copy(h[IPv4Len:], []byte{IPv4OptionRouterAlert, routerAlertLen, 0, 0})
	h.UpdateChecksum()
	m := p[at+len(h):][:size]
	m[0] = igmpV3Report
	binary.BigEndian.PutUint16(m[6:8], uint16(len(groups)))
	for i, g := range groups {
		r := m[igmpReportLen+i*igmpRecordLen:]
		r[0] = kind
		copy(r[4:8], g[:])
	}
	ICMP(m).SetChecksum(Fold(Sum(0, m)))
	return end
}

// RARPSize is the length in bytes of the frame of PutRARP.
const RARPSize = MinFrame

// EtherTypeRARP is that of reverse ARP (RFC 903).
const EtherTypeRARP = 0x8035

// PutRARP writes a reverse request of mac about itself, to everybody: what a
// station with no address to announce sends so that switches learn where its
// MAC is. l.Dst is not read.
func PutRARP(p []byte, l Link, mac [6]byte) int {
	l.Dst = BroadcastMAC
	n := l.put(p, EtherTypeRARP)
	h := ARP(p[n : n+ARPLen])
	h.setHeader(3)
	h.SetSenderMAC(mac)
	h.SetSenderIP([4]byte{})
	h.SetTargetMAC(mac)
	h.SetTargetIP([4]byte{})
	clear(p[n+ARPLen : RARPSize])
	return RARPSize
}
