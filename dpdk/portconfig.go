package dpdk

/*
#include <rte_ethdev.h>
#include "port.h"
*/
import "C"

import (
	"fmt"
	"syscall"
)

// PortConfig is what is wanted of a port. What the port cannot do is left out
// and told by Applied, except for queues.
type PortConfig struct {
	// RxQueues is the number of lanes; 1 or more.
	RxQueues int
	// TxQueues is the number of workers of the process: each has its own.
	TxQueues int
	// RxDescriptors and TxDescriptors per queue; 0 means 1024. Cut to the
	// driver's limits.
	RxDescriptors, TxDescriptors int
	// MTU in bytes, without Ethernet header; 0 leaves it.
	MTU int
	// Checksum asks the port to verify TCP and UDP checksums of received frames.
	Checksum bool
	// OnePool promises that whatever leaves by this port comes from one pool,
	// is in one segment and is referenced once: the driver may then free
	// mbufs without looking at them.
	OnePool bool
	// RSSKey for RxQueues > 1; nil leaves the driver's key. It must have
	// PortInfo.RSSKeySize bytes, 40 when that is 0.
	RSSKey []byte
	// RETA maps hash values to RX queues; nil spreads evenly. It is repeated to
	// fill the port's table.
	RETA []uint16
	// Promiscuous and AllMulticast as named.
	Promiscuous, AllMulticast bool
}

// Applied is what a port was configured to.
type Applied struct {
	RxDescriptors, TxDescriptors int
	MTU                          int
	RxOffloads, TxOffloads       Offloads
	RSS                          bool // frames are spread over RX queues by the port
	RETA                         bool // the port has a table, and it is set
	Promiscuous, AllMulticast    bool
	// Refused has one line for each wish that the driver refused.
	Refused []string
}

// rssTypes are hashed when the port can: addresses and TCP and UDP ports.
const rssTypes = C.RTE_ETH_RSS_IP | C.RTE_ETH_RSS_TCP | C.RTE_ETH_RSS_UDP

const (
	defaultDescriptors = 1024
	usualKeySize       = 40 // of the Toeplitz hash, bytes
)

// Configure sets the port up with pool for received frames. The port must be
// stopped.
func (p *Port) Configure(c PortConfig, pool *Pool) (Applied, error) {
	info, err := p.Info()
	if err != nil {
		return Applied{}, err
	}
	if err := c.check(p.name, info); err != nil {
		return Applied{}, err
	}
	conf := C.struct_mire_port_conf{
		rxq: C.uint16_t(c.RxQueues), txq: C.uint16_t(c.TxQueues),
		rxd: C.uint16_t(c.RxDescriptors), txd: C.uint16_t(c.TxDescriptors), mtu: C.uint16_t(c.MTU),
		key_len: C.uint8_t(len(c.RSSKey)), rss_types: rssTypes,
		frame_room: C.uint32_t(pool.Room()),
	}
	if c.RxDescriptors == 0 {
		conf.rxd = defaultDescriptors
	}
	if c.TxDescriptors == 0 {
		conf.txd = defaultDescriptors
	}
	if c.Checksum {
		conf.checksum = 1
	}
	if c.OnePool {
		conf.fast_free = 1
	}
	for i, b := range c.RSSKey {
		conf.key[i] = C.uint8_t(b)
	}
	var out C.struct_mire_port_applied
	var failed *C.char
	var rc C.int
	var lines []string
	p.xdp = newXDP(func() {
		lines = during(func() { rc = C.mire_port_configure(C.uint16_t(p.id), &conf, pool.c(), &out, &failed) })
	})
	if rc < 0 {
		return Applied{}, p.explain(C.GoString(failed), rc, lines)
	}
	p.rxQueues, p.txQueues, p.pool = c.RxQueues, c.TxQueues, pool
	a := Applied{
		RxDescriptors: int(out.rxd), TxDescriptors: int(out.txd), MTU: int(out.mtu),
		RxOffloads: Offloads{rx: uint64(out.rx_offloads)}, TxOffloads: Offloads{tx: uint64(out.tx_offloads)},
		RSS: out.rss_types != 0,
	}
	p.wishes(c, info, &a)
	return a, nil
}

func (c PortConfig) check(name string, i PortInfo) error {
	key := orDefault(i.RSSKeySize, usualKeySize)
	switch {
	case c.RxQueues < 1 || c.RxQueues > i.MaxRxQueues:
		return fmt.Errorf("port %s: %d RX queues asked for, %s has 1 to %d: change `threads`", name, c.RxQueues, i.Driver, i.MaxRxQueues)
	case c.TxQueues < 1 || c.TxQueues > i.MaxTxQueues:
		return fmt.Errorf("port %s: %d TX queues asked for, one for each worker, %s has 1 to %d: run fewer workers", name, c.TxQueues, i.Driver, i.MaxTxQueues)
	case c.MTU != 0 && (c.MTU < i.MinMTU || i.MaxMTU != 0 && c.MTU > i.MaxMTU):
		return fmt.Errorf("port %s: MTU %d asked for, %s has %d to %d", name, c.MTU, i.Driver, i.MinMTU, i.MaxMTU)
	case len(c.RSSKey) > C.MIRE_KEY_MAX || len(c.RSSKey) != 0 && len(c.RSSKey) != key:
		return fmt.Errorf("port %s: RSS key of %d bytes, %s takes %d", name, len(c.RSSKey), i.Driver, key)
	}
	for _, q := range c.RETA {
		if int(q) >= c.RxQueues {
			return fmt.Errorf("port %s: RETA names RX queue %d of %d", name, q, c.RxQueues)
		}
	}
	return nil
}

// wishes sets what a port may refuse without harm.
func (p *Port) wishes(c PortConfig, i PortInfo, a *Applied) {
	try := func(call string, rc C.int) bool {
		if rc < 0 {
			a.Refused = append(a.Refused, fmt.Sprintf("%s: %v", call, syscall.Errno(-rc)))
		}
		return rc >= 0
	}
	id := C.uint16_t(p.id)
	if c.Promiscuous {
		a.Promiscuous = try("rte_eth_promiscuous_enable", C.rte_eth_promiscuous_enable(id))
	} else {
		// Ports start without it; only those that could not be told say no.
		C.rte_eth_promiscuous_disable(id)
	}
	if c.AllMulticast {
		a.AllMulticast = try("rte_eth_allmulticast_enable", C.rte_eth_allmulticast_enable(id))
	} else {
		C.rte_eth_allmulticast_disable(id)
	}
	if c.MTU != 0 && c.MTU != i.MTU {
		if !try("rte_eth_dev_set_mtu", C.rte_eth_dev_set_mtu(id, C.uint16_t(c.MTU))) {
			a.MTU = i.MTU
		}
	}
	if c.RxQueues < 2 || i.RETASize == 0 {
		return
	}
	reta := make([]C.uint16_t, i.RETASize)
	for k := range reta {
		reta[k] = C.uint16_t(k % c.RxQueues)
		if len(c.RETA) > 0 {
			reta[k] = C.uint16_t(c.RETA[k%len(c.RETA)])
		}
	}
	var failed *C.char
	a.RETA = try("rte_eth_dev_rss_reta_update", C.mire_port_reta(id, &reta[0], C.uint16_t(len(reta)), &failed))
}
