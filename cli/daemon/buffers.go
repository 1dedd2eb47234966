package daemon

import (
	"mire/dpdk"
	"mire/engine/config"

	"github.com/vishvananda/netlink"
)

// usualMTU is what a port has of which nothing else is known.
const usualMTU = 1500

// fit makes the buffers as large as the largest MTU of the kernel interfaces
// asks for, as mtu tells it by name (0: unknown). Buffers of an af_xdp port must
// fit a page, so beside one all stay small.
func (p *plan) fit(s *config.Snapshot, mtu func(name string) int) {
	largest := usualMTU
	for i := range s.Interfaces {
		switch f := &s.Interfaces[i]; f.Access {
		case config.AccessAFXDP:
			return
		case config.AccessRaw:
			largest = max(largest, min(mtu(f.Name), dpdk.MaxMTU))
		}
	}
	p.pool.Room = dpdk.RoomFor(largest)
	p.memory = p.bytes()
}

// kernelMTU is the MTU of a kernel interface, 0 when there is no such one.
func kernelMTU(name string) int {
	link, err := netlink.LinkByName(name)
	if err != nil {
		return 0
	}
	return link.Attrs().MTU
}

// slot is the size of a ring slot for the MTU that the interface has now, as
// far as the buffers allow.
func (p *port) slot() int {
	size := dpdk.SlotFor(max(kernelMTU(p.conf.Name), usualMTU))
	if p.pool != nil && size > p.pool.Room() {
		size = dpdk.SlotFor(usualMTU)
	}
	return size
}

// buffers is the largest MTU of which whole frames are received.
func (p *port) buffers() int {
	if p.conf.Access == config.AccessRaw {
		return dpdk.SlotMTU(p.slot())
	}
	return dpdk.RoomMTU(p.pool.Room())
}

// setMTU takes over an MTU that the kernel told.
func (p *port) setMTU(d *Daemon, mtu int) {
	if mtu > p.fits && p.mtu != mtu {
		d.Log.Warn().Int("interface", p.conf.Number).Str("name", p.kernelName()).Int("mtu", mtu).Int("buffers_fit_mtu", p.fits).
			Msg("the buffers of this interface are smaller than its MTU: longer packets are dropped as too_long, but for TCP and UDP; they follow the MTU at a start, up to 9216, and stay small beside an interface with `access af_xdp`")
	}
	p.mtu = mtu
	p.dev.LimitMTU(mtu)
}
