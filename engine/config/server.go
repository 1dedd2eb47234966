package config

import (
	"net/netip"
	"slices"
	"strings"
	"time"
)

// server and target keep their two addresses apart, as configured.
type server struct {
	Server
	ip4, ip6 netip.Addr
}

type target struct {
	Target
	ip4, ip6 netip.Addr
}

func serverKeys() []key[server] {
	return []key[server]{
		{name: "name", usage: "NAME", help: "shown beside the number",
			set:  func(s *server, a *args) { s.Name = a.text("a name", 64) },
			show: func(s *server) []string { return some(s.Name) }},
		{name: "ipaddr", usage: "IPv4", help: "its address",
			set:  func(s *server, a *args) { s.ip4 = a.addr4() },
			show: func(s *server) []string { return someAddr(s.ip4) }},
		{name: "ipaddr6", usage: "IPv6", help: "its address",
			set:  func(s *server, a *args) { s.ip6 = a.addr6() },
			show: func(s *server) []string { return someAddr(s.ip6) }},
		{name: "port", usage: "PORT|any", help: "1..65535",
			set:  func(s *server, a *args) { s.Port = a.port() },
			show: func(s *server) []string { return someInt(int(s.Port)) }},
		{name: "ports", usage: "LIST", help: "several ports, such as 80,443,8000-8080",
			set: func(s *server, a *args) {
				s.Ports = nil
				for _, p := range a.spans(1, 65535) {
					s.Ports = append(s.Ports, PortRange{uint16(p.from), uint16(p.to)})
				}
			},
			show: func(s *server) []string { return portList(s.Ports) }},
		{name: "protocol", usage: "WORD", help: "kept as written for the module that serves it",
			set:  func(s *server, a *args) { s.Protocol = a.text("a protocol such as tcp", 32) },
			show: func(s *server) []string { return some(s.Protocol) }},
		{name: "sessionid", usage: "WORD", help: "kept as written for the module that serves it",
			set:  func(s *server, a *args) { s.SessionID = a.text("a session identifier such as src", 64) },
			show: func(s *server) []string { return some(s.SessionID) }},
		{name: "method", usage: "WORD", help: "kept as written for the module that serves it",
			set:  func(s *server, a *args) { s.Method = a.text("a method such as rr", 64) },
			show: func(s *server) []string { return some(s.Method) }},
		{name: "targets", usage: "LIST", help: "numbers of targets",
			set:  func(s *server, a *args) { s.Targets = a.numbers(kindTarget.lo, kindTarget.hi) },
			show: func(s *server) []string { return numberList(s.Targets) }},
		{name: "backuptargets", usage: "LIST", help: "numbers of targets that serve when no other does",
			set:  func(s *server, a *args) { s.BackupTargets = a.numbers(kindTarget.lo, kindTarget.hi) },
			show: func(s *server) []string { return numberList(s.BackupTargets) }},
		{name: "proxy", usage: "enable|disable", help: "reach targets from prx / prx6",
			set:  func(s *server, a *args) { s.Proxy = a.flag() },
			show: func(s *server) []string { return ifSet(s.Proxy, "enable") }},
		{name: "prx", usage: "IPv4", help: "source address of a proxy server",
			set:  func(s *server, a *args) { s.Prx = a.addr4() },
			show: func(s *server) []string { return someAddr(s.Prx) }},
		{name: "prx6", usage: "IPv6", help: "source address of a proxy server",
			set:  func(s *server, a *args) { s.Prx6 = a.addr6() },
			show: func(s *server) []string { return someAddr(s.Prx6) }},
	}
}

