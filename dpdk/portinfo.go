package dpdk

/*
#include <rte_ethdev.h>
#include "port.h"
*/
import "C"

import (
	"net"
	"slices"
)

// PortInfo is what a port is and can do.
type PortInfo struct {
	ID     uint16
	Name   string // of the device
	Driver string
	// Kernel is the kernel interface behind the port, empty when there is
	// none. KernelBacked: its frames come from that kernel.
	Kernel       string
	KernelBacked bool
	Socket       int // NUMA node, -1 when unknown

	MAC                    net.HardwareAddr
	MTU, MinMTU, MaxMTU    int
	RxQueues, TxQueues     int // configured now
	MaxRxQueues            int
	MaxTxQueues            int
	MaxMACs                int
	MaxRxLen               int // longest frame, bytes
	RxOffloads, TxOffloads Offloads
	RSSTypes               uint64 // RTE_ETH_RSS_*
	RSSKeySize             int    // bytes; 0 when the driver does not say
	RETASize               int    // entries; 0: no table

	client bool // of a memif server
}

// kernelDrivers hand frames between DPDK and the kernel of this machine.
var kernelDrivers = []string{"net_af_packet", "net_af_xdp", "net_tap"}

// Info asks the driver.
func (p *Port) Info() (PortInfo, error) {
	var c C.struct_mire_port_info
	var failed *C.char
	if rc := C.mire_port_info(C.uint16_t(p.id), &c, &failed); rc < 0 {
		return PortInfo{}, p.failure(C.GoString(failed), rc)
	}
	i := PortInfo{
		ID: p.id, Name: p.name,
		Driver: C.GoString(&c.driver[0]), Kernel: C.GoString(&c.kernel[0]),
		Socket: int(c.socket),
		MTU:    int(c.mtu), MinMTU: int(c.min_mtu), MaxMTU: int(c.max_mtu),
		RxQueues: int(c.rxq), TxQueues: int(c.txq),
		MaxRxQueues: int(c.max_rxq), MaxTxQueues: int(c.max_txq),
		MaxMACs: int(c.max_macs), MaxRxLen: int(c.max_rx_len),
		RxOffloads: Offloads{rx: uint64(c.rx_offloads)}, TxOffloads: Offloads{tx: uint64(c.tx_offloads)},
		client:   c.client != 0,
		RSSTypes: uint64(c.rss_types), RSSKeySize: int(c.key_size), RETASize: int(c.reta_size),
	}
	i.MAC = make(net.HardwareAddr, 6)
	for k, b := range c.mac {
		i.MAC[k] = byte(b)
	}
	// pcap reads an interface too, but only when it was given one.
	i.KernelBacked = slices.Contains(kernelDrivers, i.Driver) || i.Driver == "net_pcap" && i.Kernel != ""
	return i, nil
}

// Offloads is a set of offloads of one direction.
type Offloads struct{ rx, tx uint64 }

// Names are DPDK's words for the set, such as TCP_CKSUM, lowest bit first.
func (o Offloads) Names() []string {
	var out []string
	for bit := range 64 {
		if o.rx>>bit&1 != 0 {
			out = append(out, C.GoString(C.rte_eth_dev_rx_offload_name(1<<bit)))
		}
		if o.tx>>bit&1 != 0 {
			out = append(out, C.GoString(C.rte_eth_dev_tx_offload_name(1<<bit)))
		}
	}
	return out
}
