package traffic

// Fault is a way to break a frame.
type Fault uint8

// The faults; not each exists for every kind of stream.
const (
	IPChecksum   Fault = iota // IPv4 header checksum off by one
	L4Checksum                // TCP, UDP, ICMP or ICMPv6 checksum off by one
	Truncated                 // cut inside the transport header
	Runt                      // cut inside the network header
	TotalLength               // the IP length says more than there is
	ShortLength               // the IP length ends inside the transport header
	HeaderLength              // IPv4 header length below 20
	Version                   // IP version 15
	L4Length                  // TCP data offset below 20, or UDP length below 8
	BadOptions                // TCP options whose lengths are zero or beyond the header; all else right
	Fragment                  // a first fragment
	Extensions                // more IPv6 extension headers than anybody needs
	EtherType                 // an unknown EtherType
	DoubleTag                 // two 802.1Q tags
	ARPHeader                 // ARP with a wrong address length
	ARPOperation              // ARP operation 0
	NDHopLimit                // a hop limit that is not 255
	NDOption                  // a neighbour option of length 0
	NumFaults
)

var faultNames = [NumFaults]string{
	"ip-checksum", "l4-checksum", "truncated", "runt", "total-length", "short-length", "header-length", "version", "l4-length",
	"bad-options", "fragment", "extensions", "ethertype", "double-tag", "arp-header", "arp-operation", "nd-hop-limit", "nd-option",
}

func (f Fault) String() string {
	if f < NumFaults {
		return faultNames[f]
	}
	return "invalid"
}
