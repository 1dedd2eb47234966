package dpdk

import "fmt"

// AFPacket is a port over a kernel interface by packet socket. The kernel
// keeps the interface too and sees every frame: keep it from answering.
type AFPacket struct {
	// Interface is the kernel interface, in the namespace of this process.
	Interface string
	// Queues are RX and TX queue pairs, 0 means 1; above 1 the kernel spreads
	// flows over them (PACKET_FANOUT).
	Queues int
	// FrameSize is the bytes of one ring slot: a frame and 66 bytes of headers,
	// a multiple of 16; 0 means 2048, which fits pools of 2048 bytes and frames
	// of up to 1,982 bytes. See SlotFor.
	FrameSize int
	// Frames is the number of slots of each ring; 0 means 1024.
	Frames int
	// Qdisc lets transmitted frames pass the interface's queueing discipline.
	// Without it (PACKET_QDISC_BYPASS) they go to the driver at once: faster,
	// and lost when the driver is busy.
	Qdisc bool
}

// Vdev is the device string, under a name that begins with net_af_packet.
func (a AFPacket) Vdev(name string) string {
	size, frames := orDefault(a.FrameSize, 2048), orDefault(a.Frames, 1024)
	// A block is what the kernel allocates at once: whole pages, whole frames.
	block := 4096
	for block < size || block%size != 0 {
		block += 4096
	}
	bypass := 1
	if a.Qdisc {
		bypass = 0
	}
	return fmt.Sprintf("%s,iface=%s,qpairs=%d,blocksz=%d,framesz=%d,framecnt=%d,qdisc_bypass=%d",
		name, a.Interface, orDefault(a.Queues, 1), block, size, frames, bypass)
}

// MaxMTU is the largest MTU that buffers are made for.
const MaxMTU = 9216

// slotSizes are the ring slots in use: what divides few pages evenly, because
// the driver takes all slots for one array.
var slotSizes = []int{2048, 4096, 10240}

// slotHeaders are the bytes of a slot in front of a received frame: struct
// tpacket2_hdr, struct sockaddr_ll and what the kernel aligns.
const slotHeaders = 66

// SlotFor is the FrameSize of a packet socket for an MTU, at most MaxMTU, with
// room for one VLAN tag, which the kernel keeps beside the frame.
func SlotFor(mtu int) int {
	for _, size := range slotSizes {
		if min(mtu, MaxMTU)+etherHeader+slotHeaders <= size {
			return size
		}
	}
	return slotSizes[len(slotSizes)-1]
}

// RoomFor is the Room that a pool needs for frames of an MTU, whatever the port:
// the driver of packet sockets wants as much as a slot holds.
func RoomFor(mtu int) uint16 {
	if slot := SlotFor(mtu); slot > slotSizes[0] {
		return uint16(slot)
	}
	return 2048
}

// SlotMTU is the largest MTU whose frames fit a slot whole: the reverse of SlotFor.
func SlotMTU(size int) int { return min(size-etherHeader-slotHeaders, MaxMTU) }

// RoomMTU is the largest MTU whose frames fit a buffer whole, with a VLAN tag.
func RoomMTU(room int) int { return min(room-etherHeader-4, MaxMTU) }

// XDPForgets is how many mbufs of its pool an AFXDP port takes for each RX queue
// and does not give back when it is detached.
const XDPForgets = 2048

// AFXDP is a port over a kernel interface by XDP sockets: an XDP program takes
// every frame of the chosen queues away from the kernel, which therefore does
// not answer by itself. It needs CAP_NET_ADMIN, CAP_NET_RAW and CAP_BPF (or
// CAP_SYS_ADMIN), and an interface without another XDP program.
type AFXDP struct {
	// Interface is the kernel interface, in the namespace of this process.
	Interface string
	// Queues are RX and TX queue pairs from FirstQueue on, 0 means 1; the
	// interface must have as many channels (`ethtool -l`).
	Queues, FirstQueue int
	// Copy never lets the kernel use the mbufs themselves, even where its
	// driver could.
	Copy bool
	// BusyBudget is how many frames a poll may take from the NIC by itself, 0
	// means 64; -1 leaves them to interrupts.
	BusyBudget int
}

// Vdev is the device string, under a name that begins with net_af_xdp.
func (a AFXDP) Vdev(name string) string {
	s := fmt.Sprintf("%s,iface=%s,start_queue=%d,queue_count=%d", name, a.Interface, a.FirstQueue, orDefault(a.Queues, 1))
	if a.Copy {
		s += ",force_copy=1"
	}
	if a.BusyBudget != 0 {
		s += fmt.Sprintf(",busy_budget=%d", max(a.BusyBudget, 0))
	}
	return s
}

// Tap is a port that makes a kernel interface of its own: what the kernel sends
// by that interface is received, and the other way round. It goes away with the
// port. It needs /dev/net/tun and CAP_NET_ADMIN.
type Tap struct {
	// Interface is the name of the interface to make, at most 15 bytes.
	Interface string
	// MAC of the port: "xx:xx:xx:xx:xx:xx", "fixed" for one made from the name,
	// or "" for a random one.
	MAC string
	// Remote is a kernel interface whose traffic is taken over with it.
	Remote string
}

// Vdev is the device string, under a name that begins with net_tap.
func (t Tap) Vdev(name string) string {
	s := name + ",iface=" + t.Interface
	if t.MAC != "" {
		s += ",mac=" + t.MAC
	}
	if t.Remote != "" {
		s += ",remote=" + t.Remote
	}
	return s
}
