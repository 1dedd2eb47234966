package ha

import (
	"encoding/binary"
	"time"

	"golang.org/x/sys/unix"
)

// listening asks the kernel to stamp what a socket receives, and lets a read
// end after a moment, so that its reader sees that it has to end.
func listening(fd int) error {
	if err := unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_TIMESTAMPNS, 1); err != nil {
		return err
	}
	_ = unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_RCVBUFFORCE, 8<<20) // a smaller one holds a second too
	return unix.SetsockoptTimeval(fd, unix.SOL_SOCKET, unix.SO_RCVTIMEO, &unix.Timeval{Usec: 50_000})
}

// stamp is when the kernel received what a control message belongs to, Unix
// nanoseconds (SO_TIMESTAMPNS, socket(7)).
func stamp(oob []byte) int64 {
	all, _ := unix.ParseSocketControlMessage(oob) // none: now is as good
	for _, m := range all {
		if m.Header.Level == unix.SOL_SOCKET && m.Header.Type == unix.SCM_TIMESTAMPNS && len(m.Data) >= 16 {
			return int64(binary.NativeEndian.Uint64(m.Data))*int64(time.Second) + int64(binary.NativeEndian.Uint64(m.Data[8:]))
		}
	}
	return time.Now().UnixNano()
}

// receive hands everything that arrives at a socket to f, until end is closed.
func receive(fd int, end <-chan struct{}, f func(data []byte, at int64)) {
	buf, oob := make([]byte, 2048), make([]byte, 128)
	for {
		select {
		case <-end:
			return
		default:
		}
		n, on, _, _, err := unix.Recvmsg(fd, buf, oob, 0)
		if err == nil {
			f(buf[:n], stamp(oob[:on]))
		}
	}
}
