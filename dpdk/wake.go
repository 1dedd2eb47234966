package dpdk

// #include "lane.h"
import "C"

import (
	"os"
	"slices"
	"strconv"
	"sync/atomic"

	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"
)

// wakes tells for each port whether a sleeping worker is woken by its frames.
var wakes [C.RTE_MAX_ETHPORTS]atomic.Bool

// Wakes tells whether an exchange that sleeps ends as soon as this lane has a
// frame, so that a worker may sleep longer: see engine.Lane. It is so for
// af_packet and af_xdp ports with one RX queue.
func (l *Lane) Wakes() bool { return wakes[l.port].Load() }

// Wake ends the sleep of the lane's worker, or else its next one. Safe from any
// goroutine before the worker is closed.
func (l *Lane) Wake() {
	if l.c != nil {
		C.mire_worker_wake(l.c.worker)
	}
}

// findWake looks for the socket behind a started port. Drivers keep it to
// themselves; a process can see its own sockets.
func (p *Port) findWake() {
	fd := -1
	if p.rxQueues == 1 {
		switch p.driver {
		case "net_af_packet":
			fd = p.packetSocket()
		case "net_af_xdp":
			fd = p.xdp
		}
	}
	C.mire_port_wake(C.uint16_t(p.id), C.int(fd))
	wakes[p.id].Store(fd >= 0)
	p.drops.find(p)
}

// forgetWake is for a port whose socket is about to be closed. No worker is in
// it, and one that sleeps on it wakes up in time by itself.
func (p *Port) forgetWake() {
	p.drops.read()
	p.drops.sockets = nil
	wakes[p.id].Store(false)
	C.mire_port_wake(C.uint16_t(p.id), -1)
}

// packetSocket is the packet socket that listens on the interface, -1 when
// there is not exactly one.
func (p *Port) packetSocket() int {
	if found := p.packetSockets(); len(found) == 1 {
		return found[0]
	}
	return -1
}

// packetSockets are those that listen on the interface.
func (p *Port) packetSockets() []int {
	link, err := netlink.LinkByName(p.kernel)
	if err != nil {
		return nil
	}
	return sockets(func(fd int) bool {
		if socketOption(fd, unix.SO_DOMAIN) != unix.AF_PACKET {
			return false
		}
		name, err := unix.Getsockname(fd)
		at, ok := name.(*unix.SockaddrLinklayer)
		return err == nil && ok && at.Ifindex == link.Attrs().Index
	})
}

func socketOption(fd, option int) int {
	v, err := unix.GetsockoptInt(fd, unix.SOL_SOCKET, option)
	if err != nil {
		return -1
	}
	return v
}

func xdpSocket(fd int) bool { return socketOption(fd, unix.SO_DOMAIN) == unix.AF_XDP }

// newXDP is the XDP socket that a call makes, -1 when that is not exactly one:
// they do not tell what they listen on, and the driver may leave old ones open.
func newXDP(call func()) int {
	old := sockets(xdpSocket)
	call()
	return onlySocket(func(fd int) bool { return xdpSocket(fd) && !slices.Contains(old, fd) })
}

// onlySocket is the one descriptor of this process that is so, or -1.
func onlySocket(so func(fd int) bool) int {
	if found := sockets(so); len(found) == 1 {
		return found[0]
	}
	return -1
}

// sockets are the descriptors of this process that are so.
func sockets(so func(fd int) bool) (found []int) {
	open, _ := os.ReadDir("/proc/self/fd") // none: nothing wakes, which is right
	for _, f := range open {
		if fd, err := strconv.Atoi(f.Name()); err == nil && so(fd) {
			found = append(found, fd)
		}
	}
	return found
}
