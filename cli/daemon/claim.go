package daemon

import (
	"errors"
	"fmt"
	"net"

	"golang.org/x/sys/unix"

	"mire/engine/control"
)

// claim reserves a kernel interface for this process, so that two nodes do not
// answer on one: an abstract socket of its name, which belongs to the network
// namespace as the interface does, and which the kernel lets go of however the
// process ends.
func claim(iface string) (*net.UnixListener, error) {
	at := &net.UnixAddr{Name: "@mire/" + iface, Net: "unix"}
	l, err := net.ListenUnix("unix", at)
	if err == nil || !errors.Is(err, unix.EADDRINUSE) {
		return l, err
	}
	pid := 0
	if c, err := net.DialUnix("unix", nil, at); err == nil {
		pid = control.PeerPID(c)
		c.Close()
	}
	return nil, fmt.Errorf("interface %s is served by another mire, pid %d: stop it first, or use another interface", iface, pid)
}
