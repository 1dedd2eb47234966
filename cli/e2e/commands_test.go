package e2e

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestCommandsApplyWholeOrNotAtAll(t *testing.T) {
	t.Parallel()
	l, n := attackerLab(t, "  tarpit enable", "ping")
	before, generation := n.cli("show", "config"), n.status().Generation
	for command, want := range map[string]string{
		// Of several steps the last one is wrong: none is taken.
		"network 1 tarpit policy mute\nnetwork 1 real 203.0.113.1":               "203.0.113.1",
		"network 1 {\n tarpit disable\n tarpit policy clamp 1\n}":                "clamp",
		"arp 198.18.0.99\nnetwork 2 { \n addr 198.18.9.0\n}\nregister network 2": "network 2",
		"tarpit ignore 198.18.0.0/24\nset tarpitlog evry":                        "every",
		"disable network 1\nunregister network 1\nenable network 1":              "network 1",
		"set sessions 4096":                     "restart",
		"network 1 tarpit exempt 198.18.0.0/99": "198.18.0.0/99",
	} {
		out, err := n.try("ctl", command)
		if err == nil || !strings.Contains(out, want) {
			t.Errorf("ctl %q: %v, want a refusal about %s\n%s", command, err, want, out)
		}
		if after := n.cli("show", "config"); after != before {
			t.Fatalf("ctl %q was refused and changed the configuration:\n%s", command, after)
		}
	}
	if g := n.status().Generation; g != generation {
		t.Errorf("generation %d after refused commands, was %d", g, generation)
	}
	if !echoes(l, "attacker", "198.18.0.77") {
		t.Error("no echo after refused commands")
	}
	// All steps are good: taken as one.
	n.cli("ctl", "network 1 tarpit policy mute\nnetwork 1 tarpit exempt 198.18.0.99")
	if g := n.status().Generation; g != generation+1 {
		t.Errorf("generation %d after one command of two steps, was %d", g, generation)
	}
	dump := n.cli("show", "config")
	words := strings.Join(strings.Fields(dump), " ")
	if !strings.Contains(words, "tarpit policy mute") || !strings.Contains(words, "tarpit exempt 198.18.0.99") {
		t.Errorf("show config:\n%s", dump)
	}
	// What show config prints is a file that runs.
	file := filepath.Join(l.dir, "dump.conf")
	if err := os.WriteFile(file, []byte(dump), 0o644); err != nil {
		t.Fatal(err)
	}
	if out, err := n.try("check", file); err != nil {
		t.Errorf("check of what show config printed: %v\n%s", err, out)
	}
}

func TestUnknownCommandsNameTheNearest(t *testing.T) {
	t.Parallel()
	_, n := attackerLab(t, "  tarpit enable")
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"ctl", "relase 198.18.0.7"}, `"release"`},
		{[]string{"ctl", "netwrk 1 tarpit enable"}, `"network"`},
		{[]string{"ctl", "network 1 tarpt enable"}, "tarpit"},
		{[]string{"ctl", "network 1 tarpit enabel"}, "enable"},
		{[]string{"ctl", "clear session"}, `"clear sessions"`},
		{[]string{"ctl", "shw status"}, `"show status"`},
		{[]string{"ctl", "set tarpitlgo every"}, "tarpitlog"},
		{[]string{"show", "sesions"}, `"sessions"`},
		{[]string{"shwo"}, `"show"`},
		{[]string{"ctl", "reload now then"}, `reload: takes no argument "now"`},
	} {
		if out, err := n.try(c.args...); err == nil || !strings.Contains(out, c.want) {
			t.Errorf("mire %q: %v, want an error that names %s\n%s", c.args, err, c.want, out)
		}
	}
}

