package daemon

import (
	"bufio"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"
)

const (
	// claimTries is how often two that start at once step back before one of
	// them gives up, claimPause the longest pause in between.
	claimTries = 8
	claimPause = 100 * time.Millisecond
	// claimPatience is how long in all sockets whose queue is full are asked again.
	claimPatience = time.Second
)

// target is the interface of a claim, an abstract name @mire/NAME/INDEX/RANDOM:
// who has the same name or the same index serves the same interface, which may
// have been renamed or made anew meanwhile, or be called by another of its names.
type target struct {
	iface string
	index int // 0: there is no such interface
}

func targetOf(iface string) target {
	t := target{iface: iface}
	if l, err := netlink.LinkByName(iface); err == nil {
		t.index = l.Attrs().Index
	}
	return t
}

// name is a new one for a claim of ours.
func (t target) name() string { return fmt.Sprintf("@mire/%s/%d/%s", t.iface, t.index, rand.Text()) }

// isMeant tells whether the name of a socket is that of a claim; @mire/NAME is one
// of older versions.
func (t target) isMeant(name string) bool {
	name, ok := strings.CutPrefix(name, "@mire/")
	f := strings.Split(name, "/")
	return ok && (f[0] == t.iface || len(f) > 1 && t.index != 0 && f[1] == strconv.Itoa(t.index))
}

// claim reserves a kernel interface for this process, so that two nodes do not
// answer on one. A claim is an abstract socket, which belongs to the network
// namespace as the interface does, whatever files a process can see, and which
// the kernel lets go of however the process ends.
//
// Abstract names have no owner: any user may bind any of them. So nobody's name
// is waited for, each process takes one of its own below the interface's, and a
// name of another counts only when one stands behind it who could serve the
// interface (holder.trusted). Who claims first shows itself and then looks for
// others: of two that start at once at least one sees the other.
func claim(iface string) (*net.UnixListener, error) {
	t, end := targetOf(iface), time.Now().Add(claimPatience)
	for try := range claimTries {
		other, err := t.claimant("", end)
		if err != nil {
			return nil, err
		}
		if other != nil {
			return nil, other.refusal(iface)
		}
		own := t.name()
		l, err := net.ListenUnix("unix", &net.UnixAddr{Name: own, Net: "unix"})
		if err != nil {
			return nil, fmt.Errorf("cannot claim interface %s: %w", iface, err)
		}
		go greet(l)
		// Twice: the kernel's list can skip one while others come and go.
		for range 2 {
			if other, err = t.claimant(own, end); err != nil || other != nil {
				break
			}
		}
		if err == nil && other == nil {
			return l, nil
		}
		l.Close()
		if err != nil || try == claimTries-1 {
			return nil, errors.Join(err, other.refusal(iface))
		}
		var b [1]byte
		rand.Read(b[:])
		time.Sleep(claimPause * time.Duration(b[0]) / 255)
	}
	return nil, nil // not reached
}

// greet lets everybody who asks see who holds a claim, until it ends.
func greet(l *net.UnixListener) {
	for {
		c, err := l.Accept()
		switch {
		case errors.Is(err, net.ErrClosed):
			return
		case err != nil:
			time.Sleep(time.Millisecond) // no descriptor left
		default:
			c.Close()
		}
	}
}

// holder is the process behind a claim, as SO_PEERCRED names it.
type holder struct {
	pid int // 0 in another PID namespace
	uid uint32
}

func (h *holder) refusal(iface string) error {
	if h == nil {
		return nil
	}
	return fmt.Errorf("interface %s is served by another mire, pid %d: stop it first, or use another interface", iface, h.pid)
}

// trusted tells whether a holder may keep others from an interface: it is root,
// our own user, or one of those who have a packet socket open there, which takes
// CAP_NET_RAW.
func (h *holder) trusted(t target) bool {
	return h.uid == 0 || int(h.uid) == os.Geteuid() || hasPacketSocket(t.index, h.uid)
}

// claimant looks for somebody who serves an interface in our network namespace,
// under any name but our own; nil when there is none.
func (t target) claimant(own string, end time.Time) (*holder, error) {
	names, err := t.claims()
	if err != nil {
		return nil, fmt.Errorf("cannot see whether another mire serves interface %s: %w", t.iface, err)
	}
	for _, name := range names {
		if name == own {
			continue
		}
		if h := ask(name, end); h != nil && h.trusted(t) {
			return h, nil
		}
	}
	return nil, nil
}

// claims lists the abstract sockets that look like claims of an interface.
func (t target) claims() (names []string, err error) {
	err = scanTable("/proc/net/unix", 8, func(f []string) {
		// Num RefCount Protocol Flags Type St Inode Path
		if t.isMeant(f[7]) {
			names = append(names, f[7])
		}
	})
	return names, err
}

// ask connects to see who listens. A queue that is full is tried until end: a
// mire empties its own.
func ask(name string, end time.Time) *holder {
	for {
		c, err := net.DialUnix("unix", nil, &net.UnixAddr{Name: name, Net: "unix"})
		if err == nil {
			defer c.Close()
			return peer(c)
		}
		if !errors.Is(err, unix.EAGAIN) || time.Now().After(end) {
			return nil
		}
		time.Sleep(time.Millisecond)
	}
}

func peer(c *net.UnixConn) *holder {
	raw, err := c.SyscallConn()
	if err != nil {
		return nil
	}
	var h *holder
	_ = raw.Control(func(fd uintptr) {
		if u, err := unix.GetsockoptUcred(int(fd), unix.SOL_SOCKET, unix.SO_PEERCRED); err == nil {
			h = &holder{int(u.Pid), u.Uid}
		}
	})
	return h
}

// hasPacketSocket tells whether a user has a packet socket on an interface; one on
// all of them has the index 0.
func hasPacketSocket(index int, uid uint32) (has bool) {
	if index == 0 {
		return false
	}
	// sk RefCnt Type Proto Iface R Rmem User Inode
	_ = scanTable("/proc/net/packet", 9, func(f []string) {
		has = has || f[4] == strconv.Itoa(index) && f[7] == strconv.FormatUint(uint64(uid), 10)
	})
	return has
}

// scanTable calls each for the lines of a table of the kernel that have so many
// fields; the last one may hold blanks.
func scanTable(path string, fields int, each func([]string)) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	for r := bufio.NewReader(f); ; {
		line, err := r.ReadString('\n')
		if words := strings.Fields(line); len(words) >= fields {
			each(append(words[:fields-1:fields-1], strings.Join(words[fields-1:], " ")))
		}
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
	}
}
