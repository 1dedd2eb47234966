package e2e

import (
	endian "encoding/binary"
	"net"
	"net/netip"
	"sync"
	"time"

	"golang.org/x/sys/unix"
)

// seen is a frame at a port of the bridge, with the kernel's own time.
type seen struct {
	at   time.Time
	leg  string // whose port it passed
	out  bool   // the bridge sent it to that leg; else it came from there
	data []byte
}

// wire hears every frame at every port of a lab's bridge, on its way in and on
// its way out.
type wire struct {
	l     *lab
	fd    int
	ports map[int]string // interface index -> leg
	keep  func(*seen)

	mu   sync.Mutex
	done chan struct{}
}

// listen starts to hear the legs made so far. Every frame is handed to keep, in
// order, on one goroutine and under w.mu; its data is only valid meanwhile.
func (l *lab) listen(keep func(*seen)) *wire {
	l.t.Helper()
	w := &wire{l: l, keep: keep, ports: map[int]string{}, done: make(chan struct{})}
	l.inside("bridge", func() (err error) {
		for leg, port := range l.ports {
			i, err := net.InterfaceByName(port)
			if err != nil {
				return err
			}
			w.ports[i.Index] = leg
		}
		w.fd, err = rawSocket("")
		return err
	})
	unix.SetsockoptInt(w.fd, unix.SOL_SOCKET, unix.SO_RCVBUFFORCE, 64<<20)
	if err := unix.SetsockoptInt(w.fd, unix.SOL_SOCKET, unix.SO_TIMESTAMPNS, 1); err != nil {
		l.t.Fatal(err)
	}
	// A read that times out looks whether the test has ended.
	unix.SetsockoptTimeval(w.fd, unix.SOL_SOCKET, unix.SO_RCVTIMEO, &unix.Timeval{Usec: 100_000})
	stop := make(chan struct{})
	go w.run(stop)
	l.t.Cleanup(func() { close(stop); <-w.done; unix.Close(w.fd) })
	return w
}

func (w *wire) run(stop chan struct{}) {
	defer close(w.done)
	buf, oob := make([]byte, 1<<16), make([]byte, 256)
	for {
		select {
		case <-stop:
			return
		default:
		}
		n, on, _, from, err := unix.Recvmsg(w.fd, buf, oob, 0)
		if err != nil {
			continue
		}
		a, ok := from.(*unix.SockaddrLinklayer)
		if !ok || w.ports[a.Ifindex] == "" {
			continue // the bridge itself
		}
		f := seen{leg: w.ports[a.Ifindex], out: a.Pkttype == unix.PACKET_OUTGOING, data: buf[:n], at: frameTime(oob[:on])}
		w.mu.Lock()
		w.keep(&f)
		w.mu.Unlock()
	}
}

// frameTime is the time at which the kernel saw the frame (SO_TIMESTAMPNS).
func frameTime(oob []byte) time.Time {
	all, _ := unix.ParseSocketControlMessage(oob)
	for _, m := range all {
		if m.Header.Level == unix.SOL_SOCKET && m.Header.Type == unix.SCM_TIMESTAMPNS && len(m.Data) >= 16 {
			return time.Unix(int64(endian.NativeEndian.Uint64(m.Data)), int64(endian.NativeEndian.Uint64(m.Data[8:])))
		}
	}
	return time.Now()
}

// lost is how many frames the kernel could not hand over since the last call.
func (w *wire) lost() uint32 {
	w.l.t.Helper()
	s, err := unix.GetsockoptTpacketStats(w.fd, unix.SOL_PACKET, unix.PACKET_STATISTICS)
	if err != nil {
		w.l.t.Fatal(err)
	}
	return s.Drops
}

// meaning is what a frame says, as far as these tests look at it.
type meaning struct {
	kind     string // arp-request, arp-reply, ns, na, icmp, icmp6, ip, ip6
	src, dst [6]byte
	from, to netip.Addr // ARP sender and target; IP source and destination
	target   netip.Addr // of ND
	mac      [6]byte    // of the ARP sender; of the link-layer option of ND
	typ      uint8      // of ICMP
}

// readFrame takes a frame apart; ok is false for what is neither ARP nor IP.
func readFrame(f []byte) (m meaning, ok bool) {
	if len(f) < 34 {
		return m, false
	}
	copy(m.dst[:], f)
	copy(m.src[:], f[6:])
	p := f[14:]
	switch endian.BigEndian.Uint16(f[12:]) {
	case 0x0806:
		if len(p) < 28 {
			return m, false
		}
		m.kind = "arp-request"
		if p[7] == 2 {
			m.kind = "arp-reply"
		}
		copy(m.mac[:], p[8:])
		m.from, m.to = ipOf(p[14:18]), ipOf(p[24:28])
		return m, true
	case 0x0800:
		m.kind, m.from, m.to = "ip", ipOf(p[12:16]), ipOf(p[16:20])
		if head := int(p[0]&15) * 4; p[9] == 1 && len(p) > head {
			m.kind, m.typ = "icmp", p[head]
		}
		return m, true
	case 0x86dd:
		if len(p) < 40 {
			return m, false
		}
		m.kind, m.from, m.to = "ip6", ipOf(p[8:24]), ipOf(p[24:40])
		next, rest := p[6], p[40:]
		if next == 0 && len(rest) > 8 && rest[1] == 0 { // hop-by-hop: a router alert
			next, rest = rest[0], rest[8:]
		}
		if next == 58 && len(rest) > 0 {
			m.kind, m.typ = "icmp6", rest[0]
			m.readND(rest)
		}
		return m, true
	}
	return m, false
}

// readND reads the target and the link-layer option of a solicitation or an
// advertisement (RFC 4861 sections 4.3 and 4.4).
func (m *meaning) readND(p []byte) {
	if len(p) < 24 || p[0] != 135 && p[0] != 136 {
		return
	}
	m.kind = map[byte]string{135: "ns", 136: "na"}[p[0]]
	m.target = ipOf(p[8:24])
	for o := p[24:]; len(o) >= 8 && o[1] > 0 && int(o[1])*8 <= len(o); o = o[int(o[1])*8:] {
		if o[0] == 1 || o[0] == 2 {
			copy(m.mac[:], o[2:8])
		}
	}
}

func ipOf(b []byte) netip.Addr {
	a, _ := netip.AddrFromSlice(b)
	return a
}
