package e2e

import (
	"context"
	"fmt"
	"net"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

const (
	writersAtOnce  = 32 // connections being opened
	writersBuffer  = 4096
	writersReports = time.Second
)

// crowdReport is one line of a writers process: connections that were opened, that
// could not be, that the kernel has given up since, how many of the others have
// sent two window probes or more without an answer, and how long ago the one that
// waits longest was acknowledged something, in ms.
type crowdReport struct{ opened, failed, lost, doubtful, silent int }

const crowdFormat = "opened %d failed %d lost %d doubtful %d silent %d\n"

// writers opens n connections, from each source in turn to each target, and
// writes into all of them without end. It says every second how they are, and
// ends when it is killed.
func writers(n int, sources, targets []string) error {
	limit := uint64(n + 1024)
	if err := unix.Setrlimit(unix.RLIMIT_NOFILE, &unix.Rlimit{Cur: limit, Max: limit}); err != nil {
		return fmt.Errorf("room for %d sockets: %w", n, err)
	}
	if err := capture(targets); err != nil {
		return err
	}
	var opened, failed, lost atomic.Int64
	conns := make([]atomic.Pointer[net.TCPConn], n)
	go func() {
		places := make(chan struct{}, writersAtOnce)
		for i := range n {
			places <- struct{}{}
			go func() {
				c, err := writer(sources[i%len(sources)], targets[i/len(sources)%len(targets)])
				<-places
				if err != nil {
					fmt.Println("failed:", err)
					failed.Add(1)
					return
				}
				opened.Add(1)
				conns[i].Store(c)
				fill(c)
				conns[i].Store(nil)
				lost.Add(1)
			}()
		}
	}()
	for {
		time.Sleep(writersReports)
		r := crowdReport{opened: int(opened.Load()), failed: int(failed.Load())}
		for i := range conns {
			info := infoOf(conns[i].Load())
			if info == nil {
				continue
			}
			if info.Probes > 1 {
				r.doubtful++
			}
			r.silent = max(r.silent, int(info.Last_ack_recv))
		}
		r.lost = int(lost.Load())
		fmt.Printf(crowdFormat, r.opened, r.failed, r.lost, r.doubtful, r.silent)
	}
}

// capture asks for each target once: a client whose SYN had to wait for the proof
// takes that for a slow path and is more patient with it.
func capture(targets []string) error {
	var wg sync.WaitGroup
	errs := make(chan error, len(targets))
	for _, a := range targets {
		wg.Go(func() {
			c, err := writer("", a)
			if err != nil {
				errs <- err
				return
			}
			c.SetLinger(0)
			c.Close()
		})
	}
	wg.Wait()
	close(errs)
	return <-errs
}

// writer is a connection with the least buffer that the kernel grants.
func writer(source, target string) (*net.TCPConn, error) {
	d := net.Dialer{Timeout: 30 * time.Second, KeepAlive: -1}
	if source != "" {
		d.LocalAddr = &net.TCPAddr{IP: net.ParseIP(source)}
	}
	d.Control = func(_, _ string, c syscall.RawConn) error {
		return c.Control(func(fd uintptr) {
			unix.SetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_SNDBUF, writersBuffer)
			unix.SetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_RCVBUF, writersBuffer)
			unix.SetsockoptInt(int(fd), unix.IPPROTO_IP, unix.IP_BIND_ADDRESS_NO_PORT, 1)
		})
	}
	c, err := d.DialContext(context.Background(), "tcp", net.JoinHostPort(target, "80"))
	if err != nil {
		return nil, err
	}
	return c.(*net.TCPConn), nil
}

// fill writes until the kernel gives the connection up.
func fill(c *net.TCPConn) {
	block := make([]byte, 16384)
	for {
		if _, err := c.Write(block); err != nil {
			c.Close()
			return
		}
	}
}

// infoOf is what the kernel knows of a connection, nil when it is closed.
func infoOf(c *net.TCPConn) (info *unix.TCPInfo) {
	if c == nil {
		return nil
	}
	raw, err := c.SyscallConn()
	if err != nil {
		return nil
	}
	raw.Control(func(fd uintptr) {
		if i, err := unix.GetsockoptTCPInfo(int(fd), unix.IPPROTO_TCP, unix.TCP_INFO); err == nil {
			info = i
		}
	})
	return info
}
