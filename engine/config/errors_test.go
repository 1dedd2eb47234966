package config

import (
	"strings"
	"testing"
)

// Each text, alone or behind base (25 lines away from it), must give the error
// at the line and column, and say the words.
func TestErrors(t *testing.T) {
	for _, c := range []struct{ text, at, says string }{
		{"tarpti ignore 192.0.2.1", "1:1", `did you mean "tarpit"?`},
		{"Network 1 {\n}", "1:1", `did you mean "network"?`},
		{"network 1 { nmae x\n}", "1:13", `did you mean "name"?`},
		{"mask6 10", "1:1", "it is a key of network"},
		{"tarpitprobes 2", "1:1", `write "set tarpitprobes ..."`},
		{"zzzzzzzz", "1:1", "directives are"},
		{"arp ::ffff:", "1:5", "incomplete address"},
		{"arp ::ffff:10.1", "1:5", "incomplete address"},
		{"arp 10.1.2.", "1:5", "incomplete address"},
		{"arp 2001:db8:1", "1:5", "incomplete address"},
		{"arp fe80::1%eth0", "1:5", "zone"},
		{"arp 10.0.0.0/8", "1:5", "is a prefix"},
		{"arp ff02::1", "1:5", "no address that a host"},
		{"arp 255.255.255.255", "1:5", "no address that a host"},
		{"arp hello", "1:5", "is no address"},
		{"dhcp server 2001:db8::1", "1:13", "IPv4"},
		{"dhcp server 224.0.0.1", "1:13", "no address that a host"},
		{"dhcp server", "1:12", "needs an IPv4 address"},
		{"dhcp relay 192.0.2.1", "1:6", "server"},
		{"dhcp", "1:5", "needs server"},
		{"dhcp server 192.0.2.1 67", "1:23", "one word too many"},
		{"arp", "1:4", "arp needs an IPv4 or IPv6 address"},
		{"arp 10.0.0.1 10.0.0.2", "1:14", "one word too many"},
		{"modules vrrp,arp,ping,hc,master,slb,tarpit", "1:37", "between master and slb"},
		{"modules rt,arp", "1:12", "before rt"},
		{"modules arp,vrrp", "1:13", "before arp"},
		{"modules arp,tarpit,master,slb", "1:13", "between master and slb"},
		{"modules arp,ping,vrrp", "1:18", "before arp"},
		{"modules arp,arp", "1:13", "there twice"},
		{"modules arp,,ping", "1:13", "empty"},
		{"modules arp, ping", "1:14", `write "arp,ping"`},
		{"modules arp,tarpi", "1:13", `did you mean "tarpit"?`},
		{"hostname", "1:9", "hostname needs a name"},
		{"hostname \"\"", "1:10", "empty"},
		{"hostname \"a", "1:10", "not closed"},
		{"hostname \"a b\"", "1:10", "holds a blank"},
		{"hostname a\u00a0b", "1:10", "U+00A0"},
		{"hostname a\xff", "1:10", "no UTF-8"},
		{"enable networks 1", "1:17", "network 1 is not defined"},
		{"network 1 name x\nenable networks 1", "2:17", `put "register network 1" before this line`},
		{"network 1 name x\nnetwork 3 name x\nregister networks 1-5", "3:19", "networks 2,4-5 are not defined"},
		{"register gateway 1", "1:10", "no life cycle"},
		{"register netwroks 1", "1:10", `did you mean "networks"?`},
		{"register networks 3-1", "1:19", "backwards"},
		{"register networks 0", "1:19", "outside 1..65534"},
		{"register networks a", "1:19", "neither a number nor a range"},
		{"set tarpitprobes 11", "1:18", "1..10"},
		{"set tarpitprobes -1", "1:18", "number"},
		{"set secret x", "1:12", "absolute"},
		{"set tarpitpolicy clamp 1461", "1:24", "2..1460"},
		{"set tarpitmrd maybe", "1:15", "on or off"},
		{"tarpit ignore 10.0.0.0/33", "1:15", "0..32"},
		{"tarpit ignore 10.0.0.1 0", "1:24", "1..65535"},
		{"tarpit distrust 01:00:5e:00:00:01", "1:17", "group address"},
		{"tarpit enable", "1:8", "ignore or distrust"},
		{"interface 300 name x", "1:11", "1..255"},
		{"interface name x", "1:1", "needs a number"},
		{"network 1 {\nnetwork 2 {\n}", "1:11", "not closed before line 2"},
		{"network 1 {", "1:11", "not closed"},
		{"{\n}", "1:1", "name of its section"},
		{"hostname { x\n}", "1:1", "takes no block"},
		{"set 5 { idle 1\n}", "1:5", "cannot stand between"},
		{"network 1 {\n} arp 10.0.0.1", "2:3", "new line"},
		{"interface 1 access dpdk 12", "1:25", "no PCI address"},
		{"network 1 addr 10.0.0.0/8", "1:16", `length with "mask"`},
		{"network 1 mask 255.0.255.0", "1:16", "no mask"},
		{"network 1 mask 33", "1:16", "outside"},
		{"network 1 mask6 129", "1:17", "1..128"},
		{"network 1 real fe80::1", "1:16", `write "real6" for it`},
		{"network 1 real6 10.0.0.1", "1:17", `write "real" for it`},
		{"network 1 vlan 0", "1:16", "1..4094"},
		{"network 1 tarpit polcy mute", "1:18", `did you mean "policy"?`},
		{"network 1 tarpit ignore 10.0.0.1", "1:18", "outside of blocks"},
		{"network 1 tarpit exempt 10.0.0.1-fe80::1", "1:25", "mixes"},
		{"target 1 ping 3", "1:15", "INTERVAL,DOWN"},
		{"target 1 ping 10,3", "1:18", "down after 3 s"},
		{"target 1 tcpopen 80,3", "1:18", "PORT,INTERVAL,DOWN"},
		{"vrrp {\n}", "1:1", "no vrid"},
		{"vrrp 1 {\n}\nvrrp 2 {\n}", "3:1", "one vrrp section"},
		{"gateway {\n}", "1:1", "no ipaddr"},
	} {
		expect(t, c.text, c.at, c.says)
	}
}

