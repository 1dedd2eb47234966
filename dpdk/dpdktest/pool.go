package dpdktest

/*
#include "wire.h"
*/
import "C"

import (
	"fmt"
	"sync/atomic"
	"testing"
	"unsafe"

	"mire/dpdk"
)

// serial makes names unique in the process.
var serial atomic.Int32

// NewPool makes a pool of count mbufs (0 means 8191) of 2,048 bytes. When the
// test ends every mbuf must be back: one that is not fails it.
func NewPool(t testing.TB, count uint32) *dpdk.Pool {
	t.Helper()
	if count == 0 {
		count = 8191
	}
	p, err := dpdk.NewPool(dpdk.PoolConfig{Name: fmt.Sprintf("test%d", serial.Add(1)), Count: count, AnyNode: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := p.Free(); err != nil {
			t.Errorf("leak: %v", err)
		}
	})
	return p
}

// Hoard takes mbufs out of the pool until left remain, until the returned
// function is called.
func Hoard(t testing.TB, p *dpdk.Pool, left int) (release func()) {
	t.Helper()
	n := p.Avail() - left
	if n <= 0 {
		t.Fatalf("pool %s has %d mbufs left, not more than %d", p.Name(), p.Avail(), left)
	}
	// C must not see the pointers move: they stay in one slice.
	m := make([]unsafe.Pointer, n)
	got := C.mire_test_hoard((*C.struct_rte_mempool)(p.Pointer()), &m[0], C.uint32_t(n))
	return func() { C.mire_test_unhoard(&m[0], got) }
}

// Start configures a port with that many queues and starts it.
func Start(t testing.TB, p *dpdk.Port, pool *dpdk.Pool, rxQueues, txQueues int) dpdk.Applied {
	t.Helper()
	a, err := p.Configure(dpdk.PortConfig{RxQueues: rxQueues, TxQueues: txQueues, RxDescriptors: 256, TxDescriptors: 256}, pool)
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Start(); err != nil {
		t.Fatal(err)
	}
	return a
}

// Attach creates a device for the time of the test.
func Attach(t testing.TB, device string) *dpdk.Port {
	t.Helper()
	p, err := dpdk.Attach(device)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { Detach(t, p) })
	return p
}

// Detach removes a port, and forgives that the test has done so.
func Detach(t testing.TB, p *dpdk.Port) {
	t.Helper()
	if _, err := dpdk.OpenPort(p.Name()); err != nil {
		return
	}
	if err := p.Detach(); err != nil {
		t.Error(err)
	}
}

// NewWorker makes a worker with TX queue 0 on each port, for the time of the
// test. It must be made after pool and ports.
func NewWorker(t testing.TB, pool *dpdk.Pool, ports ...*dpdk.Port) *dpdk.Worker {
	t.Helper()
	w, err := dpdk.NewWorker(dpdk.WorkerConfig{Ports: ports, Pool: pool, AnyNode: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(w.Close)
	return w
}

// NewLane makes a worker poll an RX queue.
func NewLane(t testing.TB, w *dpdk.Worker, p *dpdk.Port, queue int) *dpdk.Lane {
	t.Helper()
	l, err := w.NewLane(p, queue)
	if err != nil {
		t.Fatal(err)
	}
	return l
}
