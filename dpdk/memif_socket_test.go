package dpdk

import (
	"net"
	"os"
	"path/filepath"
	"testing"
)

// The socket of a dead server goes, that of a living one stays and is not even
// connected to.
func TestOnlyTheSocketOfADeadServerIsRemoved(t *testing.T) {
	path := filepath.Join(t.TempDir(), "memif.sock")
	device := Memif{Socket: path, Server: true}.Vdev("net_memif0")
	l, err := net.ListenUnix("unixpacket", &net.UnixAddr{Name: path, Net: "unixpacket"})
	if err != nil {
		t.Fatal(err)
	}
	l.SetUnlinkOnClose(false)
	if !listens(path) || listens(path+"x") {
		t.Errorf("listens: %v on the path, %v on another", listens(path), listens(path+"x"))
	}
	called := make(chan bool, 1)
	go func() {
		c, err := l.Accept()
		if err == nil {
			c.Close()
		}
		called <- err == nil
	}()
	sweepMemifSocket(device)
	if _, err := os.Stat(path); err != nil {
		t.Error("the socket of a living server is gone")
	}
	l.Close()
	if <-called {
		t.Error("a living server was connected to")
	}
	sweepMemifSocket(Memif{Socket: path}.Vdev("net_memif0"))
	if _, err := os.Stat(path); err != nil {
		t.Error("a client removed the socket")
	}
	sweepMemifSocket(device)
	if _, err := os.Stat(path); err == nil {
		t.Error("the socket of a dead server stays")
	}
}
