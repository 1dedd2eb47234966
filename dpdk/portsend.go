package dpdk

// #include "lane.h"
import "C"

import "github.com/vishvananda/netlink"

// etherHeader is the bytes of an Ethernet header without tag.
const etherHeader = 14

// Progress is what became of the frames that all workers gave to a port, since
// it was started. It is what tells a port that is merely idle from one whose
// transmit ring stands still.
type Progress struct {
	// Moved are the frames that left, as far as software sees.
	Moved uint64
	// Refused were lost: longer than the port may send, or refused by the kernel
	// behind it, whose filter, link or far end took them not.
	Refused uint64
	// Stalled counts the times that the port had no room for any of the frames
	// that were offered.
	Stalled uint64
	// Waiting are the frames that the kernel has been given and has not taken yet.
	Waiting uint64
}

type progress struct {
	Progress
	bytes uint64
}

// Progress reads the counters; safe while workers run.
func (p *Port) Progress() Progress {
	now := p.progress()
	return Progress{
		Moved: now.Moved - p.started.Moved, Refused: now.Refused - p.started.Refused,
		Stalled: now.Stalled - p.started.Stalled, Waiting: now.Waiting,
	}
}

func (p *Port) progress() progress {
	var c C.struct_mire_progress
	C.mire_port_progress(C.uint16_t(p.id), &c)
	return progress{
		Progress{Moved: uint64(c.moved), Refused: uint64(c.refused), Stalled: uint64(c.stalled), Waiting: uint64(c.waiting)},
		uint64(c.bytes),
	}
}

// correct puts right what a driver believes of the frames it took: the one of
// packet sockets calls sent what the kernel has refused.
func (p *Port) correct(s *Stats) {
	now := p.progress()
	refused := now.Refused - p.started.Refused
	if p.driver == "net_af_packet" {
		s.TxPackets, s.TxBytes = now.Moved-p.started.Moved, now.bytes-p.started.bytes
		s.TxErrors = 0
	}
	s.TxErrors += refused
}

// LimitMTU tells a port over a kernel interface how large that interface's IP
// packets may be: longer frames are refused and counted before the kernel sees
// them, because it drops them without a word. 0: no bound. Start asks
// the kernel; a later change must be told.
func (p *Port) LimitMTU(mtu int) {
	if !p.kernelBacked {
		return
	}
	if mtu > 0 {
		mtu += etherHeader
	}
	C.mire_port_limit(C.uint16_t(p.id), C.uint32_t(max(mtu, 0)))
}

// followMTU takes the bound from the interface as it is now.
func (p *Port) followMTU() {
	C.mire_port_limit(C.uint16_t(p.id), 0)
	if link, err := netlink.LinkByName(p.kernel); err == nil {
		p.LimitMTU(link.Attrs().MTU)
	}
}
