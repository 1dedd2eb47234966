package ha

import (
	"encoding/binary"
	"fmt"
	"net/netip"
	"os"
	"runtime"
	"slices"
	"sync"
	"time"

	"golang.org/x/sys/unix"
)

// client asks an address for an echo every millisecond, from a namespace of its
// own and through its kernel: with that one's neighbour table, as any host does.
type client struct {
	fd   int
	id   uint16
	end  chan struct{}
	done sync.WaitGroup

	mu     sync.Mutex
	probes []probe
	first  uint64 // number of probes[0]
}

const probeEvery = time.Millisecond

// echo header and the number of the probe (RFC 792).
const echoLen = 16

// newClient starts to probe from a leg of a segment.
func newClient(s *segment, leg string, target netip.Addr) (*client, error) {
	c := &client{id: uint16(os.Getpid()), end: make(chan struct{})}
	err := s.inside(leg, func() (err error) {
		c.fd, err = unix.Socket(unix.AF_INET, unix.SOCK_RAW|unix.SOCK_CLOEXEC, unix.IPPROTO_ICMP)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("raw socket of the client: %w", err)
	}
	// Connected: it hears that address only.
	if err := unix.Connect(c.fd, &unix.SockaddrInet4{Addr: target.As4()}); err != nil {
		unix.Close(c.fd)
		return nil, fmt.Errorf("connect the client's socket to %v: %w", target, err)
	}
	if err := listening(c.fd); err != nil {
		unix.Close(c.fd)
		return nil, fmt.Errorf("socket of the client: %w", err)
	}
	c.done.Add(2)
	go func() { defer c.done.Done(); receive(c.fd, c.end, c.hear) }()
	go func() { defer c.done.Done(); c.send() }()
	return c, nil
}

func (c *client) close() {
	close(c.end)
	c.done.Wait()
	unix.Close(c.fd)
}

// send keeps the beat by the clock, ahead of ordinary threads where it may. What
// it missed without a CPU is left out.
func (c *client) send() {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	if schedule(unix.SCHED_FIFO, 1) == nil {
		defer func() { _ = schedule(unix.SCHED_NORMAL, 0) }()
	}
	var packet [echoLen]byte
	packet[0] = 8 // echo request
	binary.BigEndian.PutUint16(packet[4:], c.id)
	for next := time.Now(); ; {
		select {
		case <-c.end:
			return
		default:
		}
		c.mu.Lock()
		n := c.first + uint64(len(c.probes))
		c.probes = append(c.probes, probe{sent: time.Now().UnixNano()})
		c.mu.Unlock()
		binary.BigEndian.PutUint16(packet[6:], uint16(n))
		binary.BigEndian.PutUint64(packet[8:], n)
		packet[2], packet[3] = 0, 0
		binary.BigEndian.PutUint16(packet[2:], checksum(packet[:]))
		_, _ = unix.Write(c.fd, packet[:]) // without a neighbour it fails, and is a lost probe
		if next = next.Add(probeEvery); time.Since(next) > 0 {
			next = time.Now().Truncate(0).Add(probeEvery)
		}
		ts := unix.NsecToTimespec(int64(max(0, time.Until(next))))
		_ = unix.Nanosleep(&ts, nil)
	}
}

// schedule sets the policy of the calling thread (sched(7)).
func schedule(policy, priority uint32) error {
	return unix.SchedSetAttr(0, &unix.SchedAttr{Size: unix.SizeofSchedAttr, Policy: policy, Priority: priority}, 0)
}

// hear takes an IPv4 packet.
func (c *client) hear(p []byte, at int64) {
	if len(p) < 20 || len(p) < int(p[0]&15)*4+echoLen {
		return
	}
	p = p[int(p[0]&15)*4:]
	if p[0] != 0 || binary.BigEndian.Uint16(p[4:]) != c.id {
		return
	}
	n := binary.BigEndian.Uint64(p[8:])
	c.mu.Lock()
	if i := n - c.first; i < uint64(len(c.probes)) && c.probes[i].answered == 0 {
		c.probes[i].answered = at
	}
	c.mu.Unlock()
}

// forget drops all probes that were sent.
func (c *client) forget() {
	c.mu.Lock()
	c.first += uint64(len(c.probes))
	c.probes = c.probes[:0]
	c.mu.Unlock()
}

// snapshot copies the probes since forget.
func (c *client) snapshot() []probe {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.probes)
}

// served counts the answers to probes sent at or behind a time, and how many of
// the newest probes, without the last few that are under way, have one in a row.
func (c *client) served(since int64) (answers, row int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	const underWay = 5
	broken := false
	for i := len(c.probes) - 1; i >= 0 && c.probes[i].sent >= since; i-- {
		ok := c.probes[i].answered != 0
		if ok {
			answers++
		}
		if broken = broken || !ok && i < len(c.probes)-underWay; ok && !broken {
			row++
		}
	}
	return answers, row
}

// checksum is the Internet checksum of an even number of bytes (RFC 1071).
func checksum(p []byte) uint16 {
	var sum uint32
	for i := 0; i < len(p); i += 2 {
		sum += uint32(binary.BigEndian.Uint16(p[i:]))
	}
	for sum > 0xffff {
		sum = sum&0xffff + sum>>16
	}
	return ^uint16(sum)
}