func TestEverySubjectShowsAsTableAndJSON(t *testing.T) {
	t.Parallel()
	l, n := attackerLab(t, "  tarpit enable", "ping")
	for _, a := range []string{"198.18.0.77", "2001:db8:18::77"} {
		l.must("attacker", "ping", "-n", "-c", "2", "-W", "5", a)
	}
	connected(t, l.start("attacker", peer("tcp any 198.18.0.77:80 0 0")...))
	eventually(t, 10*time.Second, "counters", func() bool {
		var v struct{ Answers struct{ Echo, Synack int } }
		n.show(&v, "tarpit")
		return v.Answers.Echo >= 4 && v.Answers.Synack >= 1
	})
	for _, c := range []struct {
		args  string
		table []string
		keys  []string
	}{
		{"status", []string{"hostname", "adds up", "eth0", "link up"}, []string{"totals", "memory", "table", "events", "ports"}},
		{"ports", []string{"eth0", "net_af_packet", "up"}, []string{"mac", "link", "received", "sent"}},
		{"workers", []string{"eth0/0", "adds up"}, []string{"lanes", "turns", "longest", "balanced"}},
		{"modules", []string{"tarpit", "active", "slb", "passes on", "bngsync", "no peer"}, []string{"module", "decided"}},
		{"drops", []string{"reason", "meaning"}, []string{"reason", "count", "help"}},
		{"drops --all", []string{"vlan_unknown", "host_tx"}, []string{"reason"}},
		{"metrics", []string{`mire_answers_total{kind="echo",network="1"}`, `mire_drops_total{reason="tarpit_real"}`, `mire_port_up{port="eth0"}`, `mire_role{role="master"}`,
			"frames received", `mire_addresses{family="ipv6",network="1",state="trapped"}`, `mire_build_info{`},
			[]string{"name", "kind", "help", "labels", "value"}},
		{"sessions", []string{"198.18.0.77", "trapped", "real", "2001:db8:18::77"}, []string{"sessions", "matched"}},
		{"sessions --state real", []string{"198.18.0.1 ", l.macText("attacker")}, []string{"address"}},
		{"sessions --address 2001:db8:18::/64 --limit 1", []string{"of 2 entries"}, []string{"limit"}},
		{"tarpit", []string{"slam", "enable", "SYN, answered with SYN-ACK", "tarpitreplyrate", "50000/s"}, []string{"answers", "networks", "rows", "limits"}},
		{"bngsync", []string{"bngsync is inactive", "no network has a syncpeer"}, []string{"active", "ipv4_received"}},
		{"neighbours", []string{"network", "mac"}, nil},
		{"log", []string{"is running", "belongs to nobody"}, []string{"message", "level"}},
		{"log --lines 1", []string{"TARPIT"}, nil},
		{"config", []string{"tarpit enable", "register networks 1"}, nil},
	} {
		args := append([]string{"show"}, strings.Fields(c.args)...)
		out := n.cli(args...)
		if c.args == "config" {
			out = strings.Join(strings.Fields(out), " ")
		}
		for _, want := range c.table {
			if !strings.Contains(out, want) {
				t.Errorf("mire show %s: no %q\n%s", c.args, want, out)
			}
		}
		out = n.cli(append(args, "--json")...)
		if !json.Valid([]byte(out)) {
			t.Errorf("mire show %s --json:\n%s", c.args, out)
		}
		for _, key := range c.keys {
			if !strings.Contains(out, `"`+key+`":`) {
				t.Errorf("mire show %s --json: no %q\n%s", c.args, key, out)
			}
		}
	}
	states := n.states()
	for _, a := range []string{"198.18.0.77", "2001:db8:18::77"} {
		if states[a] != "trapped" {
			t.Errorf("%s: %q", a, states[a])
		}
	}
	for _, args := range [][]string{{"show", "sessions", "--state", "dead"}, {"show", "sessions", "--address", "nowhere"}, {"show", "status", "now"}} {
		if out, err := n.try(args...); err == nil {
			t.Errorf("mire %v:\n%s", args, out)
		}
	}
}

// What init proposes for a real interface is good, observes, and runs.
func TestInitProposesAFileThatRuns(t *testing.T) {
	t.Parallel()
	need(t, "ping")
	l := newLab(t)
	l.leg("attacker", "198.18.0.1/24", "2001:db8:18::1/64")
	l.leg("mire", "198.18.0.5/24", "2001:db8:18::5/64")
	out := l.must("mire", binary, "init", "eth0")
	if !strings.Contains(out, "tarpit observe") || strings.Contains(out, "\n  tarpit enable") {
		t.Errorf("not in observe mode:\n%s", out)
	}
	file := filepath.Join(l.dir, "init.conf")
	if err := os.WriteFile(file, []byte(out), 0o644); err != nil {
		t.Fatal(err)
	}
	n := &node{l: l, t: t}
	if out, err := n.try("check", file); err != nil {
		t.Errorf("check: %v\n%s", err, out)
	}
	n = l.mire("mire", out)
	if host := strings.Join(n.hosts(), " "); !strings.Contains(host, "198.18.0.5") || !strings.Contains(host, "2001:db8:18::5") {
		t.Errorf("the kernel's own addresses are not known as host: %q", host)
	}
	for _, a := range []string{"198.18.0.77", "2001:db8:18::77"} {
		if pings(l, "attacker", a) {
			t.Errorf("%s answers in observe mode", a)
		}
		eventually(t, 10*time.Second, a+" would be captured", func() bool { return strings.Contains(n.logText(), a+" belongs to nobody and would be captured") })
	}
	for _, a := range []string{"198.18.0.5", "2001:db8:18::5"} {
		if !echoes(l, "attacker", a) {
			t.Errorf("the kernel beside mire does not answer for its own %s", a)
		}
	}
	if out, err := l.run(time.Minute, "mire", binary, "init", "eth9"); err == nil || !strings.Contains(out, "eth0") {
		t.Errorf("init of an interface that is not there: %v\n%s", err, out)
	}
}

// hosts are the addresses that mire says the kernel has on its port.
func (n *node) hosts() []string {
	n.t.Helper()
	var ports []struct{ Host []string }
	n.show(&ports, "ports")
	return ports[0].Host
}
