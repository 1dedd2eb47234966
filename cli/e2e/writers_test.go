package e2e

import (
	"context"
	"fmt"
	"io"
	"net"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

const (
	writersAtOnce  = 32                   // connections being opened
	writersPace    = 2 * time.Millisecond // between two of them
	writersReports = time.Second
)

// crowdReport is one line of a writers process: connections that were opened, that
// could not be, that the kernel has given up since; of the others those that
// have sent two window probes or more without an answer and those with nothing
// to say, which no timer will end; and how long ago the one that waits longest was
// acknowledged something, in ms.
type crowdReport struct{ opened, failed, lost, doubtful, idle, silent int }

const crowdFormat = "opened %d failed %d lost %d doubtful %d idle %d silent %d\n"

// writers opens n connections, from each source in turn to each target, and
// writes a number of bytes into each. It says every second how they are, and ends
// when it is killed.
//
// The bytes must be more than the other end takes, but what it does not take is
// kernel memory of the whole machine (tcp_mem), times n.
func writers(n, bytes int, sources, targets []string) error {
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
		pace := time.NewTicker(writersPace)
		for i := range n {
			<-pace.C
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
				waitOut(c, bytes)
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
			if info.Notsent_bytes == 0 && info.Unacked == 0 {
				r.idle++
			}
			r.silent = max(r.silent, int(info.Last_ack_recv))
		}
		r.lost = int(lost.Load())
		fmt.Printf(crowdFormat, r.opened, r.failed, r.lost, r.doubtful, r.idle, r.silent)
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
			c.Close()
		})
	}
	wg.Wait()
	close(errs)
	return <-errs
}

// writer is a connection that ends with a RST, also when its process is killed.
func writer(source, target string) (*net.TCPConn, error) {
	d := net.Dialer{Timeout: 30 * time.Second, KeepAlive: -1}
	if source != "" {
		d.LocalAddr = &net.TCPAddr{IP: net.ParseIP(source)}
	}
	d.Control = func(_, _ string, c syscall.RawConn) error {
		return c.Control(func(fd uintptr) {
			unix.SetsockoptLinger(int(fd), unix.SOL_SOCKET, unix.SO_LINGER, &unix.Linger{Onoff: 1})
			unix.SetsockoptInt(int(fd), unix.IPPROTO_IP, unix.IP_BIND_ADDRESS_NO_PORT, 1)
		})
	}
	c, err := d.DialContext(context.Background(), "tcp", net.JoinHostPort(target, "80"))
	if err != nil {
		return nil, err
	}
	return c.(*net.TCPConn), nil
}

// waitOut writes n bytes and waits until the kernel gives the connection up.
func waitOut(c *net.TCPConn, n int) {
	if _, err := c.Write(make([]byte, n)); err == nil {
		io.Copy(io.Discard, c)
	}
	c.Close()
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
