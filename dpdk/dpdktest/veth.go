package dpdktest

import (
	"fmt"
	"os"
	"testing"
	"time"

	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"
)

// Veth is a pair of kernel interfaces in the namespace of this process. Port
// is for DPDK, Peer is driven by hand.
type Veth struct {
	Port, Peer string

	t    testing.TB
	sock int
}

// NewVeth makes a pair, both up, without IPv6 so that the kernel stays silent.
// It is taken away when the test ends. Skips the test without a namespace.
func NewVeth(t testing.TB) *Veth {
	t.Helper()
	NeedNamespace(t)
	id := serial.Add(1)
	v := &Veth{Port: fmt.Sprintf("mire%da", id), Peer: fmt.Sprintf("mire%db", id), t: t}
	v.Create()
	t.Cleanup(v.Delete)
	return v
}

// Create makes the pair, again after Delete.
func (v *Veth) Create() {
	v.t.Helper()
	a := netlink.NewLinkAttrs()
	a.Name = v.Port
	if err := netlink.LinkAdd(&netlink.Veth{LinkAttrs: a, PeerName: v.Peer}); err != nil {
		v.t.Fatalf("veth %s: %v", v.Port, err)
	}
	for _, n := range []string{v.Port, v.Peer} {
		// Kernels without IPv6 have no such file and nothing to silence.
		os.WriteFile("/proc/sys/net/ipv6/conf/"+n+"/disable_ipv6", []byte("1"), 0o644)
	}
	v.Up(v.Port, true)
	v.Up(v.Peer, true)
	index := v.Link(v.Peer).Attrs().Index
	sock, err := unix.Socket(unix.AF_PACKET, unix.SOCK_RAW|unix.SOCK_CLOEXEC|unix.SOCK_NONBLOCK, 0)
	if err == nil {
		err = unix.Bind(sock, &unix.SockaddrLinklayer{Protocol: 0x0300, Ifindex: index}) // ETH_P_ALL
	}
	if err != nil {
		v.t.Fatalf("packet socket on %s: %v", v.Peer, err)
	}
	v.sock = sock
}

// Delete takes the pair away, if it is there.
func (v *Veth) Delete() {
	if l, err := netlink.LinkByName(v.Port); err == nil {
		unix.Close(v.sock)
		if err := netlink.LinkDel(l); err != nil {
			v.t.Error(err)
		}
	}
}

// Link looks an interface up.
func (v *Veth) Link(name string) netlink.Link {
	v.t.Helper()
	l, err := netlink.LinkByName(name)
	if err != nil {
		v.t.Fatalf("interface %s: %v", name, err)
	}
	return l
}

// Up sets one of the two up or down.
func (v *Veth) Up(name string, up bool) {
	v.t.Helper()
	set := netlink.LinkSetDown
	if up {
		set = netlink.LinkSetUp
	}
	if err := set(v.Link(name)); err != nil {
		v.t.Fatalf("interface %s: %v", name, err)
	}
}

// Send puts a frame on the wire at the peer.
func (v *Veth) Send(frame []byte) {
	v.t.Helper()
	if _, err := unix.Write(v.sock, frame); err != nil {
		v.t.Fatalf("send on %s: %v", v.Peer, err)
	}
}

// Receive waits up to limit for a frame at the peer; nil: none came.
func (v *Veth) Receive(limit time.Duration) []byte {
	v.t.Helper()
	buf := make([]byte, 1<<16)
	for end := time.Now().Add(limit); time.Now().Before(end); {
		p := []unix.PollFd{{Fd: int32(v.sock), Events: unix.POLLIN}}
		if n, err := unix.Poll(p, 20); err != nil || n == 0 {
			continue
		}
		n, from, err := unix.Recvfrom(v.sock, buf, 0)
		if err != nil {
			continue
		}
		if l, ok := from.(*unix.SockaddrLinklayer); ok && l.Pkttype == unix.PACKET_OUTGOING {
			continue // what Send sent
		}
		return buf[:n:n]
	}
	return nil
}
