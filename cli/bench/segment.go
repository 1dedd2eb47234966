package bench

import (
	"fmt"

	"mire/engine/config"
)

// networkNumber is Network.Number of the one network.
const networkNumber = 1

// chain is the seed's: the whole of it is loaded in every measurement of a
// node that decides.
const chain = "vrrp,arp,ping,hc,master,tarpit,slb,tnat,nat,rt"

// snapshot is the configuration of the node under test, in the words of the
// language and through its parser, with the port not known yet. idle lets workers
// without frames sleep as they do on the port of a kernel interface.
func snapshot(idle bool) (*config.Snapshot, error) {
	sleep := 0
	if idle {
		sleep = 5000
	}
	text := fmt.Sprintf(`hostname bench
modules %s
set idle %d
interface 1 {
  name bench
  access vdev "net_pcap0"
}
register interfaces 1
enable interfaces 1
network 1 {
  addr %s
  mask %d
  real %s
  mask6 %d
  real6 %s
  tarpit enable
  tarpit policy slam
  interface 1
}
register networks %[8]d
enable networks %[8]d
`, chain, sleep, net4.Addr(), net4.Bits(), real4, net6.Bits(), real6, networkNumber)
	cfg, problems := config.Parse("bench", []byte(text))
	if err := problems.Err(); err != nil {
		return nil, err
	}
	return cfg.Snapshot()
}
