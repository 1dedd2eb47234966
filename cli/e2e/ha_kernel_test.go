package e2e

import (
	"testing"
	"time"
)

// Each node shares its interface with a kernel whose addresses it never holds:
// the other one hears them live, and the tables must be called equal for all that.
func TestPairOnInterfacesOfLivingKernels(t *testing.T) {
	t.Parallel()
	w := newTwins(t, func(w *twins, conf string) string {
		for leg, addrs := range map[string][]string{"n1": {"198.18.0.7/24", "2001:db8:18::7/64"}, "n2": {"198.18.0.8/24", "2001:db8:18::8/64"}} {
			w.sysctl(leg, "net.ipv6.conf.eth0.disable_ipv6=0")
			for _, a := range addrs {
				w.addr(leg, a)
			}
		}
		return conf
	})
	w.is(0)
	for _, a := range []string{"198.18.0.7", "198.18.0.8", "2001:db8:18::7", "2001:db8:18::8"} {
		w.must("client", "ping", "-n", "-c", "2", "-i", "0.3", "-W", "5", a)
	}
	w.trap()
	w.is(0)
	for range 20 { // and stay so
		time.Sleep(100 * time.Millisecond)
		w.must("client", "ping", "-n", "-c", "1", "-W", "5", "198.18.0.8")
	}
	w.is(0)
	w.n[0].cli("ctl", "switchover")
	w.is(1)
}
