package config

import (
	"fmt"
	"time"
)

// Param is one `set` parameter: what it is called, what it takes, and how the
// parser, Dump and the help text handle it. They are declared in params, and by modules (NewNumber).
type Param struct {
	Name string
	// Unit of a number, or empty.
	Unit string
	// Min and Max bound a number; both 0 when the value is none.
	Min, Max int
	// Values says what may be written when it is no number.
	Values  string
	Default string
	Help    string
	// Restart: a running node does not take a change of it.
	Restart bool

	set  func(*Settings, *args)
	show func(*Settings) string
}

// Range is what may be written, for help: "1..10 ms" or "every|first|off".
func (p *Param) Range() string {
	if p.Values != "" {
		return p.Values
	}
	return rangeText(p.Min, p.Max, p.Unit)
}

// Params lists every `set` parameter, in the order of the documentation.
func Params() []Param { return append([]Param(nil), params...) }

// maxLife is the longest life of an entry in the shared table, in seconds: its
// slots can tell no longer one (engine/session/README.md).
const maxLife = 172800

// params is the table. Nothing changes it once the program runs. No range goes beyond what its consumer
// can do: modules/tarpit has the test of that.
var params = []Param{
	duration("tarpitrealto", time.Second, 1, maxLife, 1800, "how long an address counts as real after its last sign of life; then it is proven again", func(s *Settings) *time.Duration { return &s.RealTTL }),
	duration("tarpittrapto", time.Second, 1, maxLife, 300, "how long an address stays trapped after the last packet for it", func(s *Settings) *time.Duration { return &s.TrapTTL }),
	number("tarpitprobes", "probes", 1, 10, 3, "requests sent before an address counts as absent", func(s *Settings) *int { return &s.Probes }),
	duration("tarpitprobeint", time.Millisecond, 50, 10000, 300, "between two of them, and from the last one to the decision", func(s *Settings) *time.Duration { return &s.ProbeInterval }),
	{
		Name: "tarpitpolicy", Values: "slam|synack|mute|clamp WINDOW", Default: "slam",
		Help: "policy of networks without one of their own; clamp takes 2..1460 bytes",
		set:  func(s *Settings, a *args) { s.Policy = a.policy() },
		show: func(s *Settings) string { return s.Policy.String() },
	},
	{
		Name: "tarpitlog", Values: "first|every|off", Default: "first",
		Help: "log lines: the first of each kind and source with counts after, one per packet, or none",
		set: func(s *Settings, a *args) {
			switch a.choice("first", "every", "off") {
			case "first":
				s.Log = LogFirst
			case "every":
				s.Log = LogEvery
			case "off":
				s.Log = LogOff
			}
		},
		show: func(s *Settings) string { return s.Log.String() },
	},
	number("tarpitlograte", "lines/s", 1, 1000000, 1000, "most lines a second under `tarpitlog every`; the rest is counted", func(s *Settings) *int { return &s.LogRate }),
	number("tarpitreplyrate", "replies/s", 0, 1000000, 50000, "most replies a second and worker to the held connections of one source (/32, /64), twice that at once; 0 is no limit; one connection gets 4", func(s *Settings) *int { return &s.ReplyRate }),
	number("tarpitsynrate", "SYN-ACKs/s", 0, 1000000, 0, "most SYN-ACKs a second to one source (/32, /64); 0 is no limit", func(s *Settings) *int { return &s.SynBudget }),
	flag("tarpitmrd", true, "send Multicast Router Advertisements (RFC 4286), so that solicitations pass MLD snooping", func(s *Settings) *bool { return &s.MRD }),
	flag("dhcplearn", true, "find out who is a DHCP server, and leave its looks for free addresses alone; off: only those of `dhcp server`", func(s *Settings) *bool { return &s.DHCPLearn }),
	{
		Name: "csumpartial", Values: "accept|drop", Default: "accept",
		Help: "checksums that a local kernel left unfinished, on kernel-backed ports",
		set:  func(s *Settings, a *args) { s.PartialDrop = a.choice("accept", "drop") == "drop" },
		show: func(s *Settings) string {
			if s.PartialDrop {
				return "drop"
			}
			return "accept"
		},
	},
	number("tarpitproberate4", "probes/s", 1, 1000000, 300, "IPv4 probes a second and network", func(s *Settings) *int { return &s.Bounds4.ProbeRate }),
	number("tarpitprobeburst4", "probes", 1, 1000000, 1024, "IPv4 probes at once", func(s *Settings) *int { return &s.Bounds4.ProbeBurst }),
	number("tarpitprobing4", "addresses", 1, 1024, 1024, "IPv4 addresses under proof at once, per network", func(s *Settings) *int { return &s.Bounds4.Probing }),
	number("tarpitproberate6", "probes/s", 1, 1000000, 100, "IPv6 probes a second and network", func(s *Settings) *int { return &s.Bounds6.ProbeRate }),
	number("tarpitprobeburst6", "probes", 1, 1000000, 300, "IPv6 probes at once", func(s *Settings) *int { return &s.Bounds6.ProbeBurst }),
	number("tarpitprobing6", "addresses", 1, 1024, 1024, "IPv6 addresses under proof at once, per network", func(s *Settings) *int { return &s.Bounds6.Probing }),
	number("tarpitcapturerate6", "addresses/s", 0, 1000000, 10, "new IPv6 captures a second and network; 0 is no limit", func(s *Settings) *int { return &s.Bounds6.CaptureRate }),
	number("tarpitcaptureburst6", "addresses", 1, 1000000, 64, "new IPv6 captures at once", func(s *Settings) *int { return &s.Bounds6.CaptureBurst }),
	number("tarpitper64", "addresses", 0, 4096, 512, "captured IPv6 addresses alive per /64 (each is an entry in the router's cache); 0 is no limit but that of a worker, 4,096 in all", func(s *Settings) *int { return &s.Bounds6.Per64 }),
	number("tarpitannouncerate", "addresses/s", 0, 10000, 1000, "captured addresses a second that a new master tells their askers of, where its MAC is another one (`mac port`); 0 is none", func(s *Settings) *int { return &s.AnnounceRate }),
	restart(number("sessions", "entries", 1024, 1<<26, 262144, "size of the session table", func(s *Settings) *int { return &s.Sessions })),
	{
		Name: "idle", Unit: "us", Min: 0, Max: 1000000, Default: "5000",
		Help: "longest sleep of an idle worker that frames do not wake up (others: 250 ms); 0 polls without sleep. Unset: 5000 on kernel-backed ports, 0 on others",
		set: func(s *Settings, a *args) {
			s.Idle = time.Duration(a.number(0, 1000000, "us")) * time.Microsecond
			s.IdleSet = true
		},
		show: func(s *Settings) string { return itoa(int(s.Idle / time.Microsecond)) },
	},
	restart(Param{
		Name: "secret", Values: "FILE", Default: "/var/lib/mire/secret",
		Help: "32 bytes from which every key is made; made at the first start, kept, copied to a peer",
		set:  func(s *Settings, a *args) { s.SecretFile = a.path(4095) },
		show: func(s *Settings) string { return quote(s.SecretFile) },
	}),
	{
		Name: "syslog", Values: "PATH|off", Default: "/dev/log",
		Help: "socket of the local syslog, facility daemon",
		set: func(s *Settings, a *args) {
			if len(a.rest) > 0 && a.rest[0].text == "off" {
				a.next("")
				s.Syslog = ""
				return
			}
			s.Syslog = a.path(107) // sun_path without its final zero
		},
		show: func(s *Settings) string {
			if s.Syslog == "" {
				return "off"
			}
			return quote(s.Syslog)
		},
	},
	flag("sessionautoresync", true, "fetch the whole table when a session begins and the peer knows far more; off: only what the digests find to differ", func(s *Settings) *bool { return &s.SessionAutoResync }),
	flag("sessionsyncack", true, "acknowledge the changes of the peer, which measures the lag in `show ha`", func(s *Settings) *bool { return &s.SessionSyncAck }),
	flag("ipforwarding", false, "route between networks", func(s *Settings) *bool { return &s.IPForwarding }),
	flag("multithreading", true, "accepted for files of others: workers are always parallel", func(s *Settings) *bool { return &s.MultiThreading }),
	flag("vrrppreempt", true, "the higher priority takes the role back", func(s *Settings) *bool { return &s.VRRPPreempt }),
	number("vrrppreemptts", "s", 0, 86400, 0, "time to wait before it does", func(s *Settings) *int { return &s.VRRPPreemptTS }),
}

