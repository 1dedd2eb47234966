package dpdk

/*
#include <rte_ethdev.h>
#include "port.h"
*/
import "C"

import (
	"fmt"
	"syscall"
	"unsafe"
)

// Link is what the driver says of the link. Drivers over kernel interfaces say
// "up" whatever happens: ask WatchLinks there.
type Link struct {
	Up         bool
	Mbps       uint32 // 0: unknown
	FullDuplex bool
	Autoneg    bool
}

// Link asks the driver, without waiting for a link that is coming up.
func (p *Port) Link() (Link, error) {
	var c C.struct_mire_link
	if rc := C.mire_port_link(C.uint16_t(p.id), &c); rc < 0 {
		return Link{}, p.failure("rte_eth_link_get_nowait", rc)
	}
	return Link{Up: c.up != 0, Mbps: uint32(c.speed), FullDuplex: c.full_duplex != 0, Autoneg: c.autoneg != 0}, nil
}

// Stats are the port's own counters, since start or ResetStats.
type Stats struct {
	RxPackets, TxPackets uint64
	RxBytes, TxBytes     uint64
	RxMissed             uint64 // dropped by the port, or the kernel in front of it: RX queues were full
	RxErrors, TxErrors   uint64
	RxNoMbuf             uint64 // dropped by the port: the pool was empty
}

// Stats reads the counters.
func (p *Port) Stats() (Stats, error) {
	var c C.struct_rte_eth_stats
	if rc := C.rte_eth_stats_get(C.uint16_t(p.id), &c); rc < 0 {
		return Stats{}, p.failure("rte_eth_stats_get", rc)
	}
	s := Stats{
		RxPackets: uint64(c.ipackets), TxPackets: uint64(c.opackets),
		RxBytes: uint64(c.ibytes), TxBytes: uint64(c.obytes),
		RxMissed: uint64(c.imissed) + p.drops.read(), RxErrors: uint64(c.ierrors), TxErrors: uint64(c.oerrors),
		RxNoMbuf: uint64(c.rx_nombuf),
	}
	p.correct(&s)
	return s, nil
}

// ResetStats sets the counters to zero.
func (p *Port) ResetStats() error {
	p.started = p.progress()
	p.drops.read()
	p.drops.dropped = 0
	return p.ethdev("rte_eth_stats_reset", C.rte_eth_stats_reset(C.uint16_t(p.id)))
}

// Xstats reads the driver's extended counters. Names and ids are asked for
// once; a read is one call.
type Xstats struct {
	port  *Port
	names []string
	ids   []C.uint64_t
}

// Xstats asks the driver which extended counters it has. Ask again after
// Configure: the number of queues changes the list.
func (p *Port) Xstats() (*Xstats, error) {
	id := C.uint16_t(p.id)
	n := C.rte_eth_xstats_get_names(id, nil, 0)
	if n < 0 {
		return nil, p.failure("rte_eth_xstats_get_names", n)
	}
	x := &Xstats{port: p, names: make([]string, n), ids: make([]C.uint64_t, n)}
	if n == 0 {
		return x, nil
	}
	names := make([]C.struct_rte_eth_xstat_name, n)
	if rc := C.rte_eth_xstats_get_names(id, &names[0], C.uint(n)); rc != n {
		return nil, fmt.Errorf("rte_eth_xstats_get_names on port %s: %d names instead of %d: %w", p.name, rc, n, syscall.EAGAIN)
	}
	for i := range names {
		x.names[i] = C.GoString(&names[i].name[0])
		if rc := C.rte_eth_xstats_get_id_by_name(id, &names[i].name[0], &x.ids[i]); rc < 0 {
			return nil, p.failure("rte_eth_xstats_get_id_by_name "+x.names[i], rc)
		}
	}
	return x, nil
}

// Names are the counters' names, in the order of Read's values.
func (x *Xstats) Names() []string { return x.names }

// Read fills values, which must have as many elements as Names.
func (x *Xstats) Read(values []uint64) error {
	if len(values) != len(x.ids) {
		return fmt.Errorf("xstats of port %s: room for %d values, there are %d", x.port.name, len(values), len(x.ids))
	}
	if len(x.ids) == 0 {
		return nil
	}
	rc := C.rte_eth_xstats_get_by_id(C.uint16_t(x.port.id), &x.ids[0],
		(*C.uint64_t)(unsafe.Pointer(&values[0])), C.uint(len(values)))
	if int(rc) != len(x.ids) {
		return fmt.Errorf("rte_eth_xstats_get_by_id on port %s: %d of %d values: ask for the names again", x.port.name, rc, len(x.ids))
	}
	return nil
}
