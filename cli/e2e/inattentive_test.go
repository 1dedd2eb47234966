package e2e

import (
	"fmt"
	"net/netip"
	"os"
	"strconv"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"
)

// realMAC is the MAC of `real` in dualStack.
const realMAC = "06:00:c6:12:00:fd"

// attentive is a segment with a node that holds the captives.
type attentive struct {
	*lab
	t        *testing.T
	node     *node
	wire     *wire
	said     map[string]int // answers of the node's for a captive, under wire.mu
	captives []string       // what the host takes over, half of them IPv4
}

// captiveAddresses are two, or a tenth of the trials that scripts/living.sh asks
// for, at most a hundred.
func captiveAddresses() (list []string) {
	n := 1
	if trials, err := strconv.Atoi(os.Getenv(livingVariable)); err == nil {
		n = min(max(trials/20, 1), 50)
	}
	for i := range n {
		list = append(list, fmt.Sprintf("198.18.0.%d", 80+i), fmt.Sprintf("2001:db8:18::%d", 80+i))
	}
	return list
}

func newAttentive(t *testing.T) *attentive {
	t.Helper()
	need(t, "ping", "arping")
	l := newLab(t)
	l.leg("asker", "198.18.0.2/24", "2001:db8:18::2/64")
	l.leg("host", "198.18.0.20/24", "2001:db8:18::20/64")
	l.leg("mire")
	a := &attentive{lab: l, t: t, said: map[string]int{}, captives: captiveAddresses()}
	host := l.mac("host")
	a.wire = l.listen(func(f *seen) {
		m, ok := readFrame(f.data)
		if !ok || f.leg != "mire" || f.out || m.mac == host {
			return
		}
		switch {
		case m.kind == "arp-reply":
			a.said[m.from.String()]++
		case m.kind == "na":
			a.said[m.target.String()]++
		}
	})
	a.node = l.mire("mire", dualStack("  tarpit enable"))
	t.Cleanup(func() {
		if t.Failed() {
			t.Log(a.node.logText())
		}
	})
	for _, c := range a.captives {
		eventually(t, 20*time.Second, "an answer for "+c, func() bool { return a.ask(c) == nil })
	}
	return a
}

// each does something for all captives, ten at a time.
func (a *attentive) each(do func(c string)) {
	var all errgroup.Group
	all.SetLimit(10)
	for _, c := range a.captives {
		all.Go(func() error { do(c); return nil })
	}
	all.Wait()
}

// ask has the asker look for an address that it knows nothing of.
func (a *attentive) ask(addr string) error {
	a.must("asker", "ip", "neigh", "flush", "to", addr, "dev", "eth0")
	_, err := a.run(10*time.Second, "asker", "ping", "-c", "1", "-W", "2", addr)
	return err
}

// hostComes gives the captives to the host, which announces itself.
func (a *attentive) hostComes() {
	for _, c := range a.captives {
		if netip.MustParseAddr(c).Is4() {
			a.addr("host", c+"/24")
		} else {
			a.addr("host", c+"/64")
		}
	}
	a.each(func(c string) {
		if netip.MustParseAddr(c).Is4() {
			// Habets' arping counts answers, of which there are none.
			a.run(10*time.Second, "host", "arping", "-q", "-U", "-c", "1", "-w", "1", "-i", "eth0", "-S", c, c)
		}
	})
}

// hostAlone demands that only the host answers for the captives from now on.
func (a *attentive) hostAlone(how string) {
	a.t.Helper()
	a.wire.mu.Lock()
	clear(a.said)
	a.wire.mu.Unlock()
	a.each(func(c string) {
		if err := a.ask(c); err != nil {
			a.t.Errorf("the host does not answer for %s: %v", c, err)
		}
	})
	time.Sleep(1500 * time.Millisecond) // a proof would be over
	a.wire.mu.Lock()
	defer a.wire.mu.Unlock()
	violations := 0
	for _, c := range a.captives {
		if n := a.said[c]; n > 0 {
			violations++
			a.t.Errorf("mire answered %d times for %s, which is the host's", n, c)
		}
	}
	fmt.Printf("living: %s: %d addresses, %d violations\n", how, len(a.captives), violations)
}

// A host that announced itself while our link was down is not answered for.
func TestHostThatCameWhileOurLinkWasDown(t *testing.T) {
	t.Parallel()
	a := newAttentive(t)
	a.ip("-n", a.ns("mire"), "link", "set", "eth0", "down")
	a.hostComes()
	a.ip("-n", a.ns("mire"), "link", "set", "eth0", "up")
	// The far end of the pair comes up with it: ask as soon as frames pass.
	a.hostAlone("came while our link was down")
}

// The same for a process that was stopped: its queue held what came first.
func TestHostThatCameWhileWeWereStopped(t *testing.T) {
	t.Parallel()
	a := newAttentive(t)
	a.must("asker", "ip", "neigh", "replace", "198.18.0.253", "lladdr", realMAC, "dev", "eth0", "nud", "permanent")
	syscall.Kill(a.node.cmd.Process.Pid, syscall.SIGSTOP)
	if _, err := a.run(20*time.Second, "asker", peer("flood 198.18.0.253:9 20000")...); err != nil {
		t.Fatal(err)
	}
	a.hostComes()
	time.Sleep(2 * time.Second)
	syscall.Kill(a.node.cmd.Process.Pid, syscall.SIGCONT)
	a.hostAlone("came while we were stopped")
}

// Whoever fills our queue until it drops releases nothing by it.
func TestFloodThatOverflowsTheQueueReleasesNothing(t *testing.T) {
	t.Parallel()
	a := newAttentive(t)
	a.must("asker", "ip", "neigh", "replace", "198.18.0.253", "lladdr", realMAC, "dev", "eth0", "nud", "permanent")
	missed := func() int {
		var ports []struct {
			Missed int `json:"received_missed"`
			NoMbuf int `json:"no_mbuf"`
		}
		a.node.show(&ports, "ports")
		return ports[0].Missed + ports[0].NoMbuf
	}
	before := missed()
	var floods []*process
	for range 3 {
		floods = append(floods, a.start("asker", peer("flood 198.18.0.253:9 100000000")...))
	}
	for end := time.Now().Add(10 * time.Second); time.Now().Before(end); time.Sleep(500 * time.Millisecond) {
		for _, c := range a.captives {
			if st := a.node.states()[c]; st != "trapped" {
				t.Fatalf("%s is %q during the flood", c, st)
			}
		}
	}
	lost := missed() - before
	for _, f := range floods {
		f.stop()
	}
	if lost == 0 {
		t.Fatal("the port dropped nothing: the flood proves nothing")
	}
	t.Logf("%d frames dropped by the port", lost)
	for _, c := range a.captives {
		if err := a.ask(c); err != nil {
			t.Errorf("%s is not answered for after the flood: %v", c, err)
		}
	}
	var v heardView
	a.node.show(&v, "tarpit")
	if w := v.Networks[0]; w.Deaf != 0 || w.Counters["releases"] != 0 {
		t.Errorf("%d families deaf, %d releases", w.Deaf, w.Counters["releases"])
	}
}
