package dpdk

/*
#include <stdlib.h>
#include <rte_ethdev.h>
#include "lane.h"
#include "port.h"
#include "tx.h"
*/
import "C"

import (
	"fmt"
	"syscall"
	"time"
	"unsafe"
)

// Port is one Ethernet port of DPDK. Its methods are for one control goroutine
// at a time; workers reach it through their lanes only.
type Port struct {
	id           uint16
	name         string
	driver       string
	kernel       string
	kernelBacked bool

	rxQueues, txQueues int // configured
}

// failure makes the error of an ethdev call on this port.
func (p *Port) failure(call string, rc C.int) error {
	return fmt.Errorf("%s on port %s: %w", call, p.name, syscall.Errno(-rc))
}

// OpenPort finds a port that exists already, by the name of its device, such as
// "net_ring0" or "0000:01:00.0".
func OpenPort(name string) (*Port, error) {
	c := C.CString(name)
	defer C.free(unsafe.Pointer(c))
	var id C.uint16_t
	if rc := C.rte_eth_dev_get_port_by_name(c, &id); rc < 0 {
		return nil, fmt.Errorf("rte_eth_dev_get_port_by_name: no port %q: %w", name, syscall.Errno(-rc))
	}
	p := &Port{id: uint16(id), name: name}
	info, err := p.Info()
	if err != nil {
		return nil, err
	}
	p.driver, p.kernel = info.Driver, info.Kernel
	p.kernelBacked = info.KernelBacked
	p.rxQueues, p.txQueues = info.RxQueues, info.TxQueues
	return p, nil
}

// ID is DPDK's number of the port: what Burst.In and Burst.Out hold.
func (p *Port) ID() uint16 { return p.id }

// Name is the name of the device.
func (p *Port) Name() string { return p.name }

// Kernel is the name of the kernel interface behind the port when it was
// attached; empty when there is none.
func (p *Port) Kernel() string { return p.kernel }

// KernelBacked tells whether frames come from a kernel interface, with what
// that implies: unfinished checksums, frames that the kernel itself sent.
func (p *Port) KernelBacked() bool { return p.kernelBacked }

// Start makes the port receive and lets workers use it.
func (p *Port) Start() error {
	if rc := C.rte_eth_dev_start(C.uint16_t(p.id)); rc < 0 {
		return p.failure("rte_eth_dev_start", rc)
	}
	C.mire_port_open(C.uint16_t(p.id))
	return nil
}

// Stop takes the port away from the workers, waits until none of them is
// inside it, and stops it. Workers go on: they receive nothing from it, and
// what they send to it is dropped and counted as TxFull.
func (p *Port) Stop() error {
	if C.mire_port_usable(C.uint16_t(p.id)) == 0 {
		return nil
	}
	C.mire_port_shut(C.uint16_t(p.id))
	if err := waitOutside(time.Second); err != nil {
		C.mire_port_open(C.uint16_t(p.id))
		return fmt.Errorf("stop port %s: %w", p.name, err)
	}
	if rc := C.rte_eth_dev_stop(C.uint16_t(p.id)); rc < 0 {
		return p.failure("rte_eth_dev_stop", rc)
	}
	return nil
}

// waitOutside waits until each worker has been outside all ports once. No
// exchange takes long: one that does not end is stuck in a driver.
func waitOutside(limit time.Duration) error {
	process.Lock()
	defer process.Unlock()
	end := time.Now().Add(limit)
	for i, w := range process.workers {
		for first := w.turn(); first%2 == 1 && w.turn() == first; {
			if time.Now().After(end) {
				return fmt.Errorf("worker %d has been inside an exchange for %v", i, limit)
			}
			time.Sleep(10 * time.Microsecond)
		}
	}
	return nil
}
