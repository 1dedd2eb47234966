package e2e

import (
	"fmt"
	"path/filepath"
	"testing"
	"time"
)

// A port behind which no kernel interface stands has nobody to tell of its
// link: it is asked. A memif has one while another process is at its far end.
func TestTrackingFollowsTheLinkOfAPortWithoutKernelInterface(t *testing.T) {
	t.Parallel()
	need(t)
	l := newLab(t)
	l.leg("mire")
	l.leg("far")
	socket := filepath.Join(l.dir, "memif.sock")
	// Two threads: the far end must have a queue for each of this end's workers.
	memif := func(role string, last int) string {
		return fmt.Sprintf(`modules vrrp,arp,ping,master
interface 1 {
  name eth0
}
interface 2 {
  name far
  access vdev "net_memif0,role=%s,socket=%s,socket-abstract=no"
  threads 2
  trackval 50
}
vrrp {
  vrid 51
  priority 150
  interval 20
  tracking enable
  network 1
}
network 1 {
  addr 198.18.0.0
  mask 255.255.255.0
  real 198.18.0.%[3]d
  virt 198.18.0.100
  interface 1
}
register interfaces 1,2
enable interfaces 1,2
register networks 1
enable networks 1
`, role, socket, last)
	}
	n := l.mire("mire", memif("server", 1))
	defer func() {
		if t.Failed() {
			t.Log(n.logText()) // first: a node that is gone shows nothing
			t.Log(n.cli("show", "ports"))
		}
	}()
	priority := func(want int) {
		t.Helper()
		var s struct{ Priority int }
		eventually(t, 10*time.Second, fmt.Sprintf("priority %d", want), func() bool {
			n.show(&s, "vrrp")
			return s.Priority == want
		})
	}
	priority(100)
	far := l.mire("far", memif("client", 2))
	priority(150)
	far.kill()
	priority(100)
}
