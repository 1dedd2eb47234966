package dpdk

/*
#cgo noescape mire_exchange
#cgo nocallback mire_exchange
#include "lane.h"
*/
import "C"

import (
	"fmt"
	"unsafe"

	"mire/dpdk/burst"
)

// Lane is one RX queue of one port, polled by one worker. It is an
// engine.Lane.
type Lane struct {
	c    *C.struct_mire_lane
	at   C.uintptr_t // the same, for Exchange
	port uint16
}

// NewLane makes the worker poll an RX queue of a configured port. An RX queue
// belongs to one lane at most.
func (w *Worker) NewLane(p *Port, rxQueue int) (*Lane, error) {
	if rxQueue < 0 || rxQueue >= p.rxQueues {
		return nil, fmt.Errorf("port %s: no RX queue %d, configured are %d", p.name, rxQueue, p.rxQueues)
	}
	var rx C.uint8_t
	if p.kernelBacked {
		rx = C.MIRE_KERNEL_BACKED
	}
	c := C.mire_lane_new(w.c, C.uint16_t(p.id), C.uint16_t(rxQueue), rx)
	if c == nil {
		return nil, fmt.Errorf("rte_zmalloc of a lane of port %s: out of memory", p.name)
	}
	l := &Lane{c: c, port: p.id, at: C.uintptr_t(uintptr(unsafe.Pointer(c)))}
	w.lanes = append(w.lanes, l)
	return l, nil
}

// SetBurst limits the frames that an exchange receives, 1..burst.Size; what is
// outside is brought in. Call it before the worker runs.
func (l *Lane) SetBurst(n int) { l.c.burst = C.uint16_t(min(max(n, 1), burst.Size)) }

// Exchange is one turn in one C call: it transmits the slots of b.Send and the
// spares of b.Originated, each by the port in b.Out and as long as b.Len says,
// frees the received slots that are not sent, replaces used spares, receives
// up to burst.Size frames from this lane and fills b for them. It returns the
// number received, 0 when the port is stopped or gone. b must be the worker's
// own burst.
//
// Frames that a TX queue does not take wait, in order, for up to 64 further
// exchanges of this worker, at most 256 for each port; then they are dropped,
// as they are at once by a worker with NoHold. At its end
//
//	Received + originated = Transmitted + Freed + TxFull + Refused + Held + b.N
//
// holds for b.IO, where originated is the sum of Originated over all turns.
//
// An exchange that receives nothing sleeps b.Sleep nanoseconds, unless frames
// wait for a TX queue; it wakes up for a frame when all lanes of the worker do: see Wakes. b.Now is the time at its end. Exchange does not
// allocate.
func (l *Lane) Exchange(b *burst.Burst) int {
	return int(C.mire_exchange(l.at))
}