func targetKeys() []key[target] {
	return []key[target]{
		{name: "name", usage: "NAME", help: "shown beside the number",
			set:  func(t *target, a *args) { t.Name = a.text("a name", 64) },
			show: func(t *target) []string { return some(t.Name) }},
		{name: "ipaddr", usage: "IPv4", help: "its address",
			set:  func(t *target, a *args) { t.ip4 = a.addr4() },
			show: func(t *target) []string { return someAddr(t.ip4) }},
		{name: "ipaddr6", usage: "IPv6", help: "its address",
			set:  func(t *target, a *args) { t.ip6 = a.addr6() },
			show: func(t *target) []string { return someAddr(t.ip6) }},
		{name: "port", usage: "PORT|any", help: "1..65535; default: that of the server",
			set:  func(t *target, a *args) { t.Port = a.port() },
			show: func(t *target) []string { return someInt(int(t.Port)) }},
		{name: "protocol", usage: "WORD", help: "kept as written for the module that serves it",
			set:  func(t *target, a *args) { t.Protocol = a.text("a protocol such as tcp", 32) },
			show: func(t *target) []string { return some(t.Protocol) }},
		{name: "weight", usage: "1..65535", help: "share of the load; default 1",
			set:  func(t *target, a *args) { t.Weight = a.number(1, 65535, "") },
			show: func(t *target) []string { return unless(t.Weight, 1) }},
		{name: "ping", usage: "INTERVAL,DOWN", help: "ICMP echo every INTERVAL seconds; down after DOWN seconds of silence",
			set:  func(t *target, a *args) { t.Ping = a.check(false) },
			show: func(t *target) []string { return some(t.Ping.String()) }},
		{name: "ping6", usage: "INTERVAL,DOWN", help: "the same by ICMPv6",
			set:  func(t *target, a *args) { t.Ping6 = a.check(false) },
			show: func(t *target) []string { return some(t.Ping6.String()) }},
		{name: "tcpopen", usage: "PORT,INTERVAL,DOWN", help: "a TCP connection every INTERVAL seconds",
			set:  func(t *target, a *args) { t.TCPOpen = a.check(true) },
			show: func(t *target) []string { return some(t.TCPOpen.String()) }},
		{name: "agent", usage: "WORD", help: "kept as written for the module that serves it",
			set:  func(t *target, a *args) { t.Agent = a.text("the agent's parameters", 256) },
			show: func(t *target) []string { return some(t.Agent) }},
		{name: "script", usage: "TEXT", help: "kept as written for the module that serves it",
			set:  func(t *target, a *args) { t.Script = a.text("the script's parameters", 1024) },
			show: func(t *target) []string { return some(t.Script) }},
		{name: "dsr", usage: "enable|disable", help: "direct server return",
			set:  func(t *target, a *args) { t.DSR = a.flag() },
			show: func(t *target) []string { return ifSet(t.DSR, "enable") }},
		{name: "maxsessions", usage: "0..2147483646", help: "0 is no limit",
			set:  func(t *target, a *args) { t.MaxSessions = a.number(0, 1<<31-2, "") },
			show: func(t *target) []string { return someInt(t.MaxSessions) }},
	}
}

// port takes a port or `any`, which is 0.
func (a *args) port() uint16 {
	if len(a.rest) > 0 && a.rest[0].text == "any" {
		a.next("")
		return 0
	}
	return uint16(a.number(1, 65535, ""))
}

// String is the check as written in the configuration; empty without one.
func (c Check) String() string {
	if c.Interval == 0 {
		return ""
	}
	s := itoa(int(c.Interval/time.Second)) + "," + itoa(int(c.Down/time.Second))
	if c.Port != 0 {
		s = itoa(int(c.Port)) + "," + s
	}
	return s
}

// numberList writes numbers as a list, three or more in a row as a range.
func numberList(in []int) []string {
	if len(in) == 0 {
		return nil
	}
	var parts []string
	for i := 0; i < len(in); {
		j := i
		for j+1 < len(in) && in[j+1] == in[j]+1 {
			j++
		}
		if j-i >= 2 {
			parts = append(parts, itoa(in[i])+"-"+itoa(in[j]))
		} else {
			for _, n := range in[i : j+1] {
				parts = append(parts, itoa(n))
			}
		}
		i = j + 1
	}
	return []string{strings.Join(parts, ",")}
}

func portList(in []PortRange) []string {
	if len(in) == 0 {
		return nil
	}
	var parts []string
	for _, p := range in {
		s := itoa(int(p.From))
		if p.To != p.From {
			s += "-" + itoa(int(p.To))
		}
		parts = append(parts, s)
	}
	return []string{strings.Join(parts, ",")}
}

// addrs are the valid ones of a list.
func addrs(in ...netip.Addr) []netip.Addr {
	return slices.DeleteFunc(in, func(a netip.Addr) bool { return !a.IsValid() })
}
