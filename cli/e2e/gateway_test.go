package e2e

import (
	"fmt"
	"testing"
	"time"
)

// A Linux router that stops answering costs the priority of the interface, in
// either family, and gives it back when it returns.
func TestTrackingFollowsGateways(t *testing.T) {
	t.Parallel()
	need(t)
	l := newLab(t)
	l.leg("router", "198.18.0.1/24", "2001:db8:18::1/64")
	l.leg("mire")
	n := l.mire("mire", `modules vrrp,arp,ping,master
interface 1 {
  name eth0
  trackval 30
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
  real 198.18.0.253
  virt 198.18.0.254
  mask6 64
  real6 2001:db8:18::fd
  interface 1
}
gateway 1 {
  ipaddr 198.18.0.1
  ping 1,2
}
gateway 2 {
  ipaddr 2001:db8:18::1
  ping 1,2
}
register interfaces 1
enable interfaces 1
register networks 1
enable networks 1
`)
	is := func(priority int, first, second string) {
		t.Helper()
		var s struct {
			Priority int
			Gateways []struct {
				State    string
				Answered float64 `json:"answered_seconds"`
			}
		}
		eventually(t, 15*time.Second, fmt.Sprintf("priority %d, gateways %s and %s", priority, first, second), func() bool {
			n.show(&s, "vrrp")
			return s.Priority == priority && len(s.Gateways) == 2 && s.Gateways[0].State == first && s.Gateways[1].State == second
		})
		if s.Gateways[0].Answered < 0 || s.Gateways[1].Answered < 0 {
			t.Errorf("never answered: %+v", s.Gateways)
		}
	}
	is(150, "answering", "answering")
	l.sysctl("router", "net.ipv4.icmp_echo_ignore_all=1")
	is(120, "silent", "answering")
	l.ip("-n", l.ns("router"), "link", "set", "eth0", "down")
	is(120, "silent", "silent")
	l.ip("-n", l.ns("router"), "link", "set", "eth0", "up")
	l.sysctl("router", "net.ipv4.icmp_echo_ignore_all=0")
	l.ip("-n", l.ns("router"), "address", "replace", "2001:db8:18::1/64", "dev", "eth0", "nodad")
	is(150, "answering", "answering")
}