func expect(t *testing.T, text, at, says string) {
	t.Helper()
	cfg, ps := Parse("f", []byte(text))
	if cfg != nil {
		t.Errorf("%q loads", text)
	}
	for _, p := range ps.Errors() {
		if s := p.String(); strings.HasPrefix(s, "f:"+at+": error: ") && strings.Contains(s, says) {
			return
		}
	}
	t.Errorf("%q: no error at %s that says %q:\n%v", text, at, says, ps)
}

// Mistakes that only the whole shows.
func TestErrorsOfTheWhole(t *testing.T) {
	if _, ps := Parse("f", []byte(base)); len(ps) > 0 {
		t.Fatalf("base has problems: %v", ps)
	}
	const net2 = "network 2 {\n interface 1\n %\n}\nregister network 2\n"
	for _, c := range []struct{ add, says string }{
		{"network 1 interface 2", "interface 2, which is not defined"},
		{"network 1 real 198.51.100.1", "is not in 192.0.2.0/24"},
		{"network 1 real 192.0.2.0", "is the network address"},
		{"network 1 real 192.0.2.255", "is the broadcast address"},
		{"network 1 real6 2001:db8::", "subnet-router anycast"},
		{"network 1 virt 192.0.2.2", "are the same address"},
		{"network 1 virt6 2001:db8::2", "are the same address"},
		{"network 1 syncpeer 192.0.2.3", "an address of this node"},
		{"network 1 syncpeer 192.0.3.3", "is not in"},
		{"network 1 real6 ::5\nnetwork 1 virt6 ::6", "IPv4-mapped"},
		{strings.Replace(net2, "%", "addr 192.0.2.128\n mask 25\n real 192.0.2.130", 1), "overlaps 192.0.2.0/24 of network 1"},
		{strings.Replace(net2, "%", "mask6 48\n real6 2001:db8::9", 1), "overlaps 2001:db8::/64 of network 1"},
		{strings.Replace(net2, "%", "addr 192.0.2.0\n mask 24\n real 192.0.2.3", 1), "is an address of network 1 too"},
		{strings.Replace(net2, "%", "mask 24\n real 10.0.0.3", 1), `has no addr, add "addr 10.0.0.0"`},
		{strings.Replace(net2, "%", "virt6 fe80::1", 1), "has no real6"},
		{strings.Replace(net2, "%", "name x", 1), "has no addresses"},
		{"network 2 name x\nregister network 2", "is on no interface"},
		{"interface 2 name eth0\nregister interface 2", "same name as interface 1"},
		{"interface 2 threads 2\nregister interface 2", "has no name"},
		{"interface 2 name a/b\nregister interface 2", "slash"},
		{"interface 2 access dpdk 3b:00.0\ninterface 3 access dpdk 3b:00.0\nregister interfaces 2,3", "same device as interface 2"},
		{"interface 2 name 0123456789abcdef\nregister interface 2", "longer than 15"},
		{"gateway ipaddr 192.0.2.2", "is already real of network 1"},
		{"target 1 ipaddr 192.0.2.3\nregister target 1", "is already virt of network 1"},
		{"server 1 ipaddr 192.0.2.9\nserver 1 targets 1,2\nregister server 1", "targets 1-2 are not defined"},
		{"server 1 port 9\nregister server 1", "has no address"},
		{"vrrp vrid 1\nvrrp network 9", "network 9, which is not defined"},
		{"vrrp vrid 1\nvrrp network 1\nvrrp auth x", "no authentication"},
		{"vrrp vrid 1\nvrrp network 1\nvrrp version 2\nvrrp interval 150", "whole seconds"},
		{"vrrp vrid 1\nvrrp network 1\nvrrp version 2\nvrrp family both", `needs "version 3"`},
		{"vrrp vrid 1\nvrrp network 1\nvrrp interval 4096", "1..4095"},
		{"network 2 mask6 10\nnetwork 2 real6 fe80::1\nnetwork 2 interface 1\nregister network 2\nvrrp vrid 1\nvrrp network 2\nvrrp version 2", "IPv6 only"},
		{"network 2 mask6 10\nnetwork 2 real6 fe80::1\nnetwork 2 interface 1\nregister network 2\nvrrp vrid 1\nvrrp network 2\nvrrp family both", "only one family"},
		{"network 2 mask6 10\nnetwork 2 real6 fe80::1\nnetwork 2 interface 1\nregister network 2\nvrrp vrid 1\nvrrp network 2\nvrrp unicast 192.0.2.9", "not of the family"},
	} {
		cfg, ps := Parse("f", []byte(base+c.add))
		if cfg != nil || !strings.Contains(ps.Errors().Error(), c.says) {
			t.Errorf("%q: no error that says %q:\n%v", c.add, c.says, ps)
		}
		for _, p := range ps {
			if p.Line == 0 || p.Column == 0 {
				t.Errorf("%q: an error without a place: %v", c.add, p)
			}
		}
	}
}

