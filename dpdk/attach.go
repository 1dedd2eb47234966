package dpdk

/*
#include <stdlib.h>
#include "port.h"
#include "release.h"
*/
import "C"

import (
	"errors"
	"fmt"
	"strings"
	"syscall"
	"time"
	"unsafe"
)

// Attach creates or probes a device from its device string, such as
// "net_af_packet0,iface=veth0" or "0000:01:00.0", and opens its port. What the
// string names belongs to the network namespace of the calling thread. A
// failure is an *Error with cause and remedy.
func Attach(device string) (*Port, error) {
	process.Lock()
	e := process.eal
	process.Unlock()
	if e == nil {
		return nil, errors.New("attach " + device + ": the EAL is not open")
	}
	name, _, _ := strings.Cut(device, ",")
	if _, err := OpenPort(name); err == nil {
		return nil, explain("rte_dev_probe", device, syscall.EEXIST, []string{"Device " + name + " is already plugged"})
	}
	sweepMemifSocket(device)
	c := C.CString(device)
	defer C.free(unsafe.Pointer(c))
	var rc C.int
	lines := e.route.during(func() { rc = C.mire_dev_probe(c) })
	switch {
	case rc == -1:
		return nil, explain("rte_dev_probe", device, errNoErrno, lines)
	case rc < 0:
		return nil, explain("rte_dev_probe", device, syscall.Errno(-rc), lines)
	}
	return OpenPort(name)
}

// Detach stops and closes the port and removes its device. Mbufs in its queues
// return to their pool, but for drivers that forget some: net_af_xdp 2,048 for
// each RX queue and net_memif those in its rings when it does not copy. The workers' lanes of it stay valid and receive
// nothing; a port attached later under the same number serves them again.
func (p *Port) Detach() error {
	process.Lock()
	e := process.eal
	process.Unlock()
	if e == nil {
		return errors.New("detach " + p.name + ": the EAL is not open")
	}
	if err := p.Stop(); err != nil {
		return err
	}
	if p.driver == "net_memif" {
		time.Sleep(memifSettles)
		defer time.Sleep(memifSettles)
	}
	var rc C.int
	var failed *C.char
	e.route.during(func() { rc = C.mire_dev_remove(C.uint16_t(p.id), &failed) })
	if rc < 0 {
		return fmt.Errorf("detach: %w", p.failure(C.GoString(failed), rc))
	}
	if p.pool != nil && (p.driver == "net_af_xdp" || p.driver == "net_memif") {
		p.pool.forgotten = true
	}
	return nil
}
