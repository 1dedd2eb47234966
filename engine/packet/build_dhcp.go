package packet

import "encoding/binary"

// dhcpMessageLen is the length of a message of our own: BOOTP demands 300 bytes
// (RFC 1542 section 2.1), and some relays and servers hold to that.
const dhcpMessageLen = 300

// dhcpBroadcast is the flag that has a server answer to everybody (RFC 2131
// section 2): the client has no address yet at which it could be reached.
const dhcpBroadcast = 0x8000

// DHCPDiscoverSize is the length in bytes of the frame of PutDHCPDiscover.
func (l Link) DHCPDiscoverSize() int { return l.IPv4Size(UDPLen + dhcpMessageLen) }

// PutDHCPDiscover writes a DHCPDISCOVER of client (RFC 2131 section 4.4.1) to
// everybody, from 0.0.0.0 as a client without an address must. It asks for the
// answer by broadcast, and for nothing more than mask and router. l.Dst is not read.
func PutDHCPDiscover(p []byte, l Link, client [6]byte, xid uint32) int {
	l.Dst = BroadcastMAC
	from, to := [4]byte{}, [4]byte{255, 255, 255, 255}
	u := PutIPv4(p, l, from, to, ProtoUDP, 64, UDPLen+dhcpMessageLen)
	clear(u)
	h := UDP(u)
	h.SetSrcPort(PortDHCPClient)
	h.SetDstPort(PortDHCPServer)
	h.SetLength(uint16(len(u)))
	m := u[UDPLen:]
	m[0], m[1], m[2] = DHCPBootRequest, 1, 6 // Ethernet, six bytes
	binary.BigEndian.PutUint32(m[4:8], xid)
	binary.BigEndian.PutUint16(m[10:12], dhcpBroadcast)
	copy(m[28:34], client[:])
	binary.BigEndian.PutUint32(m[236:240], dhcpCookie)
	opts := m[DHCPLen:]
	copy(opts, []byte{DHCPOptionMessageType, 1, DHCPDiscover, DHCPOptionClientID, 7, 1})
	copy(opts[6:], client[:])
	copy(opts[12:], []byte{DHCPOptionParameters, 2, 1, 3, DHCPOptionEnd})
	sum := Fold(Sum(Pseudo4(from, to, ProtoUDP, uint16(len(u))), u))
	if sum == 0 {
		sum = 0xffff // none would mean that it was not computed (RFC 768)
	}
	h.SetChecksum(sum)
	return l.DHCPDiscoverSize()
}
