package event

import "github.com/rs/zerolog"

// Kinds as modules declare them.
var (
	ARPReply = NewKind(KindInfo{Name: "arp_reply", Level: zerolog.WarnLevel, By: BySource,
		Text: "TARPIT %f ARP_REPLY for %o sent to %r [%m]"})
	NDReply = NewKind(KindInfo{Name: "nd6_reply", Level: zerolog.WarnLevel, By: BySource,
		Text: "TARPIT %f ND6_REPLY for %o sent to %r [%m]"})
	EchoReply = NewKind(KindInfo{Name: "echo_reply", Level: zerolog.WarnLevel, By: BySource,
		Text: "TARPIT %f ECHO_REPLY for %o sent to %r [%m]"})
	UDPPacket = NewKind(KindInfo{Name: "udp_packet", Level: zerolog.WarnLevel, By: BySource, Ports: true,
		Text: "TARPIT %f UDP_PACKET for %O received from %R [%m]"})
	Spared = NewKind(KindInfo{Name: "spared", Level: zerolog.InfoLevel, By: BySource,
		Text: "TARPIT %f SPARED for %o asked by %r [%m]: %t"})
	SparedPacket = NewKind(KindInfo{Name: "spared_packet", Level: zerolog.WarnLevel, By: BySource, Ports: true,
		Text: "TARPIT %f SPARED_PACKET for %O received from DHCP server %R [%m]"})
	Trapped = NewKind(KindInfo{Name: "trapped", Level: zerolog.InfoLevel, By: BySource,
		Text: "network %n: %o belongs to nobody, captured%a"})
	WouldTrap = NewKind(KindInfo{Name: "would_trap", Level: zerolog.InfoLevel, By: BySource,
		Text: "network %n: %o belongs to nobody and would be captured (observe)%a"})
	Released = NewKind(KindInfo{Name: "released", Level: zerolog.InfoLevel, By: ByAddress, Notice: true,
		Text: "network %n: %o released%l"})
	WouldRelease = NewKind(KindInfo{Name: "would_release", Level: zerolog.InfoLevel, By: ByAddress, Notice: true,
		Text: "network %n: %o would be released (observe)%l"})
	ClaimFlood = NewKind(KindInfo{Name: "claim_flood", Level: zerolog.WarnLevel, By: ByMAC, Notice: true, Count: "claims",
		Text: "network %n: [%m] claims %c addresses a minute"})
	ProxyARP = NewKind(KindInfo{Name: "proxy_arp", Level: zerolog.WarnLevel, By: ByMAC, Notice: true,
		Text: "network %n: [%m] claims more than half of what is probed; if it is a router with proxy ARP, set `tarpit distrust %m`"})
	DHCPDecline = NewKind(KindInfo{Name: "dhcp_decline", Level: zerolog.WarnLevel, By: ByAddress, Notice: true,
		Text: "network %n: DHCP client [%m] declined %o, which is unknown again"})
	DHCPServer = NewKind(KindInfo{Name: "dhcp_server", Level: zerolog.WarnLevel, By: BySource, Notice: true,
		Text: "network %n: DHCP server %r [%m] will not be answered: %t; if it is none: `mire ctl 'release server %r'`"})
	DHCPCandidate = NewKind(KindInfo{Name: "dhcp_candidate", Level: zerolog.InfoLevel, By: BySource, Notice: true,
		Text: "network %n: [%m] names %r as its DHCP server; it is not believed before it has answered as one"})
	DHCPRefused = NewKind(KindInfo{Name: "dhcp_refused", Level: zerolog.WarnLevel, By: BySource, Notice: true,
		Text: "network %n: %r [%m] is not believed to be a DHCP server: %t; if it is one, set `dhcp server %r`"})
	DHCPPause = NewKind(KindInfo{Name: "dhcp_pause", Level: zerolog.WarnLevel, By: BySource, Notice: true,
		Text: "network %n: DHCPDISCOVERs, the last of [%m], have used up the pauses that unknown servers get; nobody is left alone for them now"})
	QueryNoNS = NewKind(KindInfo{Name: "query_no_ns", Level: zerolog.WarnLevel, By: ByPort, Notice: true,
		Text: "network %n: MLD queries are heard but no neighbour solicitations: a switch filters multicast; look at `set tarpitmrd` and its MLD snooping"})
	HearingLost = NewKind(KindInfo{Name: "hearing_lost", Level: zerolog.WarnLevel, By: Alone, Notice: true,
		Text: "network %n: %f answers to [%m] do not arrive: nobody who is heard answers it, so nothing is captured; set `mac port` in the network, or allow promiscuous mode and MAC changes on the virtual switch, `trust on` for a VF"})
	HearingBack = NewKind(KindInfo{Name: "hearing_back", Level: zerolog.InfoLevel, By: Alone, Notice: true,
		Text: "network %n: %f answers to [%m] arrive again"})
	StoodStill = NewKind(KindInfo{Name: "stood_still", Level: zerolog.WarnLevel, By: Alone, Notice: true,
		Text: "a worker had no turn for %c s and heard nobody: what was captured before is proven anew"})
	SYNACK = NewKind(KindInfo{Name: "tcp_synack", Level: zerolog.WarnLevel, By: BySource, Ports: true,
		Text: "TARPIT %f TCP_SYNACK for %O sent to %R [%m]"})
	SynClosed = NewKind(KindInfo{Name: "syn_closed", Level: zerolog.InfoLevel, By: BySource, Ports: true,
		Text: "TARPIT %f SYN_CLOSED for %O received from %R [%m]"})
	Backscatter = NewKind(KindInfo{Name: "backscatter", Level: zerolog.InfoLevel, By: BySource, Ports: true,
		Text: "TARPIT %f BACKSCATTER for %O received from %R [%m]"})
	StealthScan = NewKind(KindInfo{Name: "stealth_scan", Level: zerolog.WarnLevel, By: BySource, Ports: true,
		Text: "TARPIT %f STEALTH_SCAN for %O received from %R [%m]"})
	SessionReset = NewKind(KindInfo{Name: "session_reset", Level: zerolog.InfoLevel, By: BySource, Ports: true,
		Text: "TARPIT %f SESSION_RESET for %O received from %R [%m]"})
	AckScan = NewKind(KindInfo{Name: "ack_scan", Level: zerolog.InfoLevel, By: BySource, Ports: true,
		Text: "TARPIT %f ACK_SCAN for %O received from %R [%m]"})
	Handshake = NewKind(KindInfo{Name: "handshake", Level: zerolog.WarnLevel, By: BySource, Verifies: true, Ports: true,
		Text: "TARPIT %f HANDSHAKE for %O received from %R [%m]"})
	Keepalive = NewKind(KindInfo{Name: "keepalive", Level: zerolog.InfoLevel, By: BySource, Ports: true,
		Text: "TARPIT %f KEEPALIVE for %O received from %R [%m]"})
	Hold = NewKind(KindInfo{Name: "hold", Level: zerolog.InfoLevel, By: BySource, Ports: true,
		Text: "TARPIT %f HOLD for %O received from %R [%m]"})
	FirstPayload = NewKind(KindInfo{Name: "first_payload", Level: zerolog.WarnLevel, By: BySource, Verifies: true, Ports: true,
		Text: "TARPIT %f FIRST_PAYLOAD for %O received from %R [%m]: %x"})
	Fin = NewKind(KindInfo{Name: "fin", Level: zerolog.InfoLevel, By: BySource, Ports: true,
		Text: "TARPIT %f FIN for %O received from %R [%m]"})
	AddressConflict = NewKind(KindInfo{Name: "address_conflict", Level: zerolog.WarnLevel, By: ByAddress, Notice: true,
		Text: "network %n: our own address %o is claimed by [%m], defended; find that station or change one of the two"})
	RoleMaster = NewKind(KindInfo{Name: "role_master", Level: zerolog.WarnLevel, By: Alone, Notice: true,
		Text: "network %n: this node is master now: %t"})
	RoleBackup = NewKind(KindInfo{Name: "role_backup", Level: zerolog.WarnLevel, By: Alone, Notice: true,
		Text: "network %n: this node is backup now: %t"})
	ForeignVRRP = NewKind(KindInfo{Name: "foreign_vrrp", Level: zerolog.WarnLevel, By: ByMAC, Notice: true,
		Text: "network %n: %r [%m] advertises our virtual router and is not the peer; `peers only` in the vrrp section ignores it"})
	VRRPAddresses = NewKind(KindInfo{Name: "vrrp_addresses", Level: zerolog.WarnLevel, By: ByAddress, Notice: true,
		Text: "network %n: %r [%m] advertises our virtual router with other addresses than this node: %o is %t"})
	VRRPMismatch = NewKind(KindInfo{Name: "vrrp_mismatch", Level: zerolog.WarnLevel, By: ByMAC, Notice: true,
		Text: "network %n: %r [%m] advertises our virtual router, not listened to: %t"})
	GatewayDown = NewKind(KindInfo{Name: "gateway_down", Level: zerolog.WarnLevel, By: Alone, Notice: true,
		Text: "network %n: gateway %r does not answer echo requests; `trackval` of its interface comes off the VRRP priority"})
	GatewayUp = NewKind(KindInfo{Name: "gateway_up", Level: zerolog.InfoLevel, By: Alone, Notice: true,
		Text: "network %n: gateway %r answers again"})
	SyncUp = NewKind(KindInfo{Name: "sync_up", Level: zerolog.InfoLevel, By: Alone, Notice: true,
		Text: "network %n: synchronisation with %r is up"})
	SyncDown = NewKind(KindInfo{Name: "sync_down", Level: zerolog.WarnLevel, By: Alone, Notice: true,
		Text: "network %n: synchronisation with %r is lost: %t"})
	SyncTrouble = NewKind(KindInfo{Name: "sync_trouble", Level: zerolog.WarnLevel, By: ByCause, Notice: true,
		Text: "network %n: bngsync and %r: %t"})
	SplitBrain = NewKind(KindInfo{Name: "split_brain", Level: zerolog.WarnLevel, By: Alone, Notice: true,
		Text: "network %n: %r was master beside us: %t"})
	Handover = NewKind(KindInfo{Name: "handover", Level: zerolog.WarnLevel, By: Alone, Notice: true,
		Text: "network %n: planned handover to %r: %t"})
	SyncConverged = NewKind(KindInfo{Name: "sync_converged", Level: zerolog.InfoLevel, By: Alone, Notice: true,
		Text: "network %n: tables of %r and of this node are equal"})
)
