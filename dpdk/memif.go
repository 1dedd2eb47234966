package dpdk

import (
	"errors"
	"os"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// memifSettles is what EAL's interrupt thread gets to finish with a connection
// before a memif port is stopped and after it is removed: the driver frees what
// that thread may still be using, above all when both ends are in one process.
const memifSettles = 20 * time.Millisecond

// sweepMemifSocket removes the socket that a dead memif server left where the
// device string wants to listen: the driver would not come up again after a
// crash. A socket on which somebody listens, and any other file, stays.
func sweepMemifSocket(device string) {
	path, server, abstract := "", false, true
	for i, arg := range strings.Split(device, ",") {
		key, value, _ := strings.Cut(arg, "=")
		switch {
		case i == 0 && !strings.HasPrefix(arg, "net_memif"):
			return
		case key == "role":
			server = value == "server" || value == "master"
		case key == "socket":
			path = value
		case key == "socket-abstract":
			abstract = value != "no"
		}
	}
	if !server || abstract {
		return
	}
	if s, err := os.Lstat(path); err != nil || s.Mode().Type() != os.ModeSocket {
		return
	}
	// To ask a listening EAL by connecting and hanging up can end it: its interrupt
	// thread panics when the connection is gone before it looks. So that is only
	// for listeners in other network namespaces, which the list does not have.
	if listens(path) {
		return
	}
	fd, err := unix.Socket(unix.AF_UNIX, unix.SOCK_SEQPACKET|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return
	}
	defer unix.Close(fd)
	if errors.Is(unix.Connect(fd, &unix.SockaddrUnix{Name: path}), unix.ECONNREFUSED) {
		os.Remove(path)
	}
}

// listens tells whether somebody in this network namespace listens on a socket
// in the file system, as /proc/net/unix has it: number, reference count,
// protocol, flags (__SO_ACCEPTCON), type, state, inode, path.
func listens(path string) bool {
	list, err := os.ReadFile("/proc/net/unix")
	if err != nil {
		return false
	}
	for line := range strings.Lines(string(list)) {
		f := strings.Fields(line)
		if len(f) == 8 && f[7] == path && f[3] == "00010000" {
			return true
		}
	}
	return false
}
