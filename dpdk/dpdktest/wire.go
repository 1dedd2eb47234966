package dpdktest

/*
#include "wire.h"
*/
import "C"

import (
	"fmt"
	"syscall"
	"testing"
	"unsafe"

	"mire/dpdk"
)

// Wire is two net_ring ports: what one transmits the other receives. Both are
// configured and started.
type Wire struct {
	// A is for the code under test.
	A *dpdk.Port
	// B is the far end, for Send and Receive.
	B *End
}

// WireConfig sizes a wire.
type WireConfig struct {
	// Queues of each port; 0 means 1.
	Queues int
	// Depth is how many frames each queue holds plus 1, a power of two; 0
	// means 1024.
	Depth int
}

// End is a port that a test drives by hand.
type End struct {
	t    testing.TB
	Port *dpdk.Port
	pool *dpdk.Pool
}

// NewWire makes a wire whose frames come from pool. It is taken away, with the
// frames on it, when the test ends; so the pool must be older than the wire.
func NewWire(t testing.TB, pool *dpdk.Pool, c WireConfig) *Wire {
	t.Helper()
	wire, err := dpdk.NewWire(dpdk.WireConfig{
		Name: fmt.Sprintf("wire%d", serial.Add(1)), Queues: c.Queues, Depth: c.Depth, AnyNode: true,
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := wire.Close(); err != nil {
			t.Error(err)
		}
	})
	n := max(c.Queues, 1)
	Start(t, wire.A, pool, n, n)
	Start(t, wire.B, pool, n, n)
	return &Wire{A: wire.A, B: &End{t: t, pool: pool, Port: wire.B}}
}

// Frame is how a frame is put on the wire.
type Frame struct {
	// Segment spreads it over mbufs of that many bytes; 0: one mbuf.
	Segment int
	// Headroom before the data, bytes; 0: the usual.
	Headroom int
	// StrippedVLAN gives the tag beside the frame, as a NIC does that strips.
	StrippedVLAN uint16
	// OlFlags are RTE_MBUF_F_RX_* flags.
	OlFlags uint64
}

// Flags a NIC sets on received frames.
const (
	L4ChecksumBad  = 1 << 3
	L4ChecksumGood = 1 << 8
	L4ChecksumNone = L4ChecksumBad | L4ChecksumGood
)

// Send puts frames on queue 0 and fails the test when the wire is full.
func (e *End) Send(frames ...[]byte) {
	e.t.Helper()
	for _, f := range frames {
		if !e.SendAs(0, f, Frame{}) {
			e.t.Fatalf("wire to %s is full", e.Port.Name())
		}
	}
}

// SendAs puts one frame on a queue; false: the queue is full.
func (e *End) SendAs(queue int, frame []byte, f Frame) bool {
	e.t.Helper()
	c := C.struct_mire_test_frame{
		segment: C.uint16_t(f.Segment), headroom: C.uint16_t(f.Headroom),
		stripped_vlan: C.uint16_t(f.StrippedVLAN), ol_flags: C.uint64_t(f.OlFlags),
	}
	rc := C.mire_test_send(C.uint16_t(e.Port.ID()), C.uint16_t(queue), (*C.struct_rte_mempool)(e.pool.Pointer()),
		unsafe.Pointer(&frame[0]), C.uint32_t(len(frame)), &c)
	if rc < 0 {
		e.t.Fatalf("frame of %d bytes to %s: %v", len(frame), e.Port.Name(), syscall.Errno(-rc))
	}
	return rc == 1
}

// Receive takes all frames that wait on queue 0.
func (e *End) Receive() [][]byte { return e.ReceiveFrom(0) }

// ReceiveFrom takes all frames that wait on a queue.
func (e *End) ReceiveFrom(queue int) (out [][]byte) {
	buf := make([]byte, 1<<16)
	for {
		n := C.mire_test_receive(C.uint16_t(e.Port.ID()), C.uint16_t(queue), unsafe.Pointer(&buf[0]), C.uint32_t(len(buf)))
		if n == 0 {
			return out
		}
		out = append(out, append([]byte(nil), buf[:n]...))
	}
}
