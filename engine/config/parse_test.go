package config

import (
	"errors"
	"os"
	"reflect"
	"strings"
	"testing"
)

func TestFilesLoadAndRoundTrip(t *testing.T) {
	for _, f := range goodFiles(t) {
		t.Run(f, func(t *testing.T) {
			c, ps := Load(f)
			if err := ps.Err(); err != nil {
				t.Fatal(err)
			}
			roundTrip(t, c)
			if s := mustSnapshot(t, c); len(s.Networks) == 0 || len(s.Interfaces) == 0 {
				t.Fatalf("nothing is active: %+v", s)
			}
		})
	}
}

func TestBrokenFileReportsEverything(t *testing.T) {
	c, ps := Load("testdata/broken.conf")
	if c != nil {
		t.Error("a configuration came out of a broken file")
	}
	got := ps.Error() + "\n"
	const golden = "testdata/broken.golden"
	if os.Getenv("UPDATE_GOLDEN") != "" {
		if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("differs from %s (UPDATE_GOLDEN=1 writes it):\n%s", golden, got)
	}
}

func TestSeedFileMeaning(t *testing.T) {
	c, ps := Load("testdata/seed-combined.conf")
	if err := ps.Err(); err != nil {
		t.Fatal(err)
	}
	s := mustSnapshot(t, c)
	if got := strings.Join(s.Modules, ","); got != "vrrp,arp,ping,hc,master,tarpit,slb,tnat,nat,rt" {
		t.Errorf("chain %s", got)
	}
	n := s.NetworkByNumber(1)
	if n.Prefix4.String() != "172.17.2.0/24" || n.Prefix6.String() != "2001:db8:1111::/48" ||
		n.SyncPeer != addr("2001:db8:1111::2:2") || n.Tarpit != TarpitEnable || n.Name != "local network" {
		t.Errorf("network 1: %+v", n)
	}
	if n := s.NetworkByNumber(2); n.Tarpit != TarpitDisable {
		t.Errorf("network 2 has a tarpit nobody asked for")
	}
	if n := s.NetworkByNumber(3); n.Prefix6.String() != "fe80::/10" || n.Prefix4.IsValid() {
		t.Errorf("network 3: %+v", n)
	}
	if len(s.ARP) != 2 || s.ARP[0] != addr("172.17.2.80") {
		t.Errorf("arp: %v", s.ARP)
	}
	if s.VRRP[0].Family != FamilyBoth {
		t.Errorf("family of adverts %q, want that of the network", s.VRRP[0].Family)
	}
}

func TestBothFormsAreEqual(t *testing.T) {
	block := mustParse(t, base+"vrrp {\n vrid 5\n network 1\n}\nset {\n idle 7\n}\n")
	lines := mustParse(t, `
register interface 1
enable interface 1
register networks 1
enable networks 1
network 1 interface 1
network 1 tarpit enable
network 1 virt6 2001:db8::3
network 1 real6 2001:db8::2
network 1 mask6 64
network 1 virt 192.0.2.3
network 1 real 192.0.2.2
network 1 mask 255.255.255.0
network 1 addr 192.0.2.0
interface 1 name "eth0"
vrrp vrid 5
vrrp network 1
set idle 7
`)
	if a, b := mustSnapshot(t, block), mustSnapshot(t, lines); !reflect.DeepEqual(a, b) {
		t.Errorf("forms differ:\n%+v\n%+v", a, b)
	}
}

func TestLoadMissingFile(t *testing.T) {
	_, ps := Load("testdata/no such file")
	if len(ps) != 1 || !strings.Contains(ps[0].String(), "no such file or directory") || ps[0].Hint == "" {
		t.Errorf("%v", ps)
	}
	if _, ps := Load("/dev/zero"); ps.Err() == nil {
		t.Error("an endless file loads")
	}
}

