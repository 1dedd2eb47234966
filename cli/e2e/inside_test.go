package e2e

import (
	"fmt"
	"net"
	"runtime"

	"github.com/vishvananda/netlink"
	"github.com/vishvananda/netns"
	"golang.org/x/sys/unix"
)

// inside runs f on a thread of its own in the namespace of a leg: a socket
// opened there stays there. The thread returns to where it came from.
func (l *lab) inside(leg string, f func() error) {
	l.t.Helper()
	done := make(chan error)
	go func() { done <- l.visit(leg, f) }()
	if err := <-done; err != nil {
		l.t.Fatalf("on %s: %v", leg, err)
	}
}

func (l *lab) visit(leg string, f func() error) error {
	runtime.LockOSThread()
	home, err := netns.Get()
	if err != nil {
		return err
	}
	defer home.Close()
	away, err := netns.GetFromName(l.ns(leg))
	if err != nil {
		return err
	}
	defer away.Close()
	if err := netns.Set(away); err != nil {
		return err
	}
	err = f()
	if back := netns.Set(home); back != nil {
		panic(back) // this thread must not serve anybody else
	}
	runtime.UnlockOSThread()
	return err
}

// netlink opens the kernel of a leg.
func (l *lab) netlink(leg string) *netlink.Handle {
	l.t.Helper()
	ns, err := netns.GetFromName(l.ns(leg))
	if err != nil {
		l.t.Fatal(err)
	}
	defer ns.Close()
	h, err := netlink.NewHandleAt(ns)
	if err != nil {
		l.t.Fatal(err)
	}
	l.t.Cleanup(h.Close)
	return h
}

// mac is the hardware address of a leg's eth0.
func (l *lab) mac(leg string) (m [6]byte) {
	l.t.Helper()
	l.inside(leg, func() error {
		i, err := net.InterfaceByName("eth0")
		if err == nil {
			copy(m[:], i.HardwareAddr)
		}
		return err
	})
	return m
}

// rawSocket opens a packet socket for whole frames, bound to one interface of the
// current namespace, or to all of them when the name is empty.
func rawSocket(name string) (int, error) {
	fd, err := unix.Socket(unix.AF_PACKET, unix.SOCK_RAW|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return -1, fmt.Errorf("packet socket: %w", err)
	}
	a := &unix.SockaddrLinklayer{Protocol: unix.ETH_P_ALL<<8 | unix.ETH_P_ALL>>8}
	if name != "" {
		i, err := net.InterfaceByName(name)
		if err != nil {
			unix.Close(fd)
			return -1, err
		}
		a.Ifindex = i.Index
	}
	if err := unix.Bind(fd, a); err != nil {
		unix.Close(fd)
		return -1, fmt.Errorf("bind packet socket: %w", err)
	}
	return fd, nil
}
