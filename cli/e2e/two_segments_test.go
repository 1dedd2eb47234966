package e2e

import (
	"encoding/json"
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"time"
)

// The MACs that answer for what virtual router 51 holds (RFC 9568 section 7.3).
const (
	virtMAC  = "00:00:5e:00:01:33"
	virt6MAC = "00:00:5e:00:02:33"
)

// second makes another bridge, br1, and gives each leg an eth1 on it. They are
// known as LEG/eth1 to listen.
func (l *lab) second(legs ...string) {
	l.t.Helper()
	br := l.ns("bridge")
	l.ip("-n", br, "link", "add", "br1", "type", "bridge", "mcast_snooping", "0")
	l.ip("-n", br, "link", "set", "br1", "up")
	for i, leg := range legs {
		port := fmt.Sprintf("q%d", i+1)
		l.ip("-n", l.ns(leg), "link", "add", "eth1", "type", "veth", "peer", "name", port, "netns", br)
		l.ip("-n", br, "link", "set", port, "master", "br1", "up")
		l.sysctl(leg, "net.ipv6.conf.eth1.disable_ipv6=1")
		l.ip("-n", l.ns(leg), "link", "set", "eth1", "up")
		l.ports[leg+"/eth1"] = port
	}
}

// fdb is where a bridge would send frames for each MAC.
func (l *lab) fdb(bridge string) map[string]string {
	l.t.Helper()
	var list []struct{ MAC, Ifname string }
	out := l.must("bridge", "bridge", "-j", "fdb", "show", "br", bridge)
	if err := json.Unmarshal([]byte(out), &list); err != nil {
		l.t.Fatalf("bridge fdb: %v\n%s", err, out)
	}
	where := map[string]string{}
	for _, e := range list {
		where[e.MAC] = e.Ifname
	}
	return where
}

// twoNetworks is a node of a pair on both bridges. On the second one nothing has
// a virtual IPv6 address: its MAC for IPv6 answers for captured ones alone.
func twoNetworks(last, priority int) string {
	return fmt.Sprintf(`modules vrrp,arp,ping,hc,master,tarpit
interface 1 {
  name eth0
}
interface 2 {
  name eth1
}
vrrp {
  vrid 51
  priority %[2]d
  interval 20
  network 1
}
network 1 {
  addr 198.18.0.0
  mask 255.255.255.0
  real 198.18.0.%[1]d
  virt 198.18.0.100
  mask6 64
  real6 2001:db8:18::%[1]d
  virt6 2001:db8:18::100
  tarpit enable
  interface 1
}
network 2 {
  addr 198.18.1.0
  mask 255.255.255.0
  real 198.18.1.%[1]d
  virt 198.18.1.100
  mask6 64
  real6 2001:db8:19::%[1]d
  tarpit enable
  interface 2
}
register interfaces 1,2
enable interfaces 1,2
register networks 1,2
enable networks 1,2
`, last, priority)
}

// Two interfaces: the new master shows every MAC that answers to the switches of
// both networks. Before that, as a backup, it neither answered for a virtual
// address, nor spoke from one, nor took one for somebody else's.
func TestFailoverMovesEveryMACOnEveryNetwork(t *testing.T) {
	t.Parallel()
	need(t, "bridge", "arping", "ping")
	l := newLab(t)
	l.leg("client", "198.18.0.1/24", "2001:db8:18::1/64")
	l.leg("a")
	l.leg("b")
	l.second("a", "b")
	var wrong []string // what the backup said that only a master may
	backup := "b"
	w := l.listen(func(f *seen) {
		if m, ok := readFrame(f.data); ok && !f.out && (f.leg == backup || f.leg == backup+"/eth1") {
			if strings.HasPrefix(fmt.Sprintf("%x", m.src), "00005e0001") || strings.HasPrefix(fmt.Sprintf("%x", m.src), "00005e0002") || isVirtual(m.from) {
				wrong = append(wrong, fmt.Sprintf("%s from %v [%x] on %s", m.kind, m.from, m.src, f.leg))
			}
		}
	})
	a := l.mire("a", twoNetworks(11, 150))
	b := l.mire("b", twoNetworks(12, 100))
	where := func(leg string) string {
		for bridge, port := range map[string]string{"br0": l.ports[leg], "br1": l.ports[leg+"/eth1"]} {
			fdb := l.fdb(bridge)
			for _, mac := range []string{virtMAC, virt6MAC} {
				if fdb[mac] != port {
					return fmt.Sprintf("%s: %s is at %q, want %q", bridge, mac, fdb[mac], port)
				}
			}
		}
		return ""
	}
	eventually(t, 20*time.Second, "both switches see the master", func() bool { return where("a") == "" })
	for _, v := range []string{"198.18.0.100", "2001:db8:18::100"} {
		l.must("client", "ping", "-n", "-c", "3", "-i", "0.2", "-W", "5", v)
	}
	l.must("client", "arping", "-q", "-c", "3", "-W", "0.2", "-i", "eth0", "198.18.0.100")
	for address, state := range b.states() {
		if isVirtual(netip.MustParseAddr(address)) {
			t.Errorf("the backup holds %s for %s", address, state)
		}
	}
	var known []struct{ Address string }
	b.show(&known, "neighbours")
	for _, n := range known {
		if isVirtual(netip.MustParseAddr(n.Address)) {
			t.Errorf("the backup has a neighbour %s", n.Address)
		}
	}
	w.mu.Lock()
	for _, s := range wrong {
		t.Errorf("the backup sent %s", s)
	}
	backup = "" // from now on it may
	w.mu.Unlock()

	a.kill()
	last := ""
	defer func() {
		if t.Failed() {
			t.Logf("%s\n%s", last, b.logText())
		}
	}()
	eventually(t, 10*time.Second, "both switches see the new master", func() bool { last = where("b"); return last == "" })
	l.must("client", "ping", "-n", "-c", "3", "-i", "0.2", "-W", "5", "198.18.0.100")
}

func isVirtual(a netip.Addr) bool {
	switch a.String() {
	case "198.18.0.100", "198.18.1.100", "2001:db8:18::100":
		return true
	}
	return false
}
