package config

import (
	"bytes"
	"net/netip"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

// The chain as package modules declares it, and a parameter of one of them.
func init() {
	DeclareChain([]string{"vrrp", "arp", "ping", "hc", "master", "tarpit", "slb", "tnat", "nat", "rt"})
}

// mustParse is a configuration without errors.
func mustParse(t testing.TB, text string) *Config {
	t.Helper()
	c, ps := Parse("test.conf", []byte(text))
	if err := ps.Err(); err != nil {
		t.Fatalf("does not load:\n%v", err)
	}
	return c
}

func mustSnapshot(t testing.TB, c *Config) *Snapshot {
	t.Helper()
	s, err := c.Snapshot()
	if err != nil {
		t.Fatalf("no snapshot:\n%v", err)
	}
	return s
}

func dumpText(t testing.TB, c *Config) string {
	t.Helper()
	var b bytes.Buffer
	if err := c.Dump(&b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func addr(s string) netip.Addr { return netip.MustParseAddr(s) }

// goodFiles are all complete configurations of testdata.
func goodFiles(t testing.TB) []string {
	t.Helper()
	all, err := filepath.Glob("testdata/*.conf")
	if err != nil || len(all) < 7 {
		t.Fatalf("testdata: %v, %v", all, err)
	}
	var out []string
	for _, f := range all {
		if !strings.Contains(f, "broken") {
			out = append(out, f)
		}
	}
	return out
}

// roundTrip demands that what loads is dumped to text that loads to the same.
func roundTrip(t testing.TB, c *Config) {
	t.Helper()
	s, text := mustSnapshot(t, c), dumpText(t, c)
	c2, ps := Parse("dump", []byte(text))
	if err := ps.Err(); err != nil {
		t.Fatalf("the dump does not load: %v\n%s", err, text)
	}
	if s2 := mustSnapshot(t, c2); !reflect.DeepEqual(s, s2) {
		t.Fatalf("the dump loads to another snapshot:\n%+v\n%+v\n%s", s, s2, text)
	}
	if again := dumpText(t, c2); again != text {
		t.Fatalf("the dump of a dump differs:\n%s\n%s", text, again)
	}
}

// base is a small whole configuration to which tests add lines.
const base = `
interface 1 { name eth0 }
network 1 {
	addr 192.0.2.0
	mask 24
	real 192.0.2.2
	virt 192.0.2.3
	mask6 64
	real6 2001:db8::2
	virt6 2001:db8::3
	tarpit enable
	interface 1
}
register interface 1
enable interface 1
register network 1
enable network 1
`
