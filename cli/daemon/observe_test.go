package daemon

import (
	"context"
	"encoding/json"
	"errors"
	"net/netip"
	"strings"
	"testing"

	"mire/dpdk"
	"mire/engine/config"
	et "mire/engine/enginetest"
	"mire/engine/neigh"
	"mire/engine/session"
)

// observing is a daemon without ports: network 1 answers, network 2 observes, and
// the table holds an address of each, one that is real and one under proof.
func observing(t *testing.T) *Daemon {
	t.Helper()
	table, err := session.New(new(session.HeapArena), session.NewConfig("sessions", 1024, make([]byte, 16)))
	if err != nil {
		t.Fatal(err)
	}
	s := et.Snapshot(et.WithTarpit(config.TarpitEnable))
	n := s.Networks[0]
	n.Number, n.Tarpit = 2, config.TarpitObserve
	n.Prefix4, n.Prefix6 = netip.MustParsePrefix("10.9.0.0/24"), netip.MustParsePrefix("2001:db8:9::/64")
	s.Networks = append(s.Networks, n)
	c, err := newChain([]string{"arp", "tarpit"})
	if err != nil {
		t.Fatal(err)
	}
	d := &Daemon{table: table, neighbours: neigh.NewTable(16), chain: c}
	d.snaps.Store(s.Seal())
	now := dpdk.Now()
	for _, e := range []struct {
		net   uint16
		at    string
		state session.State
	}{{1, "172.17.2.50", session.Trapped}, {2, "10.9.0.50", session.Trapped}, {2, "2001:db8:9::50", session.Trapped},
		{2, "10.9.0.60", session.Real}, {1, "172.17.2.70", session.Probing}} {
		r := session.Record{Key: session.AddressKey(e.net, netip.MustParseAddr(e.at)), State: e.state, Proven: now, Expires: now + 3600e9}
		if table.Put(&r, 1<<session.Unknown, now) != session.Done {
			t.Fatal(e.at)
		}
	}
	return d
}

// Nothing was answered for an address of a network that only observes: no view
// calls it trapped, in either family.
func TestObservedAddressesAreNotCalledTrapped(t *testing.T) {
	d := observing(t)
	list := func(args ...string) (out []string) {
		v, err := d.showSessions(args)
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range v.(Sessions).List {
			out = append(out, s.Address+" "+s.State)
		}
		return out
	}
	if got := strings.Join(list(), ", "); got != "172.17.2.50 trapped, 172.17.2.70 probing, 10.9.0.50 would_trap, 10.9.0.60 real, 2001:db8:9::50 would_trap" {
		t.Error(got)
	}
	if got := list("state", "trapped"); len(got) != 1 {
		t.Error(got)
	}
	if got := list("state", "would_trap"); len(got) != 2 {
		t.Error(got)
	}
	if v := d.tableView(); v.Trapped != 1 || v.WouldTrap != 2 || v.Real != 1 || v.Probing != 1 {
		t.Errorf("%+v", v)
	}
	var v struct {
		Networks []struct {
			Network   int
			Trapped   int64
			WouldTrap int64 `json:"would_trap"`
		}
	}
	shown(t, d, "tarpit", &v)
	if len(v.Networks) != 2 {
		t.Fatalf("%+v", v)
	}
	for _, n := range v.Networks {
		want := map[int][2]int64{1: {1, 0}, 2: {0, 2}}[n.Network]
		if n.Trapped != want[0] || n.WouldTrap != want[1] {
			t.Errorf("network %d: %d trapped, %d would be", n.Network, n.Trapped, n.WouldTrap)
		}
	}
}

// shown decodes what `show NAME --json` prints of a module.
func shown(t *testing.T, d *Daemon, name string, to any) {
	t.Helper()
	for _, v := range views(d.chain.chain) {
		if v.Name != name {
			continue
		}
		answer, err := v.Answer(d)
		if err != nil {
			t.Fatal(err)
		}
		b, err := json.Marshal(answer)
		if err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(b, to); err != nil {
			t.Fatal(err)
		}
		return
	}
	t.Fatalf("no module shows %q", name)
}

// A release says what was there, and that nothing was.
func TestReleaseSaysWhatWasThere(t *testing.T) {
	d := observing(t)
	for _, c := range []struct {
		address, was, result string
		networks             int
	}{
		{"172.17.2.50", "trapped", "released", 1},
		{"10.9.0.50", "would_trap", "forgotten, nothing was held", 1},
		{"2001:db8:9::50", "would_trap", "forgotten, nothing was held", 1},
		{"10.9.0.60", "real", "forgotten, it was not trapped but real", 1},
		{"172.17.2.70", "probing", "forgotten, it was not trapped but probing", 1},
		{"172.17.2.99", "", "nothing to release: nothing is known of 172.17.2.99", 0},
	} {
		v, err := release(d, c.address)
		if err != nil {
			t.Errorf("%s: %v", c.address, err)
			continue
		}
		m := v.(map[string]any)
		if m["result"] != c.result || m["was"] != c.was || len(m["networks"].([]int)) != c.networks {
			t.Errorf("%s: %v, want %q", c.address, m, c.result)
		}
	}
	if _, err := release(d, "203.0.113.9"); err == nil {
		t.Error("an address of no network")
	}
}

// release is `mire ctl release ADDRESS`.
func release(d *Daemon, address string) (any, error) {
	for _, v := range controls(d.chain.chain) {
		if v.Name == "release" {
			return v.Run(context.Background(), d, []string{address})
		}
	}
	return nil, errors.New("no module has the command")
}
