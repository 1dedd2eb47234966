package control

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// socketMode lets the owner and the group in.
const socketMode = 0o660

// maxPath is what fits into a sockaddr_un with its final 0 (unix(7)).
const maxPath = 107

// Running is the error of a start beside a living mire.
type Running struct {
	PID  int // 0 when it could not be learnt
	Path string
}

// Error implements error.
func (r *Running) Error() string {
	if r.PID == 0 {
		return fmt.Sprintf("mire is already running (socket %s); stop it with `mire stop`", r.Path)
	}
	return fmt.Sprintf("mire is already running as pid %d (socket %s); stop it with `mire stop`", r.PID, r.Path)
}

// listen opens the socket at path. A socket on which nobody listens any more is
// replaced; one on which somebody does gives *Running. The lock beside it,
// path + ".lock", is held while we live and keeps two starts at the same time
// apart; the kernel lets go of it however a process ends, so that the file may stay.
func listen(path string) (*net.UnixListener, *os.File, error) {
	if len(path) > maxPath {
		return nil, nil, fmt.Errorf("control socket %s: the path is %d bytes long, at most %d are possible; name a shorter one with --socket", path, len(path), maxPath)
	}
	lock, err := os.OpenFile(path+".lock", os.O_CREATE|os.O_RDWR|syscall.O_CLOEXEC, 0o600)
	if err != nil {
		next := "make its directory, or name another with --socket"
		if errors.Is(err, fs.ErrPermission) {
			next = "run this as root, or name another with --socket"
		}
		return nil, nil, fmt.Errorf("control socket: %w; %s", err, next)
	}
	if err := unix.Flock(int(lock.Fd()), unix.LOCK_EX|unix.LOCK_NB); err != nil {
		lock.Close()
		pid, _ := ownerOf(path)
		return nil, nil, &Running{pid, path}
	}
	l, err := replace(path)
	if err != nil {
		lock.Close()
		return nil, nil, err
	}
	return l, lock, nil
}

func replace(path string) (*net.UnixListener, error) {
	if st, err := os.Lstat(path); err == nil {
		if st.Mode()&fs.ModeSocket == 0 {
			return nil, fmt.Errorf("control socket %s: there is a file of another kind; remove it, or name another with --socket", path)
		}
		pid, err := ownerOf(path)
		switch {
		case err == nil:
			return nil, &Running{pid, path}
		case !errors.Is(err, unix.ECONNREFUSED):
			return nil, fmt.Errorf("control socket %s is there and cannot be asked: %w", path, err)
		}
		if err := os.Remove(path); err != nil {
			return nil, fmt.Errorf("control socket: remove what a dead process left: %w", err)
		}
	}
	// The mode is set before the name exists: nobody slips in between.
	var modeErr error
	cfg := net.ListenConfig{Control: func(_, _ string, c syscall.RawConn) error {
		err := c.Control(func(fd uintptr) { modeErr = unix.Fchmod(int(fd), socketMode) })
		return errors.Join(err, modeErr)
	}}
	l, err := cfg.Listen(context.Background(), "unix", path)
	if err != nil {
		return nil, fmt.Errorf("control socket: %w", err)
	}
	if err := os.Chmod(path, socketMode); err != nil { // the umask took bits away
		l.Close()
		return nil, fmt.Errorf("control socket: %w", err)
	}
	return l.(*net.UnixListener), nil
}

// ownerOf connects to path and returns the process that listens there.
func ownerOf(path string) (pid int, err error) {
	c, err := net.DialTimeout("unix", path, time.Second)
	if err != nil {
		return 0, err
	}
	defer c.Close()
	return PeerPID(c.(*net.UnixConn)), nil
}

// PeerPID is the process at the other end of a Unix socket (SO_PEERCRED): for a
// client, the one that listens. 0 when the kernel does not say, as across PID
// namespaces.
func PeerPID(c *net.UnixConn) int {
	raw, err := c.SyscallConn()
	if err != nil {
		return 0
	}
	pid := 0
	_ = raw.Control(func(fd uintptr) {
		if cred, err := unix.GetsockoptUcred(int(fd), unix.SOL_SOCKET, unix.SO_PEERCRED); err == nil {
			pid = int(cred.Pid)
		}
	})
	return pid
}