func TestWarnings(t *testing.T) {
	const peer2 = "network 2 {\n addr 10.0.0.0\n mask 8\n real 10.0.0.3\n syncpeer 10.0.0.4\n interface 1\n}\nregister network 2\nenable network 2\n"
	for _, c := range []struct{ add, says string }{
		{"set tarpitprobez 3", `did you mean "tarpitprobes"?`},
		{"set future a b", "does nothing"},
		{"network 2 name x", "defined but not registered"},
		{"disable interface 1", "network 1 stays inactive"},
		{"modules arp,ping", "no module of that name"},
		{"network 1 tarpit exempt 10.0.0.1", "captured anyway"},
		{"network 1 addr 192.0.2.9", "192.0.2.0 is taken"},
		{"hostname a\nhostname b", "the last one counts"},
		{"vrrp vrid 1\nvrrp network 1", `put "vrrp" first`},
		{"network 1 syncpeer 192.0.2.4", "nothing elects a master"},
		{"network 1 syncpeer 192.0.2.4\n" + peer2 + "vrrp vrid 1\nvrrp network 1", "syncpeer 10.0.0.4 is not talked to, network 1 has one already"},
	} {
		cfg, ps := Parse("f", []byte(base+c.add))
		if cfg == nil || !strings.Contains(ps.Warnings().Error(), c.says) {
			t.Errorf("%q: no warning that says %q:\n%v", c.add, c.says, ps)
			continue
		}
		roundTrip(t, cfg)
	}
}

// A missing brace is one error, and what follows is still understood.
func TestMissingBraceRecovery(t *testing.T) {
	text := strings.Replace(base, "\tinterface 1\n}\n", "\tinterface 1\n", 1)
	_, ps := Parse("f", []byte(text))
	if len(ps) != 1 || !strings.Contains(ps[0].Text, "not closed before line 13") {
		t.Errorf("%v", ps)
	}
	_, ps = Parse("f", []byte("network 1 {\n name x\n arp 10.0.0.1\n}\n"))
	if len(ps) != 1 || !strings.Contains(ps[0].Hint, "outside the block") {
		t.Errorf("%v", ps)
	}
}
