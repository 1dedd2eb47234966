package config

import (
	"maps"
	"net/netip"
	"slices"
)

// Config is a configuration that can still be edited: the objects as they were
// written, with the places they were written at. It belongs to the control
// plane; workers read the Snapshot made from it. A Config that was returned is
// never changed: Apply returns another.
type Config struct {
	hostname   string
	modules    []string
	modulesAt  place
	interfaces *table[Interface]
	vrrp       *table[VRRP]
	networks   *table[network]
	gateways   *table[Gateway]
	servers    *table[server]
	targets    *table[target]
	arp        []netip.Addr
	dhcp       []netip.Addr // servers
	ignore     []Ignore
	distrust   []MAC
	settings   Settings
	given      map[string]place    // `set` parameters that were written
	unknown    map[string][]string // those of other versions, with their values
}

// DefaultHostname and DefaultModules hold without a line of their own.
const DefaultHostname = "mire"

// DefaultModules is the chain without a `modules` line.
func DefaultModules() []string { return []string{"arp", "ping", "master", "tarpit"} }

// New returns an empty configuration.
func New() *Config {
	return &Config{
		hostname: DefaultHostname,
		modules:  DefaultModules(),
		interfaces: newTable(&kindInterface, interfaceKeys(), func() Interface {
			return Interface{Threads: 1}
		}),
		vrrp: newTable(&kindVRRP, vrrpKeys(), func() VRRP {
			return VRRP{Priority: 100, Version: 3, Interval: 100, Checksum: "auto"}
		}),
		networks: newTable(&kindNetwork, networkKeys(), func() network { return network{} }),
		gateways: newTable(&kindGateway, gatewayKeys(), func() Gateway { return Gateway{} }),
		servers:  newTable(&kindServer, serverKeys(), func() server { return server{} }),
		targets:  newTable(&kindTarget, targetKeys(), func() target { return target{Target: Target{Weight: 1}} }),
		settings: DefaultSettings(),
		given:    map[string]place{},
		unknown:  map[string][]string{},
	}
}

func (c *Config) clone() *Config {
	d := *c
	d.modules = slices.Clone(c.modules)
	d.interfaces = c.interfaces.clone()
	d.vrrp = c.vrrp.clone()
	d.networks = c.networks.clone()
	d.gateways = c.gateways.clone()
	d.servers = c.servers.clone()
	d.targets = c.targets.clone()
	d.arp = slices.Clone(c.arp)
	d.dhcp = slices.Clone(c.dhcp)
	d.ignore = slices.Clone(c.ignore)
	d.distrust = slices.Clone(c.distrust)
	d.given = maps.Clone(c.given)
	d.unknown = maps.Clone(c.unknown)
	return &d
}

// section returns the table of a kind.
func (c *Config) section(k *kind) section {
	for _, s := range c.sections() {
		if s.about() == k {
			return s
		}
	}
	panic("config: no table for " + k.name)
}

// sections in the order of Dump.
func (c *Config) sections() []section {
	return []section{c.interfaces, c.vrrp, c.networks, c.gateways, c.servers, c.targets}
}

// Section documents one section and its keys.
type Section struct {
	Name, Help string
	Keys       []Key
}

// Sections documents every section of the language but `set`, whose
// parameters are Params.
func Sections() []Section {
	var out []Section
	for _, s := range New().sections() {
		out = append(out, Section{s.about().name, s.about().help, s.keyList()})
	}
	return out
}
