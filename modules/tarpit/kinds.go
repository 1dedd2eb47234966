package tarpit

import (
	"github.com/rs/zerolog"

	"mire/engine/event"
)

// What is told of captured addresses and of who asks for them. ARP_REPLY to UDP_PACKET are
// lines of the seed, byte for byte.
var (
	// kindARPReply: seed line ARP_REPLY.
	kindARPReply = event.NewKind(event.KindInfo{Name: "arp_reply", Level: zerolog.WarnLevel, By: event.BySource,
		Text: "TARPIT %f ARP_REPLY for %o sent to %r [%m]"})
	// kindNDReply: seed line ND6_REPLY.
	kindNDReply = event.NewKind(event.KindInfo{Name: "nd6_reply", Level: zerolog.WarnLevel, By: event.BySource,
		Text: "TARPIT %f ND6_REPLY for %o sent to %r [%m]"})
	// kindEchoReply: seed line ECHO_REPLY.
	kindEchoReply = event.NewKind(event.KindInfo{Name: "echo_reply", Level: zerolog.WarnLevel, By: event.BySource,
		Text: "TARPIT %f ECHO_REPLY for %o sent to %r [%m]"})
	// kindUDPPacket: seed line UDP_PACKET.
	kindUDPPacket = event.NewKind(event.KindInfo{Name: "udp_packet", Level: zerolog.WarnLevel, By: event.BySource, Ports: true,
		Text: "TARPIT %f UDP_PACKET for %O received from %R [%m]"})
	// kindSpared: Remote asked for Ours and got no answer: Payload says why.
	kindSpared = event.NewKind(event.KindInfo{Name: "spared", Level: zerolog.InfoLevel, By: event.BySource,
		Text: "TARPIT %f SPARED for %o asked by %r [%m]: %t"})
	// kindSparedPacket: a DHCP server sent a packet to a captured address and got no answer.
	kindSparedPacket = event.NewKind(event.KindInfo{Name: "spared_packet", Level: zerolog.WarnLevel, By: event.BySource, Ports: true,
		Text: "TARPIT %f SPARED_PACKET for %O received from DHCP server %R [%m]"})
	// kindTrapped: an address was proven absent and captured.
	kindTrapped = event.NewKind(event.KindInfo{Name: "trapped", Level: zerolog.InfoLevel, By: event.BySource,
		Text: "network %n: %o belongs to nobody, captured%a"})
	// kindWouldTrap: the same on a network that only observes.
	kindWouldTrap = event.NewKind(event.KindInfo{Name: "would_trap", Level: zerolog.InfoLevel, By: event.BySource,
		Text: "network %n: %o belongs to nobody and would be captured (observe)%a"})
	// kindReleased: a captured address came alive, or was released by command; Payload says how MAC was heard when it is not the owner's.
	kindReleased = event.NewKind(event.KindInfo{Name: "released", Level: zerolog.InfoLevel, By: event.ByAddress, Notice: true,
		Text: "network %n: %o released%l"})
	// kindWouldRelease: Released, on a network that only observes: nothing was held.
	kindWouldRelease = event.NewKind(event.KindInfo{Name: "would_release", Level: zerolog.InfoLevel, By: event.ByAddress, Notice: true,
		Text: "network %n: %o would be released (observe)%l"})
	// kindClaimFlood: one MAC claims many addresses.
	kindClaimFlood = event.NewKind(event.KindInfo{Name: "claim_flood", Level: zerolog.WarnLevel, By: event.ByMAC, Notice: true, Count: "claims",
		Text: "network %n: [%m] claims %c addresses a minute"})
	// kindProxyARP: one MAC claims more than half of what is probed.
	kindProxyARP = event.NewKind(event.KindInfo{Name: "proxy_arp", Level: zerolog.WarnLevel, By: event.ByMAC, Notice: true,
		Text: "network %n: [%m] claims more than half of what is probed; if it is a router with proxy ARP, set `tarpit distrust %m`"})
	// kindDHCPDecline: a client declined an address we held.
	kindDHCPDecline = event.NewKind(event.KindInfo{Name: "dhcp_decline", Level: zerolog.WarnLevel, By: event.ByAddress, Notice: true,
		Text: "network %n: DHCP client [%m] declined %o, which is unknown again"})
	// kindDHCPServer: a DHCP server is believed from now on; Payload says why, MAC is whose frame it was.
	kindDHCPServer = event.NewKind(event.KindInfo{Name: "dhcp_server", Level: zerolog.WarnLevel, By: event.BySource, Notice: true,
		Text: "network %n: DHCP server %r [%m] will not be answered: %t; if it is none: `mire ctl 'release server %r'`"})
	// kindDHCPCandidate: the client in MAC names Remote as its DHCP server; it is not believed yet.
	kindDHCPCandidate = event.NewKind(event.KindInfo{Name: "dhcp_candidate", Level: zerolog.InfoLevel, By: event.BySource, Notice: true,
		Text: "network %n: [%m] names %r as its DHCP server; it is not believed before it has answered as one"})
	// kindDHCPRefused: Remote is not believed to be a DHCP server; Payload says why.
	kindDHCPRefused = event.NewKind(event.KindInfo{Name: "dhcp_refused", Level: zerolog.WarnLevel, By: event.BySource, Notice: true,
		Text: "network %n: %r [%m] is not believed to be a DHCP server: %t; if it is one, set `dhcp server %r`"})
	// kindDHCPPause: DISCOVERs, now of MAC, have used up the pauses that they may have.
	kindDHCPPause = event.NewKind(event.KindInfo{Name: "dhcp_pause", Level: zerolog.WarnLevel, By: event.BySource, Notice: true,
		Text: "network %n: DHCPDISCOVERs, the last of [%m], have used up the pauses that unknown servers get; nobody is left alone for them now"})
	// kindQueryNoNS: MLD queries heard but no neighbour solicitations.
	kindQueryNoNS = event.NewKind(event.KindInfo{Name: "query_no_ns", Level: zerolog.WarnLevel, By: event.ByPort, Notice: true,
		Text: "network %n: MLD queries are heard but no neighbour solicitations: a switch filters multicast; look at `set tarpitmrd` and its MLD snooping"})
	// kindHearingLost: answers to the MAC we ask from, in MAC, do not arrive.
	kindHearingLost = event.NewKind(event.KindInfo{Name: "hearing_lost", Level: zerolog.WarnLevel, By: event.Alone, Notice: true,
		Text: "network %n: %f answers to [%m] do not arrive: nobody who is heard answers it, so nothing is captured; set `mac port` in the network, or allow promiscuous mode and MAC changes on the virtual switch, `trust on` for a VF"})
	// kindHearingBack: they arrive again.
	kindHearingBack = event.NewKind(event.KindInfo{Name: "hearing_back", Level: zerolog.InfoLevel, By: event.Alone, Notice: true,
		Text: "network %n: %f answers to [%m] arrive again"})
	// kindStoodStill: a worker had no turn for Count seconds.
	kindStoodStill = event.NewKind(event.KindInfo{Name: "stood_still", Level: zerolog.WarnLevel, By: event.Alone, Notice: true,
		Text: "a worker had no turn for %c s and heard nobody: what was captured before is proven anew"})
)
