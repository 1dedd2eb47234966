package dpdk

/*
#include <rte_ethdev.h>
#include "port.h"
*/
import "C"

import (
	"fmt"
	"net"
)

// MAC is the port's main address.
func (p *Port) MAC() (net.HardwareAddr, error) {
	var c [6]C.uint8_t
	if rc := C.mire_port_mac(C.uint16_t(p.id), &c[0]); rc < 0 {
		return nil, p.failure("rte_eth_macaddr_get", rc)
	}
	out := make(net.HardwareAddr, 6)
	for i := range c {
		out[i] = byte(c[i])
	}
	return out, nil
}

// SetMAC changes the port's main address.
func (p *Port) SetMAC(mac net.HardwareAddr) error {
	return p.macCall("rte_eth_dev_default_mac_addr_set", mac, func(a *C.uint8_t) C.int {
		return C.mire_port_set_mac(C.uint16_t(p.id), a)
	})
}

// AddMAC makes the port receive frames to one more unicast address, such as a
// VRRP virtual MAC. Ports without a filter answer ENOTSUP: use Promiscuous.
func (p *Port) AddMAC(mac net.HardwareAddr) error {
	return p.macCall("rte_eth_dev_mac_addr_add", mac, func(a *C.uint8_t) C.int {
		return C.mire_port_add_mac(C.uint16_t(p.id), a)
	})
}

// RemoveMAC undoes AddMAC.
func (p *Port) RemoveMAC(mac net.HardwareAddr) error {
	return p.macCall("rte_eth_dev_mac_addr_remove", mac, func(a *C.uint8_t) C.int {
		return C.mire_port_remove_mac(C.uint16_t(p.id), a)
	})
}

func (p *Port) macCall(call string, mac net.HardwareAddr, fn func(*C.uint8_t) C.int) error {
	if len(mac) != 6 {
		return fmt.Errorf("%s on port %s: %d bytes of MAC address, not 6", call, p.name, len(mac))
	}
	var c [6]C.uint8_t
	for i, b := range mac {
		c[i] = C.uint8_t(b)
	}
	if rc := fn(&c[0]); rc < 0 {
		return p.failure(call, rc)
	}
	return nil
}

// SetPromiscuous switches reception of frames to foreign unicast addresses.
func (p *Port) SetPromiscuous(on bool) error {
	if on {
		return p.ethdev("rte_eth_promiscuous_enable", C.rte_eth_promiscuous_enable(C.uint16_t(p.id)))
	}
	return p.ethdev("rte_eth_promiscuous_disable", C.rte_eth_promiscuous_disable(C.uint16_t(p.id)))
}

// SetAllMulticast switches reception of frames to all multicast addresses.
func (p *Port) SetAllMulticast(on bool) error {
	if on {
		return p.ethdev("rte_eth_allmulticast_enable", C.rte_eth_allmulticast_enable(C.uint16_t(p.id)))
	}
	return p.ethdev("rte_eth_allmulticast_disable", C.rte_eth_allmulticast_disable(C.uint16_t(p.id)))
}

// SetMTU changes the MTU of a configured port, bytes without Ethernet header.
// Many drivers want the port stopped.
func (p *Port) SetMTU(mtu int) error {
	err := p.ethdev("rte_eth_dev_set_mtu", C.rte_eth_dev_set_mtu(C.uint16_t(p.id), C.uint16_t(mtu)))
	if err == nil {
		p.LimitMTU(mtu)
	}
	return err
}

func (p *Port) ethdev(call string, rc C.int) error {
	if rc < 0 {
		return p.failure(call, rc)
	}
	return nil
}
