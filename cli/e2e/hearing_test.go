package e2e

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// heardView is what these tests look at in `show tarpit`.
type heardView struct {
	Networks []struct {
		Hearing4 string `json:"hearing_ipv4"`
		Hearing6 string `json:"hearing_ipv6"`
		Deaf     int
		Trapped  int
		Counters map[string]int
	}
}

// On a macvlan child unicast to a MAC of our own does not arrive: the probes go
// out, no answer comes back. Nothing is captured, and the node says why.
func TestPortWithoutUnicastToOurMACCapturesNothing(t *testing.T) {
	need(t, "ping")
	for _, mode := range []string{"bridge", "vepa"} {
		for _, cure := range []string{"", "  mac port\n"} {
			t.Run(fmt.Sprintf("%s, cured %v", mode, cure != ""), func(t *testing.T) {
				t.Parallel()
				l := newLab(t)
				l.leg("mire")
				l.leg("asker", "198.18.0.2/24", "2001:db8:18::2/64")
				l.leg("host", "198.18.0.20/24", "2001:db8:18::20/64")
				l.ip("-n", l.ns("mire"), "link", "add", "mv0", "link", "eth0", "type", "macvlan", "mode", mode)
				l.sysctl("mire", "net.ipv6.conf.mv0.disable_ipv6=1")
				l.ip("-n", l.ns("mire"), "link", "set", "mv0", "up")
				n := l.mire("mire", strings.Replace(dualStack("  tarpit enable\n"+cure), "name eth0", "name mv0", 1))
				defer func() {
					if t.Failed() {
						t.Log(n.logText(), n.cli("show", "tarpit", "--json"), n.cli("show", "sessions"), n.cli("show", "drops"))
					}
				}()
				// Each ask makes the asker's kernel ask three times.
				ask := func(addr string) bool {
					_, err := l.run(10*time.Second, "asker", "ping", "-c", "1", "-W", "3", addr)
					return err == nil
				}
				free := []string{"198.18.0.80", "2001:db8:18::80"}
				if cure != "" {
					for _, a := range free {
						eventually(t, 20*time.Second, "an answer for "+a, func() bool { return ask(a) })
					}
					var v heardView
					n.show(&v, "tarpit")
					if w := v.Networks[0]; w.Hearing4 != "hears" || w.Hearing6 != "hears" || w.Deaf != 0 {
						t.Errorf("%+v, want both families to hear", w)
					}
					return
				}
				var v heardView
				for end := time.Now().Add(20 * time.Second); time.Now().Before(end); {
					for _, a := range append(free, "198.18.0.20", "2001:db8:18::20") {
						if living := strings.HasSuffix(a, "20"); ask(a) != living {
							t.Fatalf("%s: answered %v", a, !living)
						}
					}
					if n.show(&v, "tarpit"); v.Networks[0].Trapped != 0 {
						t.Fatalf("captured though no answer arrives: %v", n.states())
					}
				}
				if w := v.Networks[0]; w.Hearing4 != "deaf" || w.Hearing6 != "deaf" || w.Deaf != 2 {
					t.Errorf("%+v, want both families deaf", w)
				}
				for _, f := range []string{"IPv4", "IPv6"} {
					if got := strings.Count(n.logText(), f+" answers to [06:00:c6:12:00:fd] do not arrive"); got != 1 {
						t.Errorf("%d lines about %s, want one", got, f)
					}
				}
				if !strings.Contains(n.cli("show", "tarpit"), "mac port") {
					t.Error("`show tarpit` names no remedy")
				}
				// The remedy works without a restart.
				n.cli("ctl", "network 1 mac port")
				for _, a := range free {
					eventually(t, 30*time.Second, "an answer for "+a+" after the cure", func() bool { return ask(a) })
				}
			})
		}
	}
}
