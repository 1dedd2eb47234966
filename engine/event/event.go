// Package event carries what the tarpit saw from the workers to people:
// fixed-size events through per-worker rings, one aggregator, several sinks.
package event

// Kind is what happened.
type Kind uint8

const (
	ARPReply        Kind = iota // seed line ARP_REPLY
	NDReply                     // seed line ND6_REPLY
	EchoReply                   // seed line ECHO_REPLY
	SYNACK                      // seed line TCP_SYNACK
	UDPPacket                   // seed line UDP_PACKET
	SynClosed                   // row 2
	Backscatter                 // row 3
	StealthScan                 // row 4
	SessionReset                // row 5, valid cookie
	AckScan                     // row 6
	Handshake                   // row 7: the source is verified
	Keepalive                   // row 8
	Hold                        // rows 9, 10a, 11
	FirstPayload                // row 10: Payload holds its first bytes
	Fin                         // row 12
	Trapped                     // an address was proven absent and captured
	WouldTrap                   // the same on a network that only observes
	Released                    // a captured address came alive, or was released by command; Payload says how MAC was heard when it is not the owner's
	ClaimFlood                  // one MAC claims many addresses
	ProxyARP                    // one MAC claims more than half of what is probed
	DHCPServer                  // a DHCP server is believed from now on; Payload says why, MAC is whose frame it was
	DHCPDecline                 // a client declined an address we held
	QueryNoNS                   // MLD queries heard but no neighbour solicitations
	Port                        // a port vanished, came back, or its link changed
	AddressConflict             // another station claims one of our own addresses
	RoleMaster                  // this node became master; Payload says why
	RoleBackup                  // this node became backup; Payload says why
	ForeignVRRP                 // an advertisement for our virtual router from somebody who is not the peer
	VRRPAddresses               // only one of the peer and us lists the address in Ours; Payload says who
	VRRPMismatch                // an advertisement that is not listened to; Payload says why
	GatewayDown                 // the gateway in Remote does not answer echo requests
	GatewayUp                   // it answers again
	SyncUp                      // bngsync has a session with the peer in Remote
	SyncDown                    // that session ended; Payload says why
	SyncTrouble                 // the peer and we do not fit together; Payload says how
	SplitBrain                  // the peer was master beside us; Payload says what became of it
	Handover                    // a planned handover began or ended; Payload says how
	SyncConverged               // the tables of the peer and of this node are equal
	WouldRelease                // Released, on a network that only observes: nothing was held
	DHCPCandidate               // the client in MAC names Remote as its DHCP server; it is not believed yet
	DHCPRefused                 // Remote is not believed to be a DHCP server; Payload says why
	DHCPPause                   // DISCOVERs, now of MAC, have used up the pauses that they may have
	Spared                      // Remote asked for Ours and got no answer: Payload says why
	SparedPacket                // a DHCP server sent a packet to a captured address and got no answer
	HearingLost                 // answers to the MAC we ask from, in MAC, do not arrive
	HearingBack                 // they arrive again
	StoodStill                  // a worker had no turn for Count seconds
	PortStuck                   // the transmit ring of the interface in OurPort stands still; Payload says what is done
	NumKinds
)

// PayloadSize is how many bytes of a first payload an event keeps.
const PayloadSize = 64

// Event is one thing that happened, a plain value of fixed size. Addresses are
// 16 bytes, IPv4 mapped (::ffff:a.b.c.d).
type Event struct {
	Time       int64 // the worker's clock, nanoseconds
	Count      uint32
	Net        uint16 // Network.Number
	OurPort    uint16
	RemotePort uint16
	MAC        [6]byte // the frame's source
	Ours       [16]byte
	Remote     [16]byte
	Kind       Kind
	Family     uint8 // 4 or 6
	Verified   bool  // the source completed a handshake (row 7): nothing else may reach a blocklist
	PayloadLen uint8
	Payload    [PayloadSize]byte
}
