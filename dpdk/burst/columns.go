package burst

// Columns are header words of plain SYNs, one column per word, so that a stage
// can work on eight or sixteen frames at a time. Words are as a little-endian
// load from the frame gives them. What the columns say of slots outside Plain
// means nothing. Who changes a frame and leaves it undecided takes its slot out
// of Plain.
type Columns struct {
	// Plain are the slots of ClassTCPSyn without a VLAN tag whose IP header is
	// an IPv4 header without options or an IPv6 header without extensions:
	// L3 is 14 and L4 34 or, in Burst.V6, 54.
	Plain Mask
	// MSSAlone are the slots of Plain whose one option is a maximum segment
	// size, whole and inside the frame.
	MSSAlone Mask
	// Head is the destination MAC and the first two bytes of the source MAC.
	Head [Size]uint64
	// Source is the source MAC, the two bytes above it are zero.
	Source [Size]uint64
	// Addr are the addresses: over IPv4 Addr[0] is source and destination, over
	// IPv6 Addr[0] and Addr[1] are the source, Addr[2] and Addr[3] the destination.
	Addr [4][Size]uint64
	// Ports is the source port and, above it, the destination port.
	Ports [Size]uint32
	// Seq is the sequence number.
	Seq [Size]uint32
}
