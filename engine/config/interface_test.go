package config

import (
	"fmt"
	"strings"
	"testing"
)

// A name travels in a device string, which drivers take apart: one that would
// hand them arguments is refused at its place, also as a command.
func TestInterfaceNamesHandNoArgumentsToDrivers(t *testing.T) {
	conf := func(name, access string) string {
		return fmt.Sprintf("interface 1 {\n  name \"%s\"\n%s}\nregister interfaces 1\n", name, access)
	}
	for _, access := range []string{"", "  access raw\n", "  access af_xdp\n", "  access af_xdp force\n"} {
		for _, name := range []string{"eth0,qpairs=4", "a,b", "iface=eth0", ",", "=", "[a", "[a]", "\u00e0"} {
			c, problems := Parse("f", []byte(conf(name, access)))
			if c != nil || !strings.Contains(problems.Error(), "f:2:3: ") || !strings.Contains(problems.Error(), fmt.Sprintf("%q", name)) {
				t.Errorf("%q%s: %v", name, access, problems)
			}
		}
		for _, name := range []string{"abcdefghijklmno", "eth0.100", "br-3f2a9c1d77aa", "veth@if5", "q#1", "it's", "\u00fc0", "x;y", "$(id)", "{", "a]", "a[0]"} {
			if c, problems := Parse("f", []byte(conf(name, access))); c == nil {
				t.Errorf("%q%s: %v", name, access, problems)
			}
		}
	}
	for _, access := range []string{"  access dpdk 0000:01:00.0\n", "  access vdev \"net_null0\"\n"} {
		if c, problems := Parse("f", []byte(conf("uplink, left=1", access))); c == nil {
			t.Errorf("a name that reaches no driver%s: %v", access, problems)
		}
	}
	c := mustParse(t, conf("eth0", ""))
	if _, err := c.Apply(`interface 1 name "eth0,qpairs=4"`); err == nil || !strings.Contains(err.Error(), "comma") {
		t.Errorf("as a command: %v", err)
	}
	if _, err := c.Apply(`interface 1 access vdev "net_null0,copy=1"`); err != nil {
		t.Errorf("arguments that are meant: %v", err)
	}
}

// init proposes nothing that check refuses.
func TestUsableIsWhatCheckAccepts(t *testing.T) {
	for _, name := range []string{"eth0", "a,b", "a=b", "[a", `a"b`, "en:1", "a b", "\u00fc0", "\u00e0", "#1", "//", "{", "0123456789abcdef", ".."} {
		c, problems := Parse("f", []byte(InitFile(IfaceFacts{Name: name})))
		if good := Usable(name) == nil; good != (c != nil) {
			t.Errorf("%q: usable %v (%v), check says %v", name, good, Usable(name), problems)
		}
	}
}
