package e2e

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// twinConf is node 1 or 2 of a pair: the seed's configuration with both
// families, real 198.18.0.251 or .252, the higher priority on node 1.
func twinConf(number int) string {
	return seedChain + fmt.Sprintf(`interface 1 {
  name eth0
}
vrrp {
  vrid 51
  priority %[1]d
  network 1
}
network 1 {
  addr 198.18.0.0
  mask 255.255.255.0
  real 198.18.0.%[2]d
  virt 198.18.0.254
  mask6 64
  real6 2001:db8:18::%[2]d
  virt6 2001:db8:18::254
  syncpeer 198.18.0.%[3]d
  tarpit enable
  interface 1
}
register interfaces 1
enable interfaces 1
register networks 1
enable networks 1
`, 250-50*number, 250+number, 253-number)
}

// twins are two nodes on one segment, on legs n1 and n2, and a client.
type twins struct {
	*lab
	n [2]*node
}

// newTwins makes the segment and starts both nodes with a copied secret. edit,
// if there is one, changes the configuration of node 2 or what lies beside it;
// first is that of node 1 if it is not the usual one.
func newTwins(t *testing.T, edit func(w *twins, conf string) string, first ...string) *twins {
	t.Helper()
	need(t, "ping")
	w := &twins{lab: newLab(t)}
	w.leg("client", "198.18.0.1/24", "2001:db8:18::1/64")
	for _, leg := range []string{"n1", "n2"} {
		w.lab.leg(leg)
		w.copySecret(leg, 7)
	}
	second := twinConf(2)
	if edit != nil {
		second = edit(w, second)
	}
	w.n[0] = w.mire("n1", append(first, twinConf(1))[0])
	w.n[1] = w.mire("n2", second)
	t.Cleanup(func() {
		if t.Failed() {
			for _, n := range w.n {
				ha, _ := n.try("show", "ha")
				t.Logf("%s\n%s\n%s", n.conf, n.logText(), ha)
			}
		}
	})
	return w
}

// copySecret writes the secret file of a node.
func (w *twins) copySecret(leg string, seed byte) {
	w.t.Helper()
	secret := bytes.Repeat([]byte{seed}, 32)
	if err := os.WriteFile(filepath.Join(w.dir, leg+".secret"), secret, 0o600); err != nil {
		w.t.Fatal(err)
	}
}

// peering is what `show ha --json` says.
type peering struct {
	Standing, PeerStanding, State, Why string
	Converged                          bool
	Term                               int
	Digest                             string
	PeerDigest                         string `json:"peer_digest"`
	Sessions, Strangers                int
	SplitBrains                        int `json:"split_brains"`
	Preemptions                        int
	Records, Received, Rejected        map[string]int
	Handover                           struct{ Step, Why string }
	History                            []struct{ What, Why string }
}

func (n *node) ha() (p peering) {
	n.t.Helper()
	n.show(&p, "ha")
	return p
}

// is waits until one node is master, the other backup, and their tables are equal.
func (w *twins) is(master int) {
	w.t.Helper()
	eventually(w.t, 30*time.Second, fmt.Sprintf("node %d master, the other backup, equal tables", master+1), func() bool {
		m, b := w.n[master].ha(), w.n[1-master].ha()
		return m.Standing == "master" && b.Standing == "backup" && m.Converged && b.Converged &&
			m.Digest == b.Digest && m.PeerDigest == b.Digest && b.PeerDigest == m.Digest
	})
}

// trap has addresses 198.18.0.100 to .139 and 2001:db8:18::100 to ::107 captured.
func (w *twins) trap() (all []string) {
	w.t.Helper()
	for i := range 40 {
		all = append(all, fmt.Sprintf("198.18.0.%d", 100+i))
	}
	for i := range 8 {
		all = append(all, fmt.Sprintf("2001:db8:18::%d", 100+i))
	}
	eventually(w.t, 30*time.Second, "every address answers", func() bool { return len(w.silent(all, 3)) == 0 })
	slices.Sort(all)
	return all
}

// silent are those of the addresses that answer no echo within wait seconds.
func (w *twins) silent(all []string, wait int) []string {
	w.t.Helper()
	script := fmt.Sprintf("for a in %s; do (ping -n -c 1 -W %d $a >/dev/null || echo $a) & done; wait", strings.Join(all, " "), wait)
	return strings.Fields(w.must("client", "sh", "-c", script))
}

// trapped are the captured addresses of a node, sorted.
func (n *node) trapped() (all []string) {
	n.t.Helper()
	for a, state := range n.states() {
		if state == "trapped" {
			all = append(all, a)
		}
	}
	slices.Sort(all)
	return all
}

// proofs is how many proofs of absence a node has started since it runs.
func (n *node) proofs() int {
	n.t.Helper()
	var v struct {
		Networks []struct{ Counters map[string]int }
	}
	n.show(&v, "tarpit")
	return v.Networks[0].Counters["proofs"]
}

// scan has the client ask for one new address after the other, for 7 s, beside the test.
func (w *twins) scan() *process {
	w.t.Helper()
	return w.start("client", "sh", "-c", "for i in $(seq 20 240); do ping -n -c 3 -W 1 198.18.0.$i >/dev/null & sleep 0.03; done; wait")
}
