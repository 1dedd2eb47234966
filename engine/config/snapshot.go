// Package config turns the configuration language into one immutable Snapshot
// that workers read without locks. Text goes in, either a complete Snapshot or
// all errors at once come out; a Snapshot is never changed after it was
// published.
package config

import (
	"net/netip"
	"time"
)

// MAC is an Ethernet address in wire order.
type MAC [6]byte

// Snapshot is one validated configuration. Only objects that are registered
// and enabled are in Networks; everything is in ascending order of number.
type Snapshot struct {
	// Generation counts published snapshots, from 1.
	Generation uint64
	Hostname   string
	// Modules is the chain in its fixed order, as configured.
	Modules    []string
	Interfaces []Interface
	Networks   []Network
	// VRRP is empty or the one vrrp section: tarpit answers then use its virtual MAC.
	VRRP []VRRP
	// Gateways, Servers and Targets: their addresses are never captured.
	Gateways []Gateway
	Servers  []Server
	Targets  []Target
	// ARP are the addresses of `arp ADDR`: never captured.
	ARP []netip.Addr
	// DHCP are the servers of `dhcp server ADDR`, IPv4: never captured, never
	// answered. They need not be learnt, and do not age.
	DHCP []netip.Addr
	// Ignore are sources that are never answered and make no events.
	Ignore []Ignore
	// Reserved are addresses of objects that are configured but not active:
	// never captured, because somebody means to use them.
	Reserved []netip.Addr
	// Distrust are MACs whose claims are no signs of life.
	Distrust []MAC
	Settings Settings

	guard *guard // compiled by Seal
}

// Interface is a port as configured.
type Interface struct {
	Number int
	Name   string
	// Access is how the port is reached; Device is its argument (PCI address,
	// vdev string) and empty for kernel interfaces.
	Access Access
	Device string
	Force  bool
	// Threads is the number of RX queues, 1 or more.
	Threads  int
	TrackVal int
	// Port, MAC, MTU, Kernel and Host come from Bind.
	Port   uint16 // DPDK port id
	MAC    MAC    // the port's (kernel interface's) own address
	MTU    int    // bytes of IP packet
	Kernel bool   // a kernel interface stands behind the port
	Host   []netip.Addr
}

// Access is the kind of port.
type Access uint8

const (
	AccessRaw   Access = iota // net_af_packet on the named kernel interface
	AccessAFXDP               // net_af_xdp on the named kernel interface
	AccessPCI                 // `access dpdk PCI`
	AccessVdev                // `access vdev "..."`
)

// Network is an IPv4 and / or IPv6 subnet on an interface.
type Network struct {
	Number    int
	Name      string
	Interface int // Interface.Number
	VLAN      uint16
	// Prefix4 and Prefix6 are masked; invalid (zero) when the family is not configured.
	Prefix4, Prefix6 netip.Prefix
	Real4, Virt4     netip.Addr
	Real6, Virt6     netip.Addr
	// SyncPeer is real or real6 of the other node; invalid without one.
	SyncPeer netip.Addr
	MACPort  bool
	Tarpit   TarpitMode
	Policy   Policy
	Hearing  Hearing
	Exempt   []Range
	NAT      string
	// Port, MTU, RealMAC and the virtual MACs come from Bind; the virtual ones
	// equal RealMAC on a node without vrrp. NoNeighbours: nobody lives behind the port.
	Port         uint16
	MTU          int
	NoNeighbours bool
	RealMAC      MAC
	VirtMAC      MAC // IPv4 tarpit answers and virt
	Virt6MAC     MAC // IPv6 tarpit answers and virt6
}

// TarpitMode is what the tarpit does on a network.
type TarpitMode uint8

const (
	TarpitDisable TarpitMode = iota
	TarpitObserve
	TarpitEnable
)

// Hearing is what the tarpit must know of its own hearing before silence proves
// that nobody has an address.
type Hearing uint8

const (
	HearingProven Hearing = iota // answers to the MAC of `real` arrive
	HearingAssume                // nothing: nobody on the segment ever answers
)

// PolicyKind is how the later segments of a trapped connection are answered.
type PolicyKind uint8

const (
	PolicySlam PolicyKind = iota
	PolicySynack
	PolicyMute
	PolicyClamp
)

// Policy is a kind, with the window in bytes for clamp (2..1460).
type Policy struct {
	Kind   PolicyKind
	Window uint16
}

