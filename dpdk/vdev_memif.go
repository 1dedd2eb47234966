package dpdk

import (
	"fmt"
	"math/bits"
)

// Memif is a port whose far end is a memif port of another process on this
// machine, or of this one: a server and a client that name the same socket and
// the same ID, started in any order. Neither transmits before Port.Link says
// that it is up; when one end ends the other waits for its return.
type Memif struct {
	// Socket is the path of the Unix socket, at most 107 bytes; its folder must
	// exist. With Abstract it is a name outside the file system, known in this
	// network namespace only.
	Socket   string
	Abstract bool
	// Server listens; several servers may share a socket under different IDs.
	Server bool
	ID     int
	// RingSize is the number of descriptors of each ring, a power of two up to
	// 16,384; 0 means 1024. The client's value counts for both.
	RingSize int
	// BufferSize is the bytes of one buffer, 0 means 2048; longer frames are
	// spread over several.
	BufferSize int
	// ZeroCopy, of a client, gives the server its mbufs instead of copies. All
	// their memory must be in one file (--single-file-segments).
	ZeroCopy bool
	// Secret must be the same at both ends, at most 24 bytes.
	Secret string
}

// Vdev is the device string, under a name that begins with net_memif.
func (m Memif) Vdev(name string) string {
	word := func(yes bool, is, isNot string) string {
		if yes {
			return is
		}
		return isNot
	}
	s := fmt.Sprintf("%s,role=%s,id=%d,socket=%s,socket-abstract=%s,rsize=%d,bsize=%d", name,
		word(m.Server, "server", "client"), m.ID, m.Socket, word(m.Abstract, "yes", "no"),
		bits.Len(uint(orDefault(m.RingSize, 1024))-1), orDefault(m.BufferSize, 2048))
	if m.ZeroCopy {
		s += ",zero-copy=yes"
	}
	if m.Secret != "" {
		s += ",secret=" + m.Secret
	}
	return s
}
