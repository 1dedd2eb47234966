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
// without frames sleep as they do on the port of a kernel interface; tag is the
// network's, 0 for none.
func snapshot(idle bool, tag uint16) (*config.Snapshot, error) {
	sleep, vlan := 0, ""
	if idle {
		sleep = 5000
	}
	if tag != 0 {
		vlan = fmt.Sprintf("  vlan %d\n", tag)
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
%s}
register networks %[9]d
enable networks %[9]d
`, chain, sleep, net4.Addr(), net4.Bits(), real4, net6.Bits(), real6, vlan, networkNumber)
	cfg, problems := config.Parse("bench", []byte(text))
	if err := problems.Err(); err != nil {
		return nil, err
	}
	return cfg.Snapshot()
}
