package event

import (
	"strings"

	"github.com/rs/zerolog"
)

// subject is what a kind is counted by: limits hold per subject and kind.
type subject uint8

const (
	bySource  subject = iota // the remote address, on its network
	byAddress                // the captured address, on its network
	byMAC                    // the frame's source MAC, on its network
	byPort                   // the port
	byNetwork                // the network: its MACs and sources are too many to tell apart (crowd.go)
	byCause                  // the remote address and what Payload says
	alone                    // none: each is told, because it is a transition of this node
)

// kindInfo is all that logs need to know of a kind.
type kindInfo struct {
	// name is the value of the structured field `kind`.
	name  string
	level zerolog.Level
	by    subject
	// notice marks what an administrator must see even under `tarpitlog off`
	// and even while a flood uses up the lines of everything else.
	notice bool
	// ports says that OurPort and RemotePort mean TCP or UDP ports.
	ports bool
	// text is the line. %f IPv4 or IPv6; %o %r our and the remote address;
	// %O %R the same with /port; %m MAC; %n network; %c Count; %p OurPort;
	// %x payload, quoted; %t payload, as it is; %s the port's state; %a " asked for by ..." and
	// %l ", alive at ...", or how else its payload says the MAC was heard, when the event says so.
	text string
}

// kinds is the one table of kinds. The first five lines are the seed's, byte
// for byte (eight with their families); the others are our own.
var kinds = [NumKinds]kindInfo{
	ARPReply:  {"arp_reply", zerolog.WarnLevel, bySource, false, false, "TARPIT %f ARP_REPLY for %o sent to %r [%m]"},
	NDReply:   {"nd6_reply", zerolog.WarnLevel, bySource, false, false, "TARPIT %f ND6_REPLY for %o sent to %r [%m]"},
	EchoReply: {"echo_reply", zerolog.WarnLevel, bySource, false, false, "TARPIT %f ECHO_REPLY for %o sent to %r [%m]"},
	SYNACK:    {"tcp_synack", zerolog.WarnLevel, bySource, false, true, "TARPIT %f TCP_SYNACK for %O sent to %R [%m]"},
	UDPPacket: {"udp_packet", zerolog.WarnLevel, bySource, false, true, "TARPIT %f UDP_PACKET for %O received from %R [%m]"},

	Spared:       {"spared", zerolog.InfoLevel, bySource, false, false, "TARPIT %f SPARED for %o asked by %r [%m]: %t"},
	SparedPacket: {"spared_packet", zerolog.WarnLevel, bySource, false, true, "TARPIT %f SPARED_PACKET for %O received from DHCP server %R [%m]"},

	SynClosed:    {"syn_closed", zerolog.InfoLevel, bySource, false, true, "TARPIT %f SYN_CLOSED for %O received from %R [%m]"},
	Backscatter:  {"backscatter", zerolog.InfoLevel, bySource, false, true, "TARPIT %f BACKSCATTER for %O received from %R [%m]"},
	StealthScan:  {"stealth_scan", zerolog.WarnLevel, bySource, false, true, "TARPIT %f STEALTH_SCAN for %O received from %R [%m]"},
	SessionReset: {"session_reset", zerolog.InfoLevel, bySource, false, true, "TARPIT %f SESSION_RESET for %O received from %R [%m]"},
	AckScan:      {"ack_scan", zerolog.InfoLevel, bySource, false, true, "TARPIT %f ACK_SCAN for %O received from %R [%m]"},
	Handshake:    {"handshake", zerolog.WarnLevel, bySource, false, true, "TARPIT %f HANDSHAKE for %O received from %R [%m]"},
	Keepalive:    {"keepalive", zerolog.InfoLevel, bySource, false, true, "TARPIT %f KEEPALIVE for %O received from %R [%m]"},
	Hold:         {"hold", zerolog.InfoLevel, bySource, false, true, "TARPIT %f HOLD for %O received from %R [%m]"},
	FirstPayload: {"first_payload", zerolog.WarnLevel, bySource, false, true, "TARPIT %f FIRST_PAYLOAD for %O received from %R [%m]: %x"},
	Fin:          {"fin", zerolog.InfoLevel, bySource, false, true, "TARPIT %f FIN for %O received from %R [%m]"},

	Trapped:   {"trapped", zerolog.InfoLevel, bySource, false, false, "network %n: %o belongs to nobody, captured%a"},
	WouldTrap: {"would_trap", zerolog.InfoLevel, bySource, false, false, "network %n: %o belongs to nobody and would be captured (observe)%a"},

	Released:        {"released", zerolog.InfoLevel, byAddress, true, false, "network %n: %o released%l"},
	WouldRelease:    {"would_release", zerolog.InfoLevel, byAddress, true, false, "network %n: %o would be released (observe)%l"},
	ClaimFlood:      {"claim_flood", zerolog.WarnLevel, byMAC, true, false, "network %n: [%m] claims %c addresses a minute"},
	ProxyARP:        {"proxy_arp", zerolog.WarnLevel, byMAC, true, false, "network %n: [%m] claims more than half of what is probed; if it is a router with proxy ARP, set `tarpit distrust %m`"},
	DHCPDecline:     {"dhcp_decline", zerolog.WarnLevel, byAddress, true, false, "network %n: DHCP client [%m] declined %o, which is unknown again"},
	DHCPServer:      {"dhcp_server", zerolog.WarnLevel, bySource, true, false, "network %n: DHCP server %r [%m] will not be answered: %t; if it is none: `mire ctl 'release server %r'`"},
	DHCPCandidate:   {"dhcp_candidate", zerolog.InfoLevel, bySource, true, false, "network %n: [%m] names %r as its DHCP server; it is not believed before it has answered as one"},
	DHCPRefused:     {"dhcp_refused", zerolog.WarnLevel, bySource, true, false, "network %n: %r [%m] is not believed to be a DHCP server: %t; if it is one, set `dhcp server %r`"},
	DHCPPause:       {"dhcp_pause", zerolog.WarnLevel, bySource, true, false, "network %n: DHCPDISCOVERs, the last of [%m], have used up the pauses that unknown servers get; nobody is left alone for them now"},
	QueryNoNS:       {"query_no_ns", zerolog.WarnLevel, byPort, true, false, "network %n: MLD queries are heard but no neighbour solicitations: a switch filters multicast; look at `set tarpitmrd` and its MLD snooping"},
	AddressConflict: {"address_conflict", zerolog.WarnLevel, byAddress, true, false, "network %n: our own address %o is claimed by [%m], defended; find that station or change one of the two"},
	RoleMaster:      {"role_master", zerolog.WarnLevel, alone, true, false, "network %n: this node is master now: %t"},
	RoleBackup:      {"role_backup", zerolog.WarnLevel, alone, true, false, "network %n: this node is backup now: %t"},
	ForeignVRRP:     {"foreign_vrrp", zerolog.WarnLevel, byMAC, true, false, "network %n: %r [%m] advertises our virtual router and is not the peer; `peers only` in the vrrp section ignores it"},
	VRRPAddresses:   {"vrrp_addresses", zerolog.WarnLevel, byAddress, true, false, "network %n: %r [%m] advertises our virtual router with other addresses than this node: %o is %t"},
	VRRPMismatch:    {"vrrp_mismatch", zerolog.WarnLevel, byMAC, true, false, "network %n: %r [%m] advertises our virtual router, not listened to: %t"},
	GatewayDown:     {"gateway_down", zerolog.WarnLevel, alone, true, false, "network %n: gateway %r does not answer echo requests; `trackval` of its interface comes off the VRRP priority"},
	GatewayUp:       {"gateway_up", zerolog.InfoLevel, alone, true, false, "network %n: gateway %r answers again"},
	SyncUp:          {"sync_up", zerolog.InfoLevel, alone, true, false, "network %n: synchronisation with %r is up"},
	SyncDown:        {"sync_down", zerolog.WarnLevel, alone, true, false, "network %n: synchronisation with %r is lost: %t"},
	SyncTrouble:     {"sync_trouble", zerolog.WarnLevel, byCause, true, false, "network %n: bngsync and %r: %t"},
	SplitBrain:      {"split_brain", zerolog.WarnLevel, alone, true, false, "network %n: %r was master beside us: %t"},
	Handover:        {"handover", zerolog.WarnLevel, alone, true, false, "network %n: planned handover to %r: %t"},
	SyncConverged:   {"sync_converged", zerolog.InfoLevel, alone, true, false, "network %n: tables of %r and of this node are equal"},
	HearingLost:     {"hearing_lost", zerolog.WarnLevel, alone, true, false, "network %n: %f answers to [%m] do not arrive: nobody who is heard answers it, so nothing is captured; set `mac port` in the network, or allow promiscuous mode and MAC changes on the virtual switch, `trust on` for a VF"},
	HearingBack:     {"hearing_back", zerolog.InfoLevel, alone, true, false, "network %n: %f answers to [%m] arrive again"},
	StoodStill:      {"stood_still", zerolog.WarnLevel, alone, true, false, "a worker had no turn for %c s and heard nobody: what was captured before is proven anew"},
	PortStuck:       {"port_stuck", zerolog.WarnLevel, byPort, true, false, "interface %p: no frame has left for a second although frames wait: %t"},
	Port:            {"port", zerolog.WarnLevel, byPort, true, false, "port %p %s"},
}

// What Count says in an event of kind Port.
const (
	PortGone uint32 = iota
	PortBack
	LinkDown
	LinkUp
)

var portStates = [...]string{PortGone: "is gone", PortBack: "is back", LinkDown: "lost its link", LinkUp: "has a link"}

// says tells whether the payload is our own words.
func (k *kindInfo) says() bool {
	return strings.Contains(k.text, "%t") || strings.Contains(k.text, "%l")
}

var unknownKind = kindInfo{name: "unknown", level: zerolog.WarnLevel, text: "network %n: event of an unknown kind for %o, %r [%m]"}

// info never fails: events cross a memory boundary.
func (k Kind) info() *kindInfo {
	if k >= NumKinds {
		return &unknownKind
	}
	return &kinds[k]
}

// String is the kind's name as in the structured field `kind`.
func (k Kind) String() string { return k.info().name }

// Level is warning for the eight seed lines and for what needs attention,
// otherwise info.
func (k Kind) Level() zerolog.Level { return k.info().level }
