package dpdk

import "golang.org/x/sys/unix"

// packetDrops counts what the kernel has dropped in front of a port over packet
// sockets, whose rings were full: the driver of DPDK 22.11 does not ask for it.
type packetDrops struct {
	sockets []int // those of a started port
	dropped uint64
}

// find looks for the sockets of a started port.
func (d *packetDrops) find(p *Port) {
	if d.sockets = nil; p.driver == "net_af_packet" {
		d.sockets = p.packetSockets()
	}
}

// read returns the count. The kernel forgets what it has told (packet(7),
// PACKET_STATISTICS), and nobody else asks these sockets.
func (d *packetDrops) read() uint64 {
	for _, fd := range d.sockets {
		if s, err := unix.GetsockoptTpacketStats(fd, unix.SOL_PACKET, unix.PACKET_STATISTICS); err == nil {
			d.dropped += uint64(s.Drops)
		}
	}
	return d.dropped
}
