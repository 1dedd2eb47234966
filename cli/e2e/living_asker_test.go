package e2e

import (
	"math/rand/v2"
	"net/netip"
	"sync"
	"time"

	"golang.org/x/sys/unix"

	"mire/engine/packet"
)

const (
	proberInterval = 200 * time.Millisecond // of the asker that speaks ARP and ND itself
	echoInterval   = 250 * time.Millisecond // of the one whose kernel does
)

// askers ask for the addresses of trials until those are over: a prober with
// requests of its own, whatever it is answered, and a Linux stack that sends
// echo requests and so resolves, caches and confirms as Linux does.
type askers struct {
	l            *lab
	prober       int // packet socket
	mac          [6]byte
	ip4, ip6     [16]byte
	echo4, echo6 int // raw sockets of the kernel's stack
}

func newAskers(l *lab, prober, kernel string, proberAddr4, proberAddr6 string) *askers {
	l.t.Helper()
	a := &askers{l: l, mac: l.mac(prober),
		ip4: netip.MustParseAddr(proberAddr4).As16(), ip6: netip.MustParseAddr(proberAddr6).As16()}
	l.inside(prober, func() (err error) {
		a.prober, err = rawSocket("eth0")
		return err
	})
	l.inside(kernel, func() (err error) {
		if a.echo4, err = unix.Socket(unix.AF_INET, unix.SOCK_RAW|unix.SOCK_CLOEXEC, unix.IPPROTO_ICMP); err != nil {
			return err
		}
		a.echo6, err = unix.Socket(unix.AF_INET6, unix.SOCK_RAW|unix.SOCK_CLOEXEC, unix.IPPROTO_ICMPV6)
		return err
	})
	l.t.Cleanup(func() {
		for _, fd := range []int{a.prober, a.echo4, a.echo6} {
			unix.Close(fd)
		}
	})
	return a
}

// ask questions one address until the end, from both askers.
func (a *askers) ask(t netip.Addr, end time.Time, wg *sync.WaitGroup) {
	wg.Add(2)
	go func() { defer wg.Done(); a.repeat(t, proberInterval, end, a.solicit) }()
	go func() { defer wg.Done(); a.repeat(t, echoInterval, end, a.echo) }()
}

func (a *askers) repeat(t netip.Addr, every time.Duration, end time.Time, ask func(netip.Addr)) {
	for time.Now().Before(end) {
		ask(t)
		time.Sleep(every - every/8 + rand.N(every/4))
	}
}

// solicit sends one broadcast ARP request or multicast neighbour solicitation.
func (a *askers) solicit(t netip.Addr) {
	b := make([]byte, 256)
	if t.Is4() {
		packet.PutARPRequest(b, packet.Link{Dst: packet.BroadcastMAC, Src: a.mac}, a.mac, [4]byte(a.ip4[12:]), t.As4())
		b = b[:packet.ARPSize]
	} else {
		l := packet.Link{Src: a.mac, Dst: packet.GroupMAC(packet.SolicitedNode(t.As16()))}
		packet.PutNS(b, l, a.ip6, packet.SolicitedNode(t.As16()), t.As16(), a.mac)
		b = b[:l.NeighborSize()]
	}
	if _, err := unix.Write(a.prober, b); err != nil {
		a.l.t.Errorf("asking for %v: %v", t, err)
	}
}

// echo has the kernel send one echo request. It may refuse while it has given
// up on the address for a moment.
func (a *askers) echo(t netip.Addr) {
	m := []byte{8, 0, 0, 0, 'm', 'i', 0, 1, 1, 2, 3, 4}
	if t.Is4() {
		c := packet.Fold(packet.Sum(0, m))
		m[2], m[3] = byte(c>>8), byte(c)
		unix.Sendto(a.echo4, m, unix.MSG_DONTWAIT, &unix.SockaddrInet4{Addr: t.As4()})
		return
	}
	m[0] = 128 // the kernel fills in the checksum
	unix.Sendto(a.echo6, m, unix.MSG_DONTWAIT, &unix.SockaddrInet6{Addr: t.As16()})
}
