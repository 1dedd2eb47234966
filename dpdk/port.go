package dpdk

/*
#include <stdlib.h>
#include <rte_ethdev.h>
#include "lane.h"
#include "packetring.h"
#include "port.h"
#include "tx.h"
*/
import "C"

import (
	"errors"
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
	client       bool // of a memif server
	pool         *Pool
	xdp          int // its socket, -1: none or several
	started      progress
	drops        packetDrops

	rxQueues, txQueues int // configured
}

// failure makes the error of an ethdev call on this port.
func (p *Port) failure(call string, rc C.int) error {
	return fmt.Errorf("%s on port %s: %w", call, p.name, syscall.Errno(-rc))
}

// explain is failure for calls in which drivers do much and say why on the log.
func (p *Port) explain(call string, rc C.int, lines []string) error {
	if len(lines) == 0 {
		return p.failure(call, rc)
	}
	return explain(call+" on port "+p.name, p.name, syscall.Errno(-rc), lines)
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
	p.kernelBacked, p.client = info.KernelBacked, info.client
	p.rxQueues, p.txQueues = info.RxQueues, info.TxQueues
	return p, nil
}

// Ports lists the ports that exist, in the order of their numbers: those that
// the EAL made at its start from --vdev and -a, and those that were attached.
func Ports() []*Port {
	var out []*Port
	for id := C.uint16_t(0); ; id++ {
		if id = C.uint16_t(C.rte_eth_find_next(id)); id >= C.RTE_MAX_ETHPORTS {
			return out
		}
		var name [C.RTE_ETH_NAME_MAX_LEN]C.char
		if C.rte_eth_dev_get_name_by_port(id, &name[0]) < 0 {
			continue
		}
		// A port that goes away meanwhile is none any more.
		if p, err := OpenPort(C.GoString(&name[0])); err == nil {
			out = append(out, p)
		}
	}
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

// KernelIsPeer tells whether the kernel is at the other end of the port, as of a
// tap: what it sends by its own MAC address is then received like any host's.
func (p *Port) KernelIsPeer() bool { return p.driver == "net_tap" }

// NoNeighbours tells that nobody can answer behind the port by its nature: it
// reads a file, is one end of a ring, or has nothing behind it.
func (p *Port) NoNeighbours() bool {
	switch p.driver {
	case "net_null", "net_ring":
		return true
	case "net_pcap":
		return p.kernel == ""
	}
	return false
}

// ErrNoServer: a memif client was started before its server, or after its end.
var ErrNoServer = errors.New("no memif server listens on its socket")

// Start makes the port receive and lets workers use it. A memif client whose
// server is not there yet fails with ErrNoServer and may be started again.
func (p *Port) Start() error {
	var rc C.int
	lines := during(func() { rc = C.rte_eth_dev_start(C.uint16_t(p.id)) })
	if rc < 0 && p.client {
		return fmt.Errorf("rte_eth_dev_start on port %s: %w: start the server first", p.name, ErrNoServer)
	}
	if rc < 0 {
		return p.explain("rte_eth_dev_start", rc, lines)
	}
	if p.driver == "net_af_packet" {
		if rc := C.mire_rings_take(C.uint16_t(p.id)); rc < 0 {
			return p.failure("looking at the rings of the packet sockets", rc)
		}
	}
	p.followMTU()
	p.started = p.progress()
	p.findWake()
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
	p.forgetWake()
	C.mire_rings_forget(C.uint16_t(p.id))
	if rc := C.rte_eth_dev_stop(C.uint16_t(p.id)); rc < 0 {
		return p.failure("rte_eth_dev_stop", rc)
	}
	return nil
}

// Reconnect starts a memif client again whose server went away, which the
// driver does not do by itself; a server waits for clients as long as it runs.
// It does nothing to a port whose link is up and to every other port.
// ErrNoServer: not yet; call it again some time later, workers go on meanwhile.
func (p *Port) Reconnect() error {
	if !p.client {
		return nil
	}
	if l, err := p.Link(); err != nil || l.Up {
		return err
	}
	time.Sleep(memifSettles)
	if l, err := p.Link(); err != nil || l.Up {
		return err // it was about to come up
	}
	if err := p.Stop(); err != nil {
		return err
	}
	return p.Start()
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
