package burst

import "strconv"

// Reason says why a frame was dropped. Every drop has one. The parser's and the
// engine's stand here; a module declares its own, whose numbers its chain deals.
type Reason uint8

// Parse: the frame is not what it says it is, or nothing we read.
const (
	FrameShort Reason = iota
	FrameMultiSegment
	TooLong
	EtherTypeUnknown
	VLANNested
	VLANUnknown
	ARPMalformed
	IPv4Malformed
	IPv4Checksum
	IPv4Fragment
	IPv6Malformed
	IPv6Extension
	IPv6Fragment
	ICMPMalformed
	ICMPChecksum
	NDMalformed
	TCPMalformed
	TCPChecksum
	TCPPartial
	UDPMalformed
	UDPChecksum
	UDPPartial

	// Engine: who sent it, where it belongs.
	HostTx
	OwnFrame
	NoNetwork
	Unclaimed
	Stopping
	TxFull
	TxRefused

	NumReasons // of the engine; the modules' follow
)

// MaxReasons is how many reasons the engine and the modules of a chain may have
// together.
const MaxReasons = 128

// Own is a module's own number of one of its reasons, from 0.
type Own uint8

// Block is where the reasons of a module begin among those of its chain.
type Block Reason

// Of is the reason that a module numbers own.
func (b Block) Of(own Own) Reason { return Reason(b) + Reason(own) }

// ReasonInfo is the name of a reason as printed and what it means.
type ReasonInfo struct{ Name, Help string }

// Reasons describes the engine's reasons, indexed by them.
var Reasons = [NumReasons]ReasonInfo{
	FrameShort:        {"frame_short", "shorter than its Ethernet, VLAN or network header"},
	FrameMultiSegment: {"frame_multi_segment", "spread over several mbufs: larger than one buffer"},
	TooLong:           {"too_long", "longer than the buffers of its port, and cut: they follow the MTU at the start"},
	EtherTypeUnknown:  {"ethertype_unknown", "neither ARP nor IPv4 nor IPv6"},
	VLANNested:        {"vlan_nested", "more than one VLAN tag"},
	VLANUnknown:       {"vlan_unknown", "a VLAN tag that no network on this interface has"},
	ARPMalformed:      {"arp_malformed", "ARP that is not IPv4 over Ethernet, or cut short, or neither request nor reply"},
	IPv4Malformed:     {"ipv4_malformed", "version, header length or total length wrong"},
	IPv4Checksum:      {"ipv4_checksum", "header checksum wrong"},
	IPv4Fragment:      {"ipv4_fragment", "a fragment: never reassembled"},
	IPv6Malformed:     {"ipv6_malformed", "version or payload length wrong, or cut short"},
	IPv6Extension:     {"ipv6_extension", "extension headers beyond 4 headers or 256 bytes, or of an unknown kind"},
	IPv6Fragment:      {"ipv6_fragment", "a fragment: never reassembled"},
	ICMPMalformed:     {"icmp_malformed", "ICMP or ICMPv6 shorter than its header"},
	ICMPChecksum:      {"icmp_checksum", "ICMP or ICMPv6 checksum wrong"},
	NDMalformed:       {"nd_malformed", "neighbour discovery that fails the checks of RFC 4861 section 7.1"},
	TCPMalformed:      {"tcp_malformed", "TCP header shorter than 20 bytes or longer than the segment"},
	TCPChecksum:       {"tcp_checksum", "TCP checksum wrong"},
	TCPPartial:        {"tcp_partial", "unfinished TCP checksum refused (csumpartial drop)"},
	UDPMalformed:      {"udp_malformed", "UDP length wrong"},
	UDPChecksum:       {"udp_checksum", "UDP checksum wrong, or missing over IPv6"},
	UDPPartial:        {"udp_partial", "unfinished UDP checksum refused (csumpartial drop)"},

	HostTx:    {"host_tx", "sent by the kernel that owns this interface, not received from the segment"},
	OwnFrame:  {"own_frame", "carries one of our own source MAC addresses: a loop or a mirror"},
	NoNetwork: {"no_network", "destination in none of the networks of this interface"},
	Unclaimed: {"unclaimed", "no module of the chain wanted it"},
	Stopping:  {"stopping", "received after the worker was told to stop"},
	TxFull:    {"tx_full", "decided to be sent, but the TX queue stayed full"},
	TxRefused: {"tx_refused", "decided to be sent, but longer than the MTU of its port, or refused by the kernel behind it"},
}

// String is the name of a reason of the engine; what a chain has dealt to its
// modules is named by the chain.
func (r Reason) String() string {
	if r < NumReasons {
		return Reasons[r].Name
	}
	return "reason " + strconv.Itoa(int(r))
}