// DefaultSettings are the settings of an empty configuration.
func DefaultSettings() Settings {
	var s Settings
	for i := range params {
		p := &params[i]
		a := args{report: &reporter{}, what: p.Name}
		a.rest = []word{{text: p.Default}}
		p.set(&s, &a)
		if !a.ok() {
			panic("config: default of " + p.Name + ": " + a.report.list.Error())
		}
	}
	s.IdleSet = false
	return s
}

func paramNamed(name string) *Param {
	for i := range params {
		if params[i].Name == name {
			return &params[i]
		}
	}
	return nil
}

func paramNames() []string {
	out := make([]string, len(params))
	for i := range params {
		out[i] = params[i].Name
	}
	return out
}

func number(name, unit string, lo, hi, standard int, help string, at func(*Settings) *int) Param {
	return Param{
		Name: name, Unit: unit, Min: lo, Max: hi, Default: itoa(standard), Help: help,
		set:  func(s *Settings, a *args) { *at(s) = a.number(lo, hi, unit) },
		show: func(s *Settings) string { return itoa(*at(s)) },
	}
}

func duration(name string, unit time.Duration, lo, hi, standard int, help string, at func(*Settings) *time.Duration) Param {
	text := map[time.Duration]string{time.Second: "s", time.Millisecond: "ms"}[unit]
	return Param{
		Name: name, Unit: text, Min: lo, Max: hi, Default: itoa(standard), Help: help,
		set:  func(s *Settings, a *args) { *at(s) = time.Duration(a.number(lo, hi, text)) * unit },
		show: func(s *Settings) string { return fmt.Sprint(int64(*at(s) / unit)) },
	}
}

func flag(name string, standard bool, help string, at func(*Settings) *bool) Param {
	return Param{
		Name: name, Values: "on|off", Default: onOff(standard), Help: help,
		set:  func(s *Settings, a *args) { *at(s) = a.flag() },
		show: func(s *Settings) string { return onOff(*at(s)) },
	}
}

func restart(p Param) Param {
	p.Restart = true
	return p
}

func onOff(b bool) string {
	if b {
		return "on"
	}
	return "off"
}

// String is the mode as written in the configuration.
func (m LogMode) String() string {
	switch m {
	case LogEvery:
		return "every"
	case LogOff:
		return "off"
	}
	return "first"
}
