package bench

import (
	"fmt"
	"os"
	"strconv"

	"golang.org/x/sys/unix"
)

// openPTY makes a terminal: what is written to ours is typed at the other end.
// testpmd flushes what it prints at each line only when it prints to one.
func openPTY() (ours, theirs *os.File, err error) {
	ours, err = os.OpenFile("/dev/ptmx", os.O_RDWR|unix.O_NOCTTY|unix.O_CLOEXEC, 0)
	if err != nil {
		return nil, nil, err
	}
	defer func() {
		if err != nil {
			ours.Close()
			ours = nil
		}
	}()
	raw, err := ours.SyscallConn()
	if err != nil {
		return ours, nil, err
	}
	var n int
	var fail error
	if err := raw.Control(func(fd uintptr) {
		if fail = unix.IoctlSetPointerInt(int(fd), unix.TIOCSPTLCK, 0); fail == nil {
			n, fail = unix.IoctlGetInt(int(fd), unix.TIOCGPTN)
		}
	}); err != nil {
		return ours, nil, err
	}
	if fail != nil {
		return ours, nil, fmt.Errorf("unlock a pseudo terminal: %w", fail)
	}
	theirs, err = os.OpenFile("/dev/pts/"+strconv.Itoa(n), os.O_RDWR|unix.O_NOCTTY|unix.O_CLOEXEC, 0)
	return ours, theirs, err
}
