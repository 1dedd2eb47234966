package dpdk

/*
#include <errno.h>
#include <stdlib.h>
#include "wire.h"
*/
import "C"

import (
	"errors"
	"fmt"
	"syscall"
	"unsafe"
)

// Wire is two net_ring ports of this process that are each other's far end:
// what A transmits on TX queue i, B receives on RX queue i, and the other way
// round. Frames are handed over, not copied. Both are ordinary ports: configure
// and start them, and give each to workers of its own; a queue may be used by
// one worker at each end. A frame that finds its ring full is refused by the TX
// queue: see WorkerConfig.NoHold.
type Wire struct {
	A, B *Port

	rings []*C.struct_rte_ring
}

// WireConfig sizes a wire.
type WireConfig struct {
	// Name is unique in the process, at most 20 bytes.
	Name string
	// Queues of each port and direction; 0 means 1.
	Queues int
	// Depth is how many frames each queue holds plus 1, a power of two; 0
	// means 1024.
	Depth int
	// AnyNode places the rings wherever there is memory; otherwise on Socket.
	AnyNode bool
	Socket  int
}

// NewWire makes a wire. Its ports are named net_ring_NAMEa and net_ring_NAMEb.
func NewWire(c WireConfig) (*Wire, error) {
	n, depth := orDefault(c.Queues, 1), orDefault(c.Depth, 1024)
	if n < 1 || depth < 2 || depth&(depth-1) != 0 {
		return nil, fmt.Errorf("wire %s: %d queues of depth %d: at least 1 queue, a depth that is a power of two", c.Name, n, depth)
	}
	if len(c.Name) > 20 {
		return nil, fmt.Errorf("wire %s: the name has %d bytes, at most 20", c.Name, len(c.Name))
	}
	if c.AnyNode {
		c.Socket = -1
	}
	w := &Wire{}
	for i := range 2 * n {
		name := C.CString(fmt.Sprintf("%s_%d", c.Name, i))
		r, err := C.mire_wire_ring(name, C.uint(depth), C.int(c.Socket))
		C.free(unsafe.Pointer(name))
		if r == nil {
			return nil, errors.Join(fmt.Errorf("wire %s: rte_ring_create for %d frames: %w", c.Name, depth, err), w.Close())
		}
		w.rings = append(w.rings, r)
	}
	ab, ba := w.rings[:n], w.rings[n:]
	var err error
	if w.A, err = ringPort(c.Name+"a", ba, ab, c.Socket); err == nil {
		w.B, err = ringPort(c.Name+"b", ab, ba, c.Socket)
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("wire %s: %w", c.Name, err), w.Close())
	}
	return w, nil
}

// ringPort makes a net_ring port over rings that exist.
func ringPort(name string, rx, tx []*C.struct_rte_ring, socket int) (*Port, error) {
	c := C.CString(name)
	defer C.free(unsafe.Pointer(c))
	switch rc := C.mire_wire_port(c, &rx[0], &tx[0], C.uint(len(rx)), C.int(socket)); {
	case rc == -C.ENOSYS:
		return nil, errors.New("EAL has loaded no driver net_ring: install librte_net_ring.so (Debian: librte-net-ring23) where EAL looks for drivers")
	case rc < 0:
		return nil, fmt.Errorf("rte_eth_from_rings: %w", syscall.Errno(-rc))
	}
	return OpenPort("net_ring_" + name)
}

// Close detaches both ports, gives the frames on the wire back to their pools
// and frees it. Workers may still run: see Port.Detach.
func (w *Wire) Close() error {
	for _, p := range []*Port{w.A, w.B} {
		if p == nil {
			continue
		}
		// Whoever detached a port before has done this part.
		if _, err := OpenPort(p.name); err != nil {
			continue
		}
		if err := p.Detach(); err != nil {
			return err // a worker may be inside: the rings must stay
		}
	}
	for _, r := range w.rings {
		C.mire_wire_ring_free(r)
	}
	w.A, w.B, w.rings = nil, nil, nil
	return nil
}
