package dpdk

/*
#cgo noescape mire_worker_drain
#cgo nocallback mire_worker_drain
#include "lane.h"
*/
import "C"

import (
	"fmt"
	"slices"
	"unsafe"

	"mire/dpdk/burst"
)

// WorkerConfig describes the DPDK side of one worker.
type WorkerConfig struct {
	// TxQueue is this worker's own TX queue, the same number on every port.
	TxQueue int
	// Ports are the ports that frames may leave by.
	Ports []*Port
	// Pool is where spares come from; its Room is the burst's.
	Pool *Pool
	// NoHold drops what a TX queue does not take at once, counted as TxFull,
	// instead of offering it again: for generators, whose loss is the number of
	// frames that the wire did not take when they were offered.
	NoHold bool
	// Spares is how many frames of its own the worker has room for in one turn,
	// at most burst.MaxSpares; 0 means burst.SpareSize.
	Spares int
	// AnyNode places the burst wherever there is memory; otherwise it is on Socket.
	AnyNode bool
	Socket  int
}

// Worker is the DPDK side of one worker: its burst and its TX queue on each
// port. Its methods, but AddPort, belong to the worker's thread, or to anyone
// once that has stopped.
type Worker struct {
	c     *C.struct_mire_worker
	pool  *Pool
	txq   int
	lanes []*Lane
}

// NewWorker makes a worker and its burst, in C memory, zeroed.
func NewWorker(cfg WorkerConfig) (*Worker, error) {
	spares := orDefault(cfg.Spares, burst.SpareSize)
	if spares < 1 || spares > burst.MaxSpares {
		return nil, fmt.Errorf("a worker with %d spares: 1 to %d", spares, burst.MaxSpares)
	}
	conf := C.struct_mire_worker_conf{
		pool: cfg.Pool.c(), burst_size: C.uint32_t(unsafe.Sizeof(burst.Burst{})),
		spares: C.uint32_t(spares), tx_queue: C.uint16_t(cfg.TxQueue), socket: C.int(cfg.Socket),
	}
	if cfg.NoHold {
		conf.no_hold = 1
	}
	if cfg.AnyNode {
		conf.socket = -1
	}
	c := C.mire_worker_new(&conf)
	if c == nil {
		return nil, fmt.Errorf("rte_zmalloc of a worker: out of memory: reserve more hugepages, or take ordinary memory and announce more of it")
	}
	w := &Worker{c: c, pool: cfg.Pool, txq: cfg.TxQueue}
	for _, p := range cfg.Ports {
		if err := w.AddPort(p); err != nil {
			C.mire_worker_free(c)
			return nil, err
		}
	}
	process.Lock()
	process.workers = append(process.workers, w)
	process.Unlock()
	return w, nil
}

// Burst is the worker's one burst, shared by its lanes. It is in C memory and
// valid until Close.
func (w *Worker) Burst() *burst.Burst { return (*burst.Burst)(unsafe.Pointer(w.c.burst)) }

// AddPort lets the worker transmit by one more port. It may be called while
// the worker runs. Frames to a port that was not added, or that is stopped,
// are dropped and counted as TxFull.
func (w *Worker) AddPort(p *Port) error {
	if w.txq >= p.txQueues {
		return fmt.Errorf("port %s: worker needs TX queue %d, configured are %d: one for each worker", p.name, w.txq, p.txQueues)
	}
	if rc := C.mire_worker_add(w.c, C.uint16_t(p.id)); rc < 0 {
		return fmt.Errorf("rte_zmalloc of a TX queue to port %s: out of memory", p.name)
	}
	return nil
}

// Drain transmits what the last turn decided, offers held frames a last time,
// and gives every mbuf of the worker back. Afterwards the burst is empty and
// Received + originated = Transmitted + Freed + TxFull + Refused. A worker may go on
// with Exchange after it.
func (w *Worker) Drain() { C.mire_worker_drain(w.c) }

// Close drains and frees the worker, its lanes and its burst.
func (w *Worker) Close() {
	process.Lock()
	process.workers = slices.DeleteFunc(process.workers, func(o *Worker) bool { return o == w })
	process.Unlock()
	w.Drain()
	for _, l := range w.lanes {
		C.mire_lane_free(l.c)
		l.c, l.at = nil, 0
	}
	C.mire_worker_free(w.c)
	w.c = nil
}

func (w *Worker) turn() uint64 { return uint64(C.mire_worker_turn(w.c)) }
