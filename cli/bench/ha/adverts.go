package ha

import (
	"fmt"
	"net"
	"net/netip"
	"slices"
	"sync"
	"unsafe"

	"golang.org/x/sys/unix"
)

// advert is one advertisement as it went by.
type advert struct {
	at       int64 // Unix nanoseconds, stamped by the kernel
	from     netip.Addr
	priority uint8
}

// adverts hears those of one virtual router on a leg.
type adverts struct {
	fd   int
	end  chan struct{}
	done sync.WaitGroup

	mu   sync.Mutex
	list []advert
}

// listenAdverts starts to hear them.
func listenAdverts(s *segment, leg string) (*adverts, error) {
	a := &adverts{end: make(chan struct{})}
	if err := s.inside(leg, a.open); err != nil {
		return nil, fmt.Errorf("packet socket on %s: %w", leg, err)
	}
	a.done.Add(1)
	go func() { defer a.done.Done(); receive(a.fd, a.end, a.hear) }()
	return a, nil
}

// open makes a packet socket that passes IPv4 packets of protocol 112 only.
func (a *adverts) open() (err error) {
	i, err := net.InterfaceByName("eth0")
	if err != nil {
		return err
	}
	if a.fd, err = unix.Socket(unix.AF_PACKET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0); err != nil {
		return err
	}
	defer func() {
		if err != nil {
			unix.Close(a.fd)
		}
	}()
	// Loads the byte of the protocol, compares, takes all or nothing (bpf(4)).
	filter := [...]unix.SockFilter{
		{Code: unix.BPF_LD | unix.BPF_B | unix.BPF_ABS, K: 9},
		{Code: unix.BPF_JMP | unix.BPF_JEQ | unix.BPF_K, Jf: 1, K: vrrpProtocol},
		{Code: unix.BPF_RET | unix.BPF_K, K: 2048},
		{Code: unix.BPF_RET | unix.BPF_K, K: 0},
	}
	if err := unix.SetsockoptSockFprog(a.fd, unix.SOL_SOCKET, unix.SO_ATTACH_FILTER,
		&unix.SockFprog{Len: uint16(len(filter)), Filter: unsafe.SliceData(filter[:])}); err != nil {
		return err
	}
	if err := listening(a.fd); err != nil {
		return err
	}
	const ip4 = unix.ETH_P_IP<<8&0xff00 | unix.ETH_P_IP>>8
	return unix.Bind(a.fd, &unix.SockaddrLinklayer{Protocol: ip4, Ifindex: i.Index})
}

func (a *adverts) close() {
	close(a.end)
	a.done.Wait()
	unix.Close(a.fd)
}

// hear takes an IPv4 packet.
func (a *adverts) hear(p []byte, at int64) {
	v, ok := readAdvert(p)
	if !ok {
		return
	}
	v.at = at
	a.mu.Lock()
	a.list = append(a.list, v)
	a.mu.Unlock()
}

// vrrpProtocol is the number of the protocol in an IP header.
const vrrpProtocol = 112

// readAdvert reads an advertisement of our virtual router, of any version, from
// an IPv4 packet.
func readAdvert(p []byte) (v advert, ok bool) {
	if len(p) < 20 || p[9] != vrrpProtocol {
		return v, false
	}
	m := p[min(len(p), int(p[0]&15)*4):]
	if len(m) < 8 || m[0]&15 != 1 || m[1] != vrid {
		return v, false
	}
	return advert{from: netip.AddrFrom4([4]byte(p[12:16])), priority: m[2]}, true
}

// since copies the advertisements that arrived behind a time.
func (a *adverts) since(t int64) []advert {
	a.mu.Lock()
	defer a.mu.Unlock()
	i := len(a.list)
	for i > 0 && a.list[i-1].at > t {
		i--
	}
	return slices.Clone(a.list[i:])
}

// last is when an address sent its newest one at or before a time, 0: never.
// One of priority 0, which says goodbye, is none.
func (a *adverts) last(from netip.Addr, before int64) int64 {
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, v := range slices.Backward(a.list) {
		if v.from == from && v.at <= before && v.priority > 0 {
			return v.at
		}
	}
	return 0
}

// alone tells whether an address sent the newest n, and nobody else one among
// them.
func (a *adverts) alone(from netip.Addr, n int) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	if len(a.list) < n {
		return false
	}
	for _, v := range a.list[len(a.list)-n:] {
		if v.from != from || v.priority == 0 {
			return false
		}
	}
	return true
}
