package ha

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"mire/dpdk"
)

// mire is a pair of this program's own daemons.
type mire struct {
	binary string // of the command mire
}

var _ program = mire{}

// Name implements program.
func (mire) Name() string { return "mire" }

// InKernel implements program: all addresses are the daemon's, by the virtual
// MAC of RFC 9568 section 7.3.
func (mire) InKernel() bool { return false }

// Prepare implements program. Both nodes have one secret and are each other's
// syncpeer. They stand for two machines: their workers have different CPUs.
func (m mire) Prepare(n *node, advert time.Duration) ([]string, error) {
	conf := filepath.Join(n.dir, n.leg+".conf")
	text := fmt.Sprintf(`modules vrrp,arp,ping,master,tarpit
interface 1 {
  name eth0
}
vrrp {
  vrid %d
  priority %d
  network 1
  family ipv4
  interval %d
}
network 1 {
  addr 198.18.0.0
  mask 255.255.255.0
  real %s
  virt %s
  syncpeer %s
  tarpit enable
  interface 1
}
register interfaces 1
enable interfaces 1
register networks 1
enable networks 1
set sessions 65536
set syslog off
set secret %s
`, vrid, n.priority, advert/(10*time.Millisecond), n.addr, virtual, n.peer, filepath.Join(n.dir, "secret"))
	if err := os.WriteFile(conf, []byte(text), 0o600); err != nil {
		return nil, err
	}
	cpus, err := dpdk.OwnCPUs()
	if err != nil {
		return nil, err
	}
	cpu := cpus[len(cpus)-1]
	if n.priority == backupPriority {
		cpu = cpus[max(0, len(cpus)-2)]
	}
	return []string{m.binary, "run", "-c", conf, "--socket", m.socket(n), "--hugepages", "off",
		"--lcores", fmt.Sprintf("0@(%s),1@%d", strings.Trim(strings.ReplaceAll(fmt.Sprint(cpus), " ", ","), "[]"), cpu)}, nil
}

// socket is where a node's daemon is asked.
func (mire) socket(n *node) string { return filepath.Join(n.dir, n.leg+".sock") }

// keepalived is a pair of keepalived's, as it is without use_vmac: the address
// answers by the MAC of the interface, and gratuitous ARP tells the client the
// new one.
type keepalived struct {
	binary string
}

var _ program = keepalived{}

// Name implements program.
func (keepalived) Name() string { return "keepalived" }

// InKernel implements program.
func (keepalived) InKernel() bool { return true }

// Prepare implements program.
func (k keepalived) Prepare(n *node, advert time.Duration) ([]string, error) {
	file := func(end string) string { return filepath.Join(n.dir, n.leg+end) }
	text := fmt.Sprintf(`global_defs {
  vrrp_garp_master_refresh 0
}
vrrp_instance VI {
  interface eth0
  virtual_router_id %d
  state BACKUP
  version 3
  priority %d
  advert_int %.2f
  virtual_ipaddress {
    %s/32 dev eth0
  }
}
`, vrid, n.priority, advert.Seconds(), virtual)
	if err := os.WriteFile(file(".conf"), []byte(text), 0o600); err != nil {
		return nil, err
	}
	// A pid file of a killed one would keep it from starting.
	_, _ = os.Remove(file(".pid")), os.Remove(file(".vrrp.pid"))
	return []string{k.binary, "-n", "-P", "-l", "-D", "-f", file(".conf"), "-p", file(".pid"), "-r", file(".vrrp.pid")}, nil
}
