package e2e

import (
	"context"
	"fmt"
	"io"
	"net"
	"os"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// peerVariable makes this test binary a network client instead: it is executed
// again inside of a namespace, with the client's words in the variable.
const peerVariable = "MIRE_E2E_PEER"

// peer is the command line of a client, for lab.start and lab.run.
//
//	tcp LOCAL REMOTE FIRST TOTAL   connects, writes FIRST bytes alone and then up
//	                               to TOTAL, and stays until the kernel gives up
//	udp LOCAL REMOTE               sends one datagram
//	flood REMOTE COUNT             sends COUNT datagrams as fast as it can
//	writers N BYTES SOURCES TARGETS holds N connections to port 80, see writers_test.go
//
// LOCAL is an address with a port, or `any`.
func peer(words string) []string {
	self, err := os.Executable()
	if err != nil {
		panic(err)
	}
	return []string{"env", peerVariable + "=" + words, self}
}

// connected waits until a TCP client says so. Only the client's own end is an
// end: how long a kernel tries is its affair.
func connected(t *testing.T, p *process) {
	t.Helper()
	eventually(t, time.Minute, "an end of the attempt to connect: "+p.String(), func() bool {
		return !p.running() || strings.HasPrefix(p.out.String(), "connected")
	})
	if !strings.HasPrefix(p.out.String(), "connected") {
		t.Fatalf("%s: %s", p, p.out.String())
	}
}

func peerMain(words []string) int {
	if err := runPeer(words); err != nil {
		fmt.Println("error:", err)
		return 1
	}
	return 0
}

func runPeer(words []string) error {
	switch {
	case len(words) == 5 && words[0] == "tcp":
		first, err := strconv.Atoi(words[3])
		if err != nil {
			return err
		}
		total, err := strconv.Atoi(words[4])
		if err != nil {
			return err
		}
		return tcpClient(words[1], words[2], first, total)
	case len(words) == 3 && words[0] == "udp":
		return udpClient(words[1], words[2], 1)
	case len(words) == 5 && words[0] == "writers":
		n, err := strconv.Atoi(words[1])
		if err != nil {
			return err
		}
		bytes, err := strconv.Atoi(words[2])
		if err != nil {
			return err
		}
		return writers(n, bytes, strings.Split(words[3], ","), strings.Split(words[4], ","))
	case len(words) == 3 && words[0] == "flood":
		n, err := strconv.Atoi(words[2])
		if err != nil {
			return err
		}
		return udpClient("any", words[1], n)
	}
	return fmt.Errorf("no client %q", words)
}

// dial binds to local, also to a port that an earlier connection has used.
func dial(network, local, remote string) (net.Conn, error) {
	d := net.Dialer{Timeout: 30 * time.Second, KeepAlive: -1}
	if local != "any" {
		var err error
		if network == "tcp" {
			d.LocalAddr, err = net.ResolveTCPAddr(network, local)
		} else {
			d.LocalAddr, err = net.ResolveUDPAddr(network, local)
		}
		if err != nil {
			return nil, err
		}
	}
	d.Control = func(_, _ string, c syscall.RawConn) error {
		return c.Control(func(fd uintptr) {
			syscall.SetsockoptInt(int(fd), syscall.SOL_SOCKET, syscall.SO_REUSEADDR, 1)
		})
	}
	return d.DialContext(context.Background(), network, remote)
}

// tcpClient prints a line for each thing that happens: connected, written, gone.
func tcpClient(local, remote string, first, total int) error {
	began := time.Now()
	since := func() string { return fmt.Sprintf("%.1f s", time.Since(began).Seconds()) }
	c, err := dial("tcp", local, remote)
	if err != nil {
		return fmt.Errorf("no connection, failed after %s: %w", since(), err)
	}
	defer c.Close()
	fmt.Println("connected after", since())
	began = time.Now()
	if first > 0 {
		if _, err := c.Write(make([]byte, first)); err != nil {
			fmt.Println("gone after", since(), err)
			return nil
		}
		time.Sleep(300 * time.Millisecond) // so that it travels alone
	}
	if _, err := c.Write(make([]byte, total-first)); err != nil {
		fmt.Println("gone after", since(), err)
		return nil
	}
	fmt.Println("written after", since())
	_, err = io.Copy(io.Discard, c)
	fmt.Println("gone after", since(), err)
	return nil
}

func udpClient(local, remote string, n int) error {
	c, err := dial("udp", local, remote)
	if err != nil {
		return err
	}
	defer c.Close()
	for range n {
		// A full queue of the sender's own kernel is not the peer's fault.
		if _, err := c.Write([]byte("mire")); err != nil && n == 1 {
			return err
		}
	}
	return nil
}