func TestApplyIsAtomic(t *testing.T) {
	c := mustParse(t, base)
	before := dumpText(t, c)
	d, err := c.Apply("network 1 tarpit disable")
	if err != nil {
		t.Fatal(err)
	}
	if mustSnapshot(t, d).Networks[0].Tarpit != TarpitDisable {
		t.Error("not applied")
	}
	d, err = c.Apply("arp 192.0.2.9\nnetwork 1 mask 99")
	var ps Problems
	if d != nil || !errors.As(err, &ps) || len(ps) != 1 {
		t.Errorf("half a command was applied: %v, %v", d, err)
	}
	for _, bad := range []string{
		"", "// nothing", "network 1 tarpti disable", "network 7", "network 1 real 198.51.100.1",
		"set tarpitprobez 3", "enable network 2", "interface 1 name", "}", "network 1 {",
	} {
		if d, err := c.Apply(bad); err == nil || d != nil {
			t.Errorf("%q was applied", bad)
		}
	}
	// a whole network moves in one step
	if _, err := c.Apply("network 1 {\n addr 10.0.0.0\n real 10.0.0.2\n virt 10.0.0.3\n}"); err != nil {
		t.Error(err)
	}
	if after := dumpText(t, c); after != before {
		t.Errorf("Apply changed its receiver:\n%s", after)
	}
}

func TestApplyDoesNotShareLists(t *testing.T) {
	c := mustParse(t, base+"network 1 tarpit exempt 192.0.2.10\n")
	a, err1 := c.Apply("network 1 tarpit exempt 192.0.2.11")
	b, err2 := c.Apply("network 1 tarpit exempt 192.0.2.12")
	if err1 != nil || err2 != nil {
		t.Fatal(err1, err2)
	}
	x, y := mustSnapshot(t, a).Networks[0].Exempt, mustSnapshot(t, b).Networks[0].Exempt
	if len(x) != 2 || len(y) != 2 || x[1] == y[1] {
		t.Errorf("%v %v", x, y)
	}
}

func TestProblemLimit(t *testing.T) {
	_, ps := Parse("x", []byte(strings.Repeat("nonsense here\n", 3000)))
	if len(ps) != maxProblems+1 || !strings.Contains(ps[maxProblems].Text, "2000 more") {
		t.Errorf("%d problems, last %v", len(ps), ps[len(ps)-1])
	}
}

func TestIsCommand(t *testing.T) {
	for line, want := range map[string]bool{
		"network 1 tarpit disable": true, "  arp 192.0.2.1": true, "enable networks 1": true, "set idle 5": true,
		"show ports": false, "release 192.0.2.1": false, "": false, "clear sessions": false,
	} {
		if IsCommand(line) != want {
			t.Errorf("IsCommand(%q) is %v", line, !want)
		}
	}
}

// Adverts run in the family that their network or the unicast peer has.
func TestVRRPFamilyDefault(t *testing.T) {
	link := "network 2 mask6 10\nnetwork 2 real6 fe80::1\nnetwork 2 interface 1\nregister network 2\nenable network 2\n"
	for add, want := range map[string]string{
		"vrrp network 1":                           FamilyBoth,
		"vrrp network 2":                           FamilyIPv6,
		"vrrp network 1\nvrrp version 2":           FamilyIPv4,
		"vrrp network 1\nvrrp unicast 192.0.2.9":   FamilyIPv4,
		"vrrp network 1\nvrrp unicast 2001:db8::9": FamilyIPv6,
		"vrrp network 1\nvrrp family ipv4":         FamilyIPv4,
	} {
		if got := mustSnapshot(t, mustParse(t, base+link+"vrrp vrid 1\n"+add)).VRRP[0].Family; got != want {
			t.Errorf("%q: %s", add, got)
		}
	}
}

func TestEditTellsTheWarningsOfItsLineAlone(t *testing.T) {
	c := New()
	d, problems := c.Edit("network 9 tarpit enable")
	if d == nil || len(problems) != 1 || !problems[0].Warning {
		t.Fatalf("%v, want one warning: network 9 is not registered", problems)
	}
	if d, problems = d.Edit("hostname other"); d == nil || len(problems) != 0 {
		t.Errorf("%v, want none: the warning about network 9 was told before", problems)
	}
	if d, problems = c.Edit("hostname"); d != nil || len(problems.Errors()) == 0 {
		t.Errorf("%v, want an error and no configuration", problems)
	}
}
