package event

import (
	"errors"
	"os"
	"sync/atomic"

	"golang.org/x/sys/unix"
)

// patience is how long one line waits for a reader that has stopped.
const patience = 100 // milliseconds

// Impatient writes to a terminal, pipe or file, and never waits long: while
// nobody reads on the other side, lines are left out and counted. It is for
// what the control plane has to say: a stuck log must not stop commands. One
// goroutine at a time writes; Unwritten is safe from any.
type Impatient struct {
	f         *os.File
	stuck     bool
	unwritten atomic.Uint64
}

// NewImpatient wraps f.
func NewImpatient(f *os.File) *Impatient { return &Impatient{f: f} }

// Unwritten is how many lines were left out so far.
func (w *Impatient) Unwritten() uint64 { return w.unwritten.Load() }

// Write writes one line whole, or counts it. Once a line has waited in vain the
// next ones do not wait, until there is room again.
func (w *Impatient) Write(line []byte) (n int, err error) {
	raw, err := w.f.SyscallConn()
	if err != nil {
		return 0, err
	}
	// Past os.File, whose lock is held by others who write to the same file and wait.
	outer := raw.Control(func(fd uintptr) { n, err = w.write(int(fd), line) })
	return n, errors.Join(outer, err)
}

func (w *Impatient) write(fd int, line []byte) (int, error) {
	wait := patience
	if w.stuck {
		wait = 0
	}
	if w.stuck = !writable(fd, wait); w.stuck {
		w.unwritten.Add(1)
		return len(line), nil
	}
	for done := 0; ; {
		n, err := unix.Write(fd, line[done:])
		if done += max(n, 0); err == unix.EINTR {
			continue
		}
		if done == len(line) || err != nil {
			return done, err
		}
	}
}

// writable tells whether fd takes a line now, or within ms milliseconds. A pipe
// says so when it has room for a page. What cannot be asked is tried.
func writable(fd, ms int) bool {
	p := []unix.PollFd{{Fd: int32(fd), Events: unix.POLLOUT}}
	for {
		n, err := unix.Poll(p, ms)
		if err != unix.EINTR {
			return err != nil || n > 0
		}
	}
}