// Range is an inclusive range of addresses of one family.
type Range struct{ From, To netip.Addr }

// Ignore is a source prefix and an optional source port (0 = any).
type Ignore struct {
	Prefix netip.Prefix
	Port   uint16
}

// LogMode is `set tarpitlog`.
type LogMode uint8

const (
	LogFirst LogMode = iota
	LogEvery
	LogOff
)

// Settings are the `set` parameters with their defaults filled in.
type Settings struct {
	SecretFile    string        // secret
	RealTTL       time.Duration // tarpitrealto, seconds
	TrapTTL       time.Duration // tarpittrapto, seconds
	Probes        int           // tarpitprobes, 1..10
	ProbeInterval time.Duration // tarpitprobeint, milliseconds
	Policy        Policy        // tarpitpolicy
	Log           LogMode       // tarpitlog
	LogRate       int           // tarpitlograte, lines a second under `every`
	MRD           bool          // tarpitmrd
	DHCPLearn     bool          // dhcplearn
	PartialDrop   bool          // csumpartial drop
	Sessions      int           // sessions: entries of the shared table
	Idle          time.Duration // idle: longest sleep of an idle worker; 0 = busy poll
	IdleSet       bool          // false: adaptive on kernel-backed ports, busy-poll on others
	Syslog        string        // syslog: socket path, or "" when off
	ReplyRate     int           // tarpitreplyrate: replies a second and source to held connections; 0 = unlimited
	AnnounceRate  int           // tarpitannouncerate: captures a second that a new master announces; 0 = none
	SynBudget     int           // tarpitsynrate: SYN-ACKs a second and source; 0 = unlimited
	Bounds4       Bounds
	Bounds6       Bounds
	// sessionautoresync: a session with a peer that knows far more begins with
	// its whole table; without it only groups whose digests differ are repaired.
	SessionAutoResync bool
	SessionSyncAck    bool // sessionsyncack: the peer's changes are acknowledged
	VRRPPreempt       bool // vrrppreempt
	VRRPPreemptTS     int  // vrrppreemptts, seconds
	// Accepted for files of the seed's family; they do nothing yet.
	IPForwarding, MultiThreading bool

	declared [maxNumbers]int // by modules (Number), less their standard
}

// Bounds limit what a scan can make us do, per network and family.
type Bounds struct {
	ProbeRate    int // probes a second
	ProbeBurst   int
	Probing      int // addresses under proof at once
	CaptureRate  int // new captures a second; 0 = unlimited
	CaptureBurst int
	Per64        int // captured addresses alive per /64; 0 = unlimited
}

// VRRP is the virtual router of this node; its role covers all networks.
type VRRP struct {
	Number, VRID, Priority, Network int
	Version                         int
	Family                          string
	Interval                        int // centiseconds
	Checksum                        string
	Unicast                         netip.Addr
	Auth                            string
	PeersOnly                       bool
	Tracking                        bool
}

// Gateway is a next hop. Gateway, Server and Target are kept whole for the
// modules that serve them; so far only their addresses matter (they are never
// captured).
type Gateway struct {
	// Number is 0 for a `gateway` section without a number.
	Number int
	Addr   netip.Addr
	// Ping is the check as written, "INTERVAL,DOWN" in seconds; empty without one.
	Ping  string
	Check Check
}

// Check is a health check: every Interval, down after Down without an answer.
// Both are zero when there is no check.
type Check struct {
	Port           uint16 // tcpopen only
	Interval, Down time.Duration
}

// PortRange is an inclusive range of TCP or UDP ports.
type PortRange struct{ From, To uint16 }

// Server is a virtual server.
type Server struct {
	Number int
	Name   string
	Addrs  []netip.Addr // ipaddr, ipaddr6
	Port   uint16       // 0 = any
	Ports  []PortRange
	// Protocol, SessionID and Method are kept as written for the module that
	// serves them.
	Protocol, SessionID, Method string
	Targets, BackupTargets      []int
	Proxy                       bool
	Prx, Prx6                   netip.Addr
}

// Target is a real server.
type Target struct {
	Number      int
	Name        string
	Addrs       []netip.Addr // ipaddr, ipaddr6
	Port        uint16       // 0 = that of the server
	Protocol    string
	Weight      int
	Ping, Ping6 Check
	TCPOpen     Check
	Agent       string
	Script      string
	DSR         bool
	MaxSessions int // 0 = unlimited
}
