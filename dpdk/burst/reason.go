package burst

// Reason says why a frame was dropped. Every drop has one, and `mire show
// drops` prints this list.
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

	// Our own addresses (arp, ping) and the gate (master).
	ARPNotOurs
	EchoTooLong
	NotMaster
	VRRPIgnored
	SyncIgnored

	// Tarpit: addresses.
	TarpitOff
	TarpitSource
	TarpitIgnored
	TarpitExempt
	TarpitReal
	TarpitUnknown
	TarpitProbing
	TarpitBounds
	TarpitObserve
	TarpitDAD
	TarpitDHCP
	TarpitGratuitous
	TarpitNDInvalid
	TarpitProtocol
	TarpitUDP
	TarpitDeaf

	// Tarpit: TCP, by row of the decision table (see modules/tarpit/README.md).
	TarpitBackscatter
	TarpitStealth
	TarpitReset
	TarpitAckScan
	TarpitHandshake
	TarpitSilent
	TarpitBudget
	TarpitCovered

	NumReasons
)

// ReasonInfo is the name of a reason as printed and what it means.
type ReasonInfo struct{ Name, Help string }

// Reasons describes every reason, indexed by it.
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

	ARPNotOurs:  {"arp_not_ours", "an ARP or ND answer that nobody here waits for: learnt from, then dropped"},
	EchoTooLong: {"echo_too_long", "an echo request to us whose reply would not fit"},
	VRRPIgnored: {"vrrp_ignored", "a VRRP advertisement for this virtual router that is not listened to: `mire show vrrp` says why"},
	SyncIgnored: {"sync_ignored", "a datagram on the port of bngsync that is not accepted: `mire show ha` says why"},
	NotMaster:   {"not_master", "this node is backup"},

	TarpitOff:        {"tarpit_off", "for an address that is not ours in a network without tarpit"},
	TarpitSource:     {"tarpit_source", "source is zero, loopback, multicast, broadcast or itself captured"},
	TarpitIgnored:    {"tarpit_ignored", "source listed by `tarpit ignore`"},
	TarpitExempt:     {"tarpit_exempt", "destination is never captured: exempt, host, gateway, peer, network, broadcast or anycast"},
	TarpitReal:       {"tarpit_real", "destination belongs to a living host"},
	TarpitUnknown:    {"tarpit_unknown", "destination not proven absent yet: a proof was started"},
	TarpitProbing:    {"tarpit_probing", "destination not proven absent yet: a proof is under way"},
	TarpitBounds:     {"tarpit_bounds", "no proof could start: probe rate, table or quota at its bound, or a handover under way"},
	TarpitObserve:    {"tarpit_observe", "would have been answered: this network only observes"},
	TarpitDAD:        {"tarpit_dad", "an ARP probe or duplicate address detection: never answered"},
	TarpitDHCP:       {"tarpit_dhcp", "from a DHCP server, or held back because a client is asking for an address"},
	TarpitGratuitous: {"tarpit_gratuitous", "an announcement: learnt from, needs no answer"},
	TarpitNDInvalid:  {"tarpit_nd_invalid", "neighbour discovery that asks nothing of us"},
	TarpitProtocol:   {"tarpit_protocol", "a protocol that a captured address does not answer"},
	TarpitDeaf:       {"tarpit_deaf", "request for a captured address on a network where we do not hear answers"},
	TarpitUDP:        {"tarpit_udp", "UDP to a captured address: logged, never answered"},

	TarpitBackscatter: {"tarpit_backscatter", "row 3: unsolicited SYN-ACK"},
	TarpitStealth:     {"tarpit_stealth", "row 4: a flag combination only scanners send"},
	TarpitReset:       {"tarpit_reset", "row 5: RST"},
	TarpitAckScan:     {"tarpit_ack_scan", "row 6: ACK of no connection of ours"},
	TarpitHandshake:   {"tarpit_handshake", "row 7: completes a handshake, needs no answer"},
	TarpitSilent:      {"tarpit_silent", "the network's policy stays silent here"},
	TarpitBudget:      {"tarpit_budget", "row 13: the connection or its source has spent its replies"},
	TarpitCovered:     {"tarpit_covered", "rows 10 to 12: the reply to another segment of its burst acknowledges it too"},
}

func (r Reason) String() string {
	if r < NumReasons {
		return Reasons[r].Name
	}
	return "invalid"
}
