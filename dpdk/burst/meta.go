package burst

// Class is the coarse kind of a frame: what decides which module looks at it.
type Class uint8

// Every parsed frame is in exactly one class.
const (
	ClassOther  Class = iota // valid, but of no protocol that a module serves
	ClassARP                 // ARP over Ethernet, request or reply
	ClassND                  // ICMPv6 133..137 (RFC 4861)
	ClassMLD                 // ICMPv6 130..132, 143 (RFC 2710, 3810), IGMP
	ClassEcho                // ICMP or ICMPv6 echo request
	ClassICMP                // any other ICMP or ICMPv6
	ClassTCPSyn              // TCP with SYN and none of ACK, RST, FIN
	ClassTCP                 // any other TCP
	ClassDHCP                // UDP port 67 or 68 over IPv4
	ClassUDP                 // any other UDP
	ClassVRRP                // IP protocol 112
	NumClasses
)

var classNames = [NumClasses]string{
	"other", "arp", "nd", "mld", "echo", "icmp", "tcp-syn", "tcp", "dhcp", "udp", "vrrp",
}

func (c Class) String() string {
	if c < NumClasses {
		return classNames[c]
	}
	return "invalid"
}

// MetaFlags are facts about a frame that the parser found.
type MetaFlags uint8

const (
	// Partial: the TCP or UDP checksum is the bare pseudo-header sum that a
	// local kernel leaves for its NIC; accepted on kernel-backed ports only.
	Partial MetaFlags = 1 << iota
	// Truncated: the IP length says more than the frame holds (a GSO frame cut
	// to the buffer size); on kernel-backed ports only.
	Truncated
	// Options: the IPv4 header has options or the IPv6 header has extensions.
	Options
)

// Meta is what the parser found in one frame: offsets are bytes from the
// Ethernet header, and every header they point at lies inside the frame.
type Meta struct {
	L3         uint16 // IP or ARP header: 14, or 18 behind one 802.1Q tag
	L4         uint16 // transport header; 0 for ARP
	Payload    uint16 // first byte behind the transport header
	PayloadLen uint16 // L4 payload bytes, from the IP lengths (not the frame's)
	VLAN       uint16 // VLAN identifier 1..4094; 0 when untagged
	Net        uint16 // index into Snapshot.Networks that owns the destination (ARP, NS: the target); NoNet if none
	Class      Class
	Proto      uint8 // IP protocol of the transport header; 0 for ARP
	Flags      MetaFlags
	_          uint8
}
