package event

import (
	"errors"
	"fmt"
	"net"
	"syscall"

	"golang.org/x/sys/unix"
)

// syslogConn is a connection to a local syslog socket, datagram or stream. On a
// stream a line ends with a newline.
type syslogConn struct {
	conn   *net.UnixConn
	raw    syscall.RawConn
	stream bool
}

// dialSyslog never waits: connecting a Unix socket succeeds or fails at once.
func dialSyslog(path string) (*syslogConn, error) {
	c := &syslogConn{}
	var err error
	c.conn, err = net.DialUnix("unixgram", nil, &net.UnixAddr{Name: path, Net: "unixgram"})
	if errors.Is(err, unix.EPROTOTYPE) {
		c.stream = true
		c.conn, err = net.DialUnix("unix", nil, &net.UnixAddr{Name: path, Net: "unix"})
	}
	if err != nil {
		return nil, fmt.Errorf("syslog socket %s: %w; is a syslog daemon running? (`set syslog off` to do without)", path, err)
	}
	if c.raw, err = c.conn.SyscallConn(); err != nil {
		c.conn.Close()
		return nil, fmt.Errorf("syslog socket %s: %w", path, err)
	}
	return c, nil
}

// send offers one line without waiting. taken is false when the daemon lives
// but does not read; an error says that the connection is of no more use.
func (c *syslogConn) send(line []byte) (taken bool, err error) {
	if c.stream {
		line = append(line, '\n')
	}
	var n int
	outer := c.raw.Write(func(fd uintptr) bool {
		n, err = unix.SendmsgN(int(fd), line, nil, nil, unix.MSG_DONTWAIT|unix.MSG_NOSIGNAL)
		return true
	})
	if outer != nil {
		err = outer
	}
	switch {
	case errors.Is(err, unix.EAGAIN), errors.Is(err, unix.ENOBUFS), errors.Is(err, unix.EMSGSIZE), errors.Is(err, unix.EINTR):
		return false, nil
	case err != nil:
		return false, fmt.Errorf("syslog: %w", err)
	case n < len(line):
		// Linux takes a line of this size whole or not at all; if not, a new
		// connection keeps lines apart.
		return false, fmt.Errorf("syslog: took %d of %d bytes of a line", n, len(line))
	}
	return true, nil
}

func (c *syslogConn) close() { c.conn.Close() }
