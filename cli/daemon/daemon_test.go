package daemon

import (
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/rs/zerolog"

	"mire/engine/config"
	"mire/engine/event"
	"mire/engine/session"
	"mire/engine/view"
)

// Opening may fail at any step; what close finds then is half made.
func TestCloseTakesDownWhatWasNotFinished(t *testing.T) {
	d := &Daemon{ports: []*port{{}}, workers: []*worker{{}, {}}}
	if err := d.close(); err != nil {
		t.Error(err)
	}
}

const conf = `interface 1 {
 name eth0
}
network 1 {
 addr 192.0.2.0
 mask 255.255.255.0
 real 192.0.2.9
 tarpit observe
 interface 1
}
register interface 1
enable interface 1
register network 1
enable network 1
`

// resting is a daemon with a configuration and no packet path.
func resting(t *testing.T) *Daemon {
	t.Helper()
	d := &Daemon{Options: Options{Config: filepath.Join(t.TempDir(), "mire.conf"), Log: zerolog.Nop()}}
	write(t, d, conf)
	cfg, problems := config.Load(d.Config)
	if err := problems.Err(); err != nil {
		t.Fatal(err)
	}
	d.cfg = cfg
	d.events = event.New(event.Options{})
	snap, err := cfg.Snapshot()
	if err != nil {
		t.Fatal(err)
	}
	d.publish(snap)
	return d
}

func write(t *testing.T, d *Daemon, text string) {
	t.Helper()
	if err := os.WriteFile(d.Config, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestReloadAppliesAllOrNothing(t *testing.T) {
	d := resting(t)
	for _, c := range []struct{ name, from, to, want string }{
		{"two errors, both told", "tarpit observe", "tarpit obsrve\n mask6 640", "640"},
		{"needs a restart", "name eth0", "name eth9", "eth0 -> eth9"},
		{"a first peer", "interface 1\n}\nregister", "syncpeer 192.0.2.8\n interface 1\n}\nregister", "network 1 syncpeer (none -> 192.0.2.8)"},
	} {
		before := d.snaps.Load()
		write(t, d, strings.Replace(conf, c.from, c.to, 1))
		_, err := d.Reload()
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v", c.name, err)
		}
		if d.snaps.Load() != before {
			t.Errorf("%s: the running configuration has changed", c.name)
		}
	}
	write(t, d, strings.Replace(conf, "observe", "enable", 1)+"set someday 3\n")
	warnings, err := d.Reload()
	if err != nil || len(warnings) != 1 || !strings.Contains(warnings[0].String(), "someday") {
		t.Errorf("%v, warnings %v: want one about someday", err, warnings)
	}
	if d.snaps.Load().Networks[0].Tarpit != config.TarpitEnable {
		t.Error("the reloaded file does not run")
	}
}

func TestCommandAppliesAllOrNothing(t *testing.T) {
	d := resting(t)
	before := d.snaps.Load()
	if _, err := d.Command("network 1 tarpit enable\nnetwork 1 mask 99"); err == nil {
		t.Error("a wrong second line is no error")
	}
	if d.snaps.Load() != before {
		t.Error("the first of two lines was applied though the second is wrong")
	}
	warnings, err := d.Command("network 9 tarpit enable")
	if err != nil || len(warnings) != 1 || !strings.Contains(warnings[0].String(), "not registered") {
		t.Errorf("%v, warnings %v: a network that stays inactive is told", err, warnings)
	}
	if warnings, err = d.Command("network 1 tarpit enable"); err != nil || len(warnings) != 0 {
		t.Errorf("%v, warnings %v: those about other lines are not told again", err, warnings)
	}
	if got := d.snaps.Load(); got.Networks[0].Tarpit != config.TarpitEnable || got.Generation <= before.Generation {
		t.Errorf("not applied: generation %d after %d", got.Generation, before.Generation)
	}
}

func TestWordsWithBlanksAreQuotedAgain(t *testing.T) {
	if got := joinWords("network", []string{"1", "name", "two words", ""}); got != `network 1 name "two words" ""` {
		t.Error(got)
	}
}

func TestSessionFilters(t *testing.T) {
	f, err := parseSessionFilter(nil)
	if err != nil || f.limit != defaultSessions {
		t.Errorf("%+v, %v", f, err)
	}
	for _, bad := range []string{"network", "network x", "network 0", "network -1", "limit 0", "state dead", "address 1.2.3", "address 192.0.2.0/33", "colour red"} {
		if _, err := parseSessionFilter(strings.Fields(bad)); err == nil {
			t.Errorf("%q is accepted", bad)
		}
	}
	for _, c := range []struct {
		filter string
		want   []string
	}{
		{"", []string{"192.0.2.1", "192.0.2.200", "2001:db8::1"}},
		{"network 1", []string{"192.0.2.1", "192.0.2.200"}},
		{"state trapped", []string{"192.0.2.200", "2001:db8::1"}},
		{"address 192.0.2.0/25", []string{"192.0.2.1"}},
		{"address 2001:db8::1", []string{"2001:db8::1"}},
		{"address 2001:db8::/32 network 1", nil},
	} {
		f, err := parseSessionFilter(strings.Fields(c.filter))
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, e := range []struct {
			net     uint16
			state   session.State
			address string
		}{{1, session.Real, "192.0.2.1"}, {1, session.Trapped, "192.0.2.200"}, {2, session.Trapped, "2001:db8::1"}} {
			a := netip.MustParseAddr(e.address)
			r := session.Record{State: e.state}
			r.Net = e.net
			if f.match(&r, a, view.StateNames[e.state]) {
				got = append(got, e.address)
			}
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%q: %v, want %v", c.filter, got, c.want)
		}
	}
}
