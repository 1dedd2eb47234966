package config

import (
	"slices"
	"testing"
)

func TestDiff(t *testing.T) {
	old := mustSnapshot(t, mustParse(t, base))
	for _, c := range []struct {
		add  string
		want []string
	}{
		{"", nil},
		{"network 1 tarpit observe\narp 192.0.2.9\nset tarpitprobes 2\nhostname x", nil},
		{"disable network 1", nil},
		{"interface 1 threads 2", []string{"interface 1 threads (1 -> 2)"}},
		{"interface 1 name eth1", []string{"interface 1 name (eth0 -> eth1)"}},
		{"interface 1 access af_xdp", []string{"interface 1 access (raw -> af_xdp)"}},
		{"interface 2 name eth1\nregister interface 2\nenable interface 2", []string{"interface 2 (new)"}},
		{"disable interface 1", []string{"interface 1 (removed)"}},
		{"modules arp,tarpit", []string{"modules (arp,ping,master,tarpit -> arp,tarpit)"}},
		{"set sessions 4096\nset secret /x", []string{"set sessions (262144 -> 4096)", "set secret (/var/lib/mire/secret -> /x)"}},
	} {
		next := mustSnapshot(t, mustParse(t, base+c.add))
		if got := Diff(old, next); !slices.Equal(got, c.want) {
			t.Errorf("%q: %q", c.add, got)
		}
		bound := next.Bind([]Binding{{Interface: 1, Port: 1, MAC: MAC{2}}})
		if got := Diff(old, bound); !slices.Equal(got, c.want) {
			t.Errorf("%q: bound: %q", c.add, got)
		}
	}
}
